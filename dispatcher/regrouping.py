"""What a person says about a matter: this complaint belongs to it, it does not, or the question was idle."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from dispatcher.grouping import place
from dispatcher.moving import ActRefused
from normalizer import tracking
from store import complaints, matters
from store.complaints import Found
from store.matters import SYSTEM, Candidate


def join(connection: Connection, complaint_id: int, with_id: int, operator: str, now: datetime) -> None:
    """A person says that both are one matter; the one that is looked at goes to where the other is."""
    if complaint_id == with_id:
        raise ActRefused("Itu nomor laporan ini sendiri.")
    complaint, other = _there(connection, complaint_id), _there(connection, with_id)
    matters.dismiss(connection, complaint_id, with_id)
    if other["matter_id"] is None and complaint["matter_id"] is not None:
        complaint, other = other, complaint
    if complaint["matter_id"] is not None and complaint["matter_id"] == other["matter_id"]:
        return
    found = Candidate(complaint_id=other["id"], number=other["tracking_number"], matter_id=other["matter_id"], open=True, told={})
    place(connection, complaint, found, operator, now)


def leave(connection: Connection, complaint_id: int, operator: str, now: datetime) -> None:
    """A person says that it is another matter. It is never grouped by itself again."""
    complaint = _there(connection, complaint_id)
    if complaint["matter_id"] is None:
        raise ActRefused("Laporan ini tidak berada dalam kelompok.")
    matters.put(connection, complaint_id, None, operator)
    complaints.note(connection, complaint_id, at=now, kind="ungrouped", actor=operator, source="desk")


def confirm(connection: Connection, complaint_id: int, operator: str, now: datetime) -> None:
    """A person looked: it does belong there."""
    complaint = _there(connection, complaint_id)
    if complaint["matter_id"] is None:
        raise ActRefused("Laporan ini tidak berada dalam kelompok.")
    if complaint["matter_by"] == SYSTEM:
        matters.put(connection, complaint_id, complaint["matter_id"], operator)
        complaints.note(connection, complaint_id, at=now, kind="grouped", actor=operator, source="desk", note="dipastikan")


def dismiss(connection: Connection, complaint_id: int, other_id: int, operator: str, now: datetime) -> None:
    """A person says that two complaints which look alike are two matters."""
    complaint, other = _there(connection, complaint_id), _there(connection, other_id)
    matters.dismiss(connection, complaint_id, other_id)
    printed = tracking.printed(other["tracking_number"])
    complaints.note(
        connection, complaint["id"], at=now, kind="ungrouped", actor=operator, source="desk", note=f"bukan hal yang sama dengan {printed}"
    )


def _there(connection: Connection, complaint_id: int) -> Found:
    complaint = complaints.get(connection, complaint_id)
    if complaint is None or complaint["merged_into"] is not None:
        raise ActRefused("Laporan itu tidak ada, atau sudah digabungkan dengan laporan lain.")
    return complaint
