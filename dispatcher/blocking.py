"""An abusive sender is blocked by a person, with a reason, and unblocked the same way. Their messages stay readable in the pockets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from connectors.contract import Inbound
from dispatcher.moving import ActRefused
from normalizer.complaint import Outcome
from normalizer.outcome import Normalized
from store import audit, blocks, complaints
from store.blocks import table

SHORTEST = 5
"""Letters of a reason."""
REASON = "blocked"


def outcome_of(connection: Connection, inbound: Inbound, read: Normalized) -> Outcome | None:
    """Where a blocked sender's message goes: aside, or to a person when it may be an emergency. None: not blocked."""
    if inbound.staff or not blocks.blocked(connection, inbound.channel, inbound.sender.id):
        return None
    return Outcome.TRIAGE if read.emergency else Outcome.SET_ASIDE


def block(connection: Connection, complaint_id: int, reason: str, operator: str, now: datetime) -> None:
    """Raises ActRefused."""
    if len(reason.strip()) < SHORTEST:
        raise ActRefused("Tuliskan alasannya dalam beberapa kata, supaya jelas mengapa pengirim ini diblokir.")
    complaint = complaints.get(connection, complaint_id)
    whose = blocks.sender_of(connection, complaint["inbox_id"]) if complaint else None
    if whose is None:
        raise ActRefused("Pengirimnya tidak dikenal: laporan ini dicatat petugas, atau pesan aslinya sudah dihapus.")
    if not blocks.add(connection, *whose, complaint_id=complaint_id, operator=operator, reason=reason.strip(), now=now):
        raise ActRefused("Pengirim ini sudah diblokir.")
    _kept(connection, complaint_id, "block", reason.strip(), operator, now)


def lift(connection: Connection, complaint_id: int, operator: str, now: datetime) -> None:
    """Raises ActRefused when there is no block."""
    complaint = complaints.get(connection, complaint_id)
    whose = blocks.sender_of(connection, complaint["inbox_id"]) if complaint else None
    whose = whose or _by_complaint(connection, complaint_id)
    if whose is None or not blocks.lift(connection, *whose):
        raise ActRefused("Pengirim ini tidak sedang diblokir.")
    _kept(connection, complaint_id, "unblock", "", operator, now)


def _by_complaint(connection: Connection, complaint_id: int) -> tuple[str, str] | None:
    """A block outlives the message that it was made from."""
    row = connection.execute(select(table.c.channel, table.c.sender).where(table.c.complaint_id == complaint_id)).first()
    return (row.channel, row.sender) if row else None


def _kept(connection: Connection, complaint_id: int, action: str, reason: str, operator: str, now: datetime) -> None:
    complaints.note(connection, complaint_id, at=now, kind=action, actor=operator, source="desk", note=reason or None)
    audit.record(connection, at=now, operator=operator, action=action, complaint_id=complaint_id, detail=reason or None)
