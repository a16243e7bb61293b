"""Trouble that is standing: since when, and whether people were told. A row goes when the trouble does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel import select as chosen

from store.columns import moment
from store.health import LOOK_BACK
from store.tables import InboxRow
from store.upsert import insert

ENOUGH = 20
"""Fewer messages than this are no habit."""


class AlarmRow(SQLModel, table=True):
    __tablename__ = "alarms"
    name: str = Field(primary_key=True)
    """What and whose: "stopped:kominfo_bot", "backlog"."""
    since: datetime = moment()
    told_at: datetime | None = moment(null=True)
    """None while it is younger than its patience, or the night is quiet."""
    sentence: str


alarms = AlarmRow.__table__  # type: ignore[attr-defined]


def standing(connection: Connection) -> Sequence[AlarmRow]:
    rows = connection.execute(select(alarms).order_by(alarms.c.name)).mappings()
    return [AlarmRow(**row) for row in rows]


def begin(connection: Connection, name: str, sentence: str, now: datetime) -> None:
    row = {"name": name, "since": now, "sentence": sentence}
    connection.execute(insert(connection, alarms).values(**row).on_conflict_do_nothing(index_elements=["name"]))


def told(connection: Connection, name: str, sentence: str, now: datetime) -> None:
    connection.execute(update(alarms).where(alarms.c.name == name).values(told_at=now, sentence=sentence))


def end(connection: Connection, name: str) -> None:
    connection.execute(delete(alarms).where(alarms.c.name == name))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often an account is written to, as far as its newest messages tell."""

    last: datetime
    usual: timedelta
    """The mean time between two messages."""


def rhythms(session: Session, accounts: Sequence[str]) -> Mapping[str, Rhythm]:
    """Of accounts with enough messages to have one."""
    newest = session.exec(chosen(func.max(InboxRow.id))).one() or 0
    at = col(InboxRow.received_at)
    wanted = (
        chosen(InboxRow.account, func.count(), func.min(at), func.max(at))
        .where(col(InboxRow.id) > newest - LOOK_BACK, col(InboxRow.account).in_(accounts))
        .group_by(InboxRow.account)
    )
    return {
        account: Rhythm(last, (last - first) / (count - 1)) for account, count, first, last in session.exec(wanted).all() if count >= ENOUGH
    }
