"""Trouble that is standing: since when, and whether people were told. A row goes when the trouble does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlmodel import Field, SQLModel

from store.columns import moment
from store.upsert import insert


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
