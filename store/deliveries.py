"""What became of our messages on their platforms: a row a state, so that the order in which they are told cannot matter.

ACCEPTED is our own row: it ties the platform's id to the debt. Whichever comes first, it or the news of a failure, waits for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, delete, select, update
from sqlmodel import Field, SQLModel

from connectors.delivery import Delivery, DeliveryState, standing
from store import outbox
from store.columns import Key, moment
from store.outbox import Debt
from store.tables import OutboxRow, Owed
from store.upsert import insert


class DeliveryRow(SQLModel, table=True):
    """One state of one message, with the first time that it was told."""

    __tablename__ = "deliveries"
    account: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    at: datetime = moment(index=True)
    code: str | None = None
    sentence: str = ""
    outbox_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    """The debt that the message paid; on the row of state `accepted` only."""


table = DeliveryRow.__table__  # type: ignore[attr-defined]
owed = OutboxRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A reply that was sent and did not arrive. `code` is that of an error of connectors.errors."""

    debt: Debt
    code: str


def note(connection: Connection, delivery: Delivery, outbox_id: int | None = None) -> bool:
    """Keep a state with its first time; False when it was known."""
    row = {
        "account": delivery.account,
        "message_id": delivery.message_id,
        "state": delivery.state,
        "at": delivery.at,
        "code": delivery.code,
        "sentence": delivery.sentence,
        "outbox_id": outbox_id,
    }
    once = insert(connection, table).values(**row).on_conflict_do_nothing(index_elements=["account", "message_id", "state"])
    return connection.execute(once.returning(table.c.state)).first() is not None


def states(connection: Connection, account: str, message_id: str) -> dict[DeliveryState, datetime]:
    """Every state that was told, with its time."""
    found = connection.execute(select(table.c.state, table.c.at).where(table.c.account == account, table.c.message_id == message_id))
    return {DeliveryState(state): at for state, at in found}


def settle(connection: Connection, account: str, message_id: str) -> Undelivered | None:
    """Once both are known, our debt and a failure that nothing later outdid: the debt is dead from now on, and told once."""
    rows = connection.execute(select(table).where(table.c.account == account, table.c.message_id == message_id)).mappings().all()
    told = {DeliveryState(row["state"]): row for row in rows}
    ours = told.get(DeliveryState.ACCEPTED)
    if ours is None or ours["outbox_id"] is None or standing(told) is not DeliveryState.FAILED:
        return None
    failure = told[DeliveryState.FAILED]
    code = failure["code"] or "refused"
    dead = (
        update(owed)
        .where(owed.c.id == ours["outbox_id"], owed.c.state == Owed.DONE)
        .values(state=Owed.DEAD, last_error=f"{code}: {failure['sentence']}")
        .returning(owed)
    )
    row = connection.execute(dead).mappings().one_or_none()
    return None if row is None else Undelivered(debt=outbox.debt_of(row), code=code)


def of_debts(connection: Connection, debts: Sequence[int]) -> dict[int, DeliveryState]:
    """Where the messages of these debts stand, for the desk; debts of which nothing was told are left out."""
    theirs = table.alias("theirs")
    found = connection.execute(
        select(theirs.c.outbox_id, table.c.state)
        .join(theirs, (theirs.c.account == table.c.account) & (theirs.c.message_id == table.c.message_id))
        .where(theirs.c.outbox_id.in_(debts))
    )
    told: dict[int, list[DeliveryState]] = {}
    for debt_id, state in found:
        told.setdefault(debt_id, []).append(DeliveryState(state))
    return {debt_id: furthest for debt_id, heard in told.items() if (furthest := standing(heard)) is not None}


def forget(connection: Connection, before: datetime) -> None:
    """News older than this helps nobody."""
    connection.execute(delete(table).where(table.c.at < before))
