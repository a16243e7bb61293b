"""A mail from an office's own address that quotes a number is an answer among colleagues: a note on that complaint, for operators only.

A From line can be forged, so it moves no state, reaches no citizen, and says on the desk that it came by mail.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from dispatcher.homes import quoted
from normalizer.complaint import Outcome
from normalizer.outcome import Normalized
from store import complaints
from store.complaints import Found
from store.inbox import Claim

REASON = "staff_reply"
LONGEST = 4_000


def meant(connection: Connection, claim: Claim, read: Normalized) -> Found | None:
    """The complaint that a colleague writes about; None when it is a citizen's mail, passed on or their own."""
    number = quoted(read)
    colleague = claim.inbound.channel == "email" and claim.inbound.staff and not read.forwarded
    if not colleague or number is None or read.outcome not in (Outcome.COMPLAINT, Outcome.SET_ASIDE):
        return None
    found = complaints.by_number(connection, number)
    return found if found is not None and found["conversation"] != claim.conversation else None


def keep(connection: Connection, claim: Claim, read: Normalized, complaint: Found, now: datetime) -> None:
    words = f"Surel dari {read.sender.address or 'petugas'} (alamat pengirim belum diperiksa):\n{read.body}"[:LONGEST]
    complaints.note(connection, complaint["id"], at=now, kind="note", actor="system", source="email", external_id=f"{claim.id}", note=words)
