"""Runs again what is kept, idempotently: quarantined messages through today's reader, dead debts once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from connectors import registry
from connectors.contract import Inbound
from store import inbox, outbox
from store.blobs import Blobs
from store.database import Database
from store.tables import InboxRow, InboxState, OutboxRow, Owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    found: int
    again: int
    """How many are back in the line; the others still cannot be read, or became a complaint long ago."""


async def quarantined(db: Database, blobs: Blobs, now: datetime, *, since: datetime | None = None) -> Replayed:
    """Messages that could not be read: readable ones go back into the line, raw ones are read again first."""

    def wanted(session: Session) -> list[InboxRow]:
        rows = select(InboxRow).where(col(InboxRow.state) == InboxState.QUARANTINED).order_by(col(InboxRow.id))
        return list(session.exec(rows if since is None else rows.where(col(InboxRow.received_at) >= since)))

    rows = await db.read(wanted)
    again = 0
    for row in rows:
        again += await _again(db, blobs, row, now)
    return Replayed(found=len(rows), again=again)


async def message(db: Database, blobs: Blobs, inbox_id: int, now: datetime) -> bool:
    """One quarantined message, as a person at the desk asks for it; False when it still cannot be read."""
    row = await db.read(lambda session: session.get(InboxRow, inbox_id))
    return row is not None and row.state == InboxState.QUARANTINED and await _again(db, blobs, row, now)


async def _again(db: Database, blobs: Blobs, row: InboxRow, now: datetime) -> bool:
    row_id = row.id
    assert row_id is not None
    if row.inbound is not None:
        return await db.write(lambda connection: inbox.reopen(connection, row_id))
    raw = row.raw if row.raw_sha256 is None else blobs.get(row.raw_sha256)
    read = registry.reader(row.channel)(raw or b"", row.account, now)
    inbounds = [replace(each, account=row.account) for each in read if isinstance(each, Inbound)]
    if len(inbounds) != 1:
        return False
    return await db.write(lambda connection: inbox.read_again(connection, row_id, inbounds[0]))


async def dead(db: Database, now: datetime) -> Replayed:
    """Owed work that failed for good: owed once more."""

    def wanted(session: Session) -> list[int]:
        rows = select(OutboxRow.id).where(col(OutboxRow.state) == Owed.DEAD).order_by(col(OutboxRow.id))
        return [row for row in session.exec(rows) if row is not None]

    ids = await db.read(wanted)
    again = 0
    for debt_id in ids:
        again += await db.write(lambda connection, debt_id=debt_id: outbox.redrive(connection, debt_id, now))  # type: ignore[misc]
    return Replayed(found=len(ids), again=again)
