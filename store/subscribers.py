"""Other systems that want to be told of events: their address, their secret (sealed), what they want to hear, and how they fare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, String, delete, func, select, update
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel import select as _select

from store.columns import json_column, key_column, moment
from store.tables import OutboxRow, PulseRow, Work
from store.upsert import insert

PATIENCE = timedelta(days=3)
"""After so long with nothing but failure a subscriber is paused."""


class Standing(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    """By an admin. What happens meanwhile is owed and leaves when it goes on."""
    FAILED = "failed"
    """By the hub, after PATIENCE. Likewise owed."""
    GONE = "gone"
    """They answered 410: nothing more is owed to them."""


class SubscriberRow(SQLModel, table=True):
    __tablename__ = "subscribers"
    id: int | None = key_column()
    name: str = Field(sa_column=Column(String, nullable=False, unique=True))
    """A short word; its lane in the outbox and its pulse are called after it."""
    url: str
    events: list[str] = json_column([])
    agency: str | None = None
    """Only what concerns this agency's complaints; None: all."""
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """whsec_…, sealed with the hub's secret."""
    former: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The secret before, which signs along until `former_until`."""
    former_until: datetime | None = moment(null=True)
    standing: str = Standing.ACTIVE
    failing_since: datetime | None = moment(null=True)
    """Since when every call failed; None when the last one arrived."""
    created_at: datetime = moment()


table = SubscriberRow.__table__  # type: ignore[attr-defined]
outbox = OutboxRow.__table__  # type: ignore[attr-defined]
pulses = PulseRow.__table__  # type: ignore[attr-defined]
_OWED = select(table.c.name, table.c.events, table.c.agency).where(table.c.standing != Standing.GONE)


def lane(name: str) -> str:
    return f"{Work.TELL}:{name}"


def listed(session: Session) -> Sequence[SubscriberRow]:
    return session.exec(_select(SubscriberRow).order_by(col(SubscriberRow.name))).all()


def find(session: Session, name: str) -> SubscriberRow | None:
    return session.exec(_select(SubscriberRow).where(SubscriberRow.name == name)).one_or_none()


def by_id(session: Session, row: int) -> SubscriberRow | None:
    return session.get(SubscriberRow, row)


def active(session: Session) -> frozenset[str]:
    return frozenset(session.exec(_select(SubscriberRow.name).where(SubscriberRow.standing == Standing.ACTIVE)))


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def add(connection: Connection, **values: Any) -> int | None:
    """None when the name is taken."""
    once = insert(connection, table).values(standing=Standing.ACTIVE, **values).on_conflict_do_nothing(index_elements=["name"])
    return connection.execute(once.returning(table.c.id)).scalar_one_or_none()


def reseal(connection: Connection, row: SubscriberRow, sealed: bytes, until: datetime) -> None:
    """A new secret; the one before it signs along until then."""
    values = {"sealed": sealed, "former": row.sealed, "former_until": until}
    connection.execute(update(table).where(table.c.id == row.id).values(**values))


def stand(connection: Connection, row: SubscriberRow, standing: Standing, now: datetime) -> None:
    """An admin's word. What waits leaves at once when it goes on, and old trouble is forgotten."""
    connection.execute(update(table).where(table.c.id == row.id).values(standing=standing, failing_since=None))
    connection.execute(delete(pulses).where(pulses.c.name == lane(row.name)))
    if standing is Standing.ACTIVE:
        waiting = update(outbox).where(outbox.c.lane == lane(row.name), outbox.c.state == "owed", outbox.c.due_at > now)
        connection.execute(waiting.where(outbox.c.attempts > 0).values(due_at=now))


def remove(connection: Connection, row: SubscriberRow) -> None:
    """With all that is owed and known."""
    connection.execute(delete(outbox).where(outbox.c.lane == lane(row.name)))
    connection.execute(delete(pulses).where(pulses.c.name == lane(row.name)))
    connection.execute(delete(table).where(table.c.id == row.id))


def arrived(connection: Connection, name: str) -> None:
    connection.execute(update(table).where(table.c.name == name, table.c.failing_since.is_not(None)).values(failing_since=None))


def missed(connection: Connection, name: str, now: datetime) -> bool:
    """A call failed. True when nothing else happened for PATIENCE: the subscriber is paused now."""
    mine = update(table).where(table.c.name == name)
    connection.execute(mine.where(table.c.failing_since.is_(None)).values(failing_since=now))
    long = mine.where(table.c.standing == Standing.ACTIVE, table.c.failing_since <= now - PATIENCE)
    return connection.execute(long.values(standing=Standing.FAILED)).rowcount == 1


def gone(connection: Connection, name: str) -> None:
    connection.execute(update(table).where(table.c.name == name).values(standing=Standing.GONE))


def wanting(connection: Connection) -> Sequence[Any]:
    """(name, events, agency) of all to whom events are owed. Asked with every line of the timeline: most cities have none."""
    if connection.exec_driver_sql("SELECT 1 FROM subscribers LIMIT 1").first() is None:
        return ()
    return connection.execute(_OWED).all()
