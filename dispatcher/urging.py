"""How urgent a complaint is: what the hub read out of the words, and what a person says instead. The timeline keeps both.

A door learns it with the complaint; as with category and agency, one that has it already is not told again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from dispatcher.moving import ActRefused
from normalizer.complaint import Urgency
from store import audit, complaints
from store.complaints import Found

KIND = "urgency"
"""Of the line in the timeline and in the trail."""
NAMES = {Urgency.NORMAL: "biasa", Urgency.HIGH: "mendesak", Urgency.EMERGENCY: "darurat"}
"""In the timeline."""
_SYSTEM = "system"


def urge(connection: Connection, complaint: Found, to: Urgency, reason: str, operator: str, now: datetime) -> None:
    """A person decides. `reason` may be empty."""
    was = Urgency(complaint["urgency"])
    if to is was:
        raise ActRefused(f"Urgensi laporan ini memang sudah “{NAMES[to]}”.")
    last = complaints.newest_actor(connection, complaint["id"], KIND)
    read = " (penilaian otomatis)" if last in (None, _SYSTEM) else ""
    said = f"dari {NAMES[was]}{read} ke {NAMES[to]}" + (f": {reason}" if reason else "")
    complaints.change(connection, complaint["id"], urgency=to.value)
    complaints.note(connection, complaint["id"], at=now, kind=KIND, actor=operator, source="desk", note=said)
    audit.record(connection, at=now, operator=operator, action=KIND, complaint_id=complaint["id"], detail=f"{was} → {to}")


def raised(connection: Connection, complaint: Found, now: datetime) -> None:
    """What the citizen added tells of an emergency; whoever calls has changed the complaint."""
    if (was := Urgency(complaint["urgency"])) is not Urgency.EMERGENCY:
        said = f"dari {NAMES[was]} ke {NAMES[Urgency.EMERGENCY]}"
        complaints.note(connection, complaint["id"], at=now, kind=KIND, actor=_SYSTEM, source="desk", note=said)
