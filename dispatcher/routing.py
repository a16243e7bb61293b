"""One complaint, one owner door. Until it has left, the owner follows category and agency; after that only an explicit act moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.profile import Profile
from store import complaints, outbox
from store.complaints import Found
from store.tables import Work

DESK = "desk"
"""Lying on our own desk is not having left."""
DECIDES = frozenset({"category", "agency"})
"""What the owner follows from: another edit leaves a complaint where it was given."""


def has_left(complaint: Found) -> bool:
    return complaint["forwarded_at"] is not None and complaint["door"] != DESK


def follow(connection: Connection, profile: Profile, complaint: Found, actor: str, now: datetime) -> str:
    """The owner of the complaint as it is now; changed where its category or agency leads elsewhere and it has not left."""
    door = profile.door_for(complaint["category"], complaint["agency"])
    if door != complaint["door"] and not has_left(complaint) and lead(connection, profile, complaint, door, now):
        _note(connection, complaint, door, actor, None, now)
        return door
    return str(complaint["door"])


def hand_over(connection: Connection, profile: Profile, complaint: Found, door: str, reason: str, actor: str, now: datetime) -> bool:
    """A person gives it to another door, also after it left. False while it is being sent, or may have arrived unnoticed."""
    led = lead(connection, profile, complaint, door, now)
    if led:
        _note(connection, complaint, door, actor, reason, now)
    return led


def lead(connection: Connection, profile: Profile, complaint: Found, door: str, now: datetime) -> bool:
    """False when its way to the present door is under way; then nothing changes."""
    if outbox.under_way(connection, complaint["id"], Work.FORWARD):
        return False
    owed = outbox.relane(connection, complaint["id"], Work.FORWARD, door)
    outbox.relane(connection, complaint["id"], Work.ADD, door)
    complaints.mark(connection, complaint["id"], door=door, door_reference=None, forwarded_at=None)
    if not owed and outbox.has_forward(connection, complaint["id"]):
        outbox.owe(
            connection,
            key=f"forward:{complaint['tracking_number']}:{complaint['version']}:{door}",
            kind=Work.FORWARD,
            name=door,
            order_key=f"complaint:{complaint['id']}",
            now=now,
            due_at=now + timedelta(seconds=profile.intake.settle_seconds),
            complaint_id=complaint["id"],
        )
    return True


def _note(connection: Connection, complaint: Found, door: str, actor: str, reason: str | None, now: datetime) -> None:
    told = f"dari {complaint['door']} ke {door}" + (f": {reason}" if reason else "")
    complaints.note(connection, complaint["id"], at=now, kind="rerouted", actor=actor, source=DESK, note=told)
