"""Which complaints the desk may act on: one that is there, and whose state no other door decides."""

from __future__ import annotations

from sqlalchemy import Connection

from dispatcher.moving import ActRefused
from normalizer.complaint import State
from store import complaints
from store.complaints import Found

BEFORE_THE_DOOR = frozenset({State.VERIFIED, State.ARCHIVED, State.OUT_OF_SCOPE, State.WAITING})
"""What the desk may decide of a complaint that is another door's but has not left yet."""


def there(connection: Connection, complaint_id: int) -> Found:
    complaint = complaints.get(connection, complaint_id)
    if complaint is None:
        raise ActRefused("Laporan itu tidak ada.")
    if complaint["merged_into"] is not None:
        raise ActRefused("Laporan itu sudah digabungkan dengan laporan lain.")
    return complaint


def mine(connection: Connection, complaint_id: int, to: State, by_hand: frozenset[str]) -> Found:
    complaint = there(connection, complaint_id)
    if complaint["door"] not in by_hand and (complaint["forwarded_at"] is not None or to not in BEFORE_THE_DOOR):
        raise ActRefused(f"Laporan ini ditangani melalui pintu “{complaint['door']}”; statusnya berubah di sana.")
    return complaint
