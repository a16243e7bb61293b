"""Who of the operators looks after a complaint. Tells nobody outside: the citizen knows the office, not the person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from store import audit, complaints


def assign(connection: Connection, complaint_id: int, to: str | None, operator: str, now: datetime) -> None:
    """`to` None: nobody in particular any more. The version stays: whoever is editing goes on."""
    complaints.mark(connection, complaint_id, assigned_to=to)
    complaints.note(connection, complaint_id, at=now, kind="owner", actor=operator, source="desk", note=to)
    audit.record(connection, at=now, operator=operator, action="owner", complaint_id=complaint_id, detail=to)
