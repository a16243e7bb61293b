"""Senders whom an operator blocked: what they write is still recorded, and nobody answers it. A row is a block in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, delete, select
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel import select as find

from store.columns import Key, moment
from store.inbox import load
from store.inbox import table as inbox
from store.tables import ComplaintRow
from store.upsert import insert


class BlockRow(SQLModel, table=True):
    """One sender of one channel, as the platform names them. Who blocked and unblocked whom, and why, stays in the audit."""

    __tablename__ = "blocks"
    channel: str = Field(primary_key=True)
    sender: str = Field(primary_key=True)
    complaint_id: int = Field(sa_column=Column(Key, nullable=False, index=True))
    """The complaint from which it was done."""
    operator: str
    reason: str
    at: datetime = moment()


table = BlockRow.__table__  # type: ignore[attr-defined]


def blocked(connection: Connection, channel: str, sender: str) -> bool:
    found = select(table.c.sender).where(table.c.channel == channel, table.c.sender == sender)
    return connection.execute(found).first() is not None


def sender_of(connection: Connection, inbox_id: int | None) -> tuple[str, str] | None:
    """(channel, sender) of a kept message that a citizen sent themselves; None when it was forgotten, or an operator typed it."""
    row = connection.execute(select(inbox.c.inbound).where(inbox.c.id == inbox_id)).first()
    if row is None or row.inbound is None:
        return None
    inbound = load(row.inbound)
    return None if inbound.staff else (inbound.channel, inbound.sender.id)


def add(connection: Connection, channel: str, sender: str, *, complaint_id: int, operator: str, reason: str, now: datetime) -> bool:
    """False: they were blocked already."""
    values = {"channel": channel, "sender": sender, "complaint_id": complaint_id, "operator": operator, "reason": reason, "at": now}
    once = insert(connection, table).values(**values).on_conflict_do_nothing(index_elements=["channel", "sender"]).returning(table.c.sender)
    return connection.execute(once).first() is not None


def lift(connection: Connection, channel: str, sender: str) -> bool:
    """False: there was no block."""
    return connection.execute(delete(table).where(table.c.channel == channel, table.c.sender == sender)).rowcount == 1


def of_complaint(session: Session, complaint: ComplaintRow) -> BlockRow | None:
    """The block in force on whoever sent this complaint."""
    whose = sender_of(session.connection(), complaint.inbox_id)
    return session.get(BlockRow, whose) if whose else session.exec(find(BlockRow).where(BlockRow.complaint_id == complaint.id)).first()


def listed(session: Session) -> Sequence[tuple[BlockRow, str]]:
    """Every block in force with the tracking number of its complaint, the newest first."""
    query = find(BlockRow, ComplaintRow.tracking_number).join(ComplaintRow, col(ComplaintRow.id) == col(BlockRow.complaint_id))
    return [(row, number) for row, number in session.exec(query.order_by(col(BlockRow.at).desc()))]
