"""One complaint back to where it was before an act that nobody outside has heard of. History stays: the timeline gets one line more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, RowMapping

from config.profile import Profile
from dispatcher.clocks import winding
from store import bulk, complaints, held, undone

CHANGED = (
    "state",
    "state_at",
    "agency",
    "door",
    "door_reference",
    "forwarded_at",
    "closed_by",
    "postponed_until",
    "assigned_to",
    "urgency",
)
"""Columns that an act may change, and that an undo puts back."""
_NOT_ANY_MORE = "Laporan ini sudah berubah lagi sesudah itu."
_TOLD = "Kabarnya sudah terkirim, jadi tidak dapat ditarik lagi."


def undo(connection: Connection, profile: Profile, step: RowMapping, name: str, operator: str, now: datetime) -> str | None:
    """None when it is as it was; else why not, for the operator. `name`: of the act, in the timeline."""
    complaint_id = step["complaint_id"]
    complaint = complaints.get(connection, complaint_id)
    later = bulk.lines_after(connection, complaint_id, step["line"])
    if complaint is None or complaint["version"] != step["version"] or any(each.kind in ("owner", "state") for each in later):
        return _NOT_ANY_MORE
    if not held.take_back(connection, step["held"]):
        return _TOLD
    before = {column: _from_plain(column, value) for column, value in step["before"].items()}
    complaints.change(connection, complaint_id, **before)
    for line in step["lines"]:
        undone.take_back(connection, line)
    winding.wind(connection, profile, complaint_id)
    back = f"{name}; kembali ke pintu {before['door']}" if "door" in before else name
    state, agency = before.get("state"), before.get("agency", complaint["agency"]) if "state" in before else None
    complaints.note(connection, complaint_id, at=now, kind="undone", actor=operator, source="desk", state=state, agency=agency, note=back)
    return None


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _from_plain(name: str, value: Any) -> Any:
    """As the column wants it."""
    if value is None or not name.endswith(("_at", "_until")):
        return value
    kind = complaints.table.c[name].type
    return date.fromisoformat(value) if isinstance(kind, Date) else datetime.fromisoformat(value)
