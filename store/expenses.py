"""What an account sent that costs money: one count a day. The limit itself stands in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Connection, Date, func, select
from sqlmodel import Field, SQLModel

from store.inbox import load
from store.inbox import table as inbox
from store.upsert import insert


class ExpenseRow(SQLModel, table=True):
    """Paid parts (segments, messages) of one account on one day of the city."""

    __tablename__ = "expenses"
    account: str = Field(primary_key=True)
    day: date = Field(sa_column=Column(Date, primary_key=True))
    parts: int = 0


table = ExpenseRow.__table__  # type: ignore[attr-defined]


def spent(connection: Connection, account: str, day: date) -> tuple[int, int]:
    """(on this day, in its month up to this day)."""
    of_month = select(func.coalesce(func.sum(table.c.parts), 0)).where(
        table.c.account == account, table.c.day >= day.replace(day=1), table.c.day <= day
    )
    of_day = select(func.coalesce(func.sum(table.c.parts), 0)).where(table.c.account == account, table.c.day == day)
    return int(connection.execute(of_day).scalar_one()), int(connection.execute(of_month).scalar_one())


def add(connection: Connection, account: str, day: date, parts: int) -> None:
    """Count `parts`; negative ones are given back."""
    row = insert(connection, table).values(account=account, day=day, parts=max(0, parts))
    connection.execute(row.on_conflict_do_update(index_elements=["account", "day"], set_={"parts": table.c.parts + parts}))


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """The newest message of a conversation. `service`: why nobody complained in it (`opt_out` ...)."""

    at: datetime
    service: str | None


def last_words(connection: Connection, conversation: str) -> LastWords | None:
    """When the citizen last wrote: when it was sent, where the platform tells, else when it was received. None: never."""
    newest = select(inbox.c.inbound, inbox.c.received_at).where(inbox.c.conversation == conversation).order_by(inbox.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return None
    if row.inbound is None:
        return LastWords(at=row.received_at, service=None)
    inbound = load(row.inbound)
    return LastWords(at=min(row.received_at, inbound.sent_at), service=inbound.service)
