"""What a door tells: its updates move the complaint's state and reach the citizen, each once."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from config.profile import Profile
from connectors.errors import ConnectorError
from dispatcher.doors.contract import Door, DoorUpdate
from dispatcher.moving import ActRefused, Move, move
from dispatcher.replies import Replies
from dispatcher.workers import Tools
from store import complaints, cursors
from store.complaints import Found

log = structlog.get_logger()


async def pull(door: Door, tools: Tools, profile: Profile, replies: Replies) -> None:
    """One look at a door. The cursor is saved in the transaction that stores the news."""
    cursor = await tools.db.read(lambda session: cursors.load(session.connection(), f"door:{door.name}"))
    try:
        news = await door.updates(cursor)
    except ConnectorError as error:
        await tools.pulses.trouble(f"door:{door.name}", error)
        return
    now = tools.clock()

    def write(connection: Connection) -> int:
        told = sum(apply(connection, profile, replies, door.name, update, now) for update in news.updates)
        cursors.save(connection, f"door:{door.name}", dict(news.cursor or {}), now)
        return told

    told = await tools.db.write(write)
    await tools.pulses.ok(f"door:{door.name}")
    if told:
        log.info("door.news", door=door.name, count=told)
        tools.bell.ring("outbox")
        tools.bell.ring("desk")


def apply(connection: Connection, profile: Profile, replies: Replies, door: str, update: DoorUpdate, now: datetime) -> bool:
    """True when it changed something. News of a complaint that is not this door's, or that came before, changes nothing."""
    complaint = _complaint(connection, door, update)
    if complaint is None:
        return False
    if update.reference and complaint["door_reference"] != update.reference:
        complaints.mark(connection, complaint["id"], door_reference=update.reference)
        complaint["door_reference"] = update.reference
    if update.state is None or update.state == complaint["state"]:
        return False
    wanted = Move(
        to=update.state,
        actor="door",
        source=door,
        at=update.at,
        text=update.public_text,
        reason=update.note,
        external_id=update.external_id,
    )
    try:
        return move(connection, profile, replies, complaint, wanted, now)
    except ActRefused:  # a state that may not follow: noted for operators, nothing else
        return complaints.note(
            connection,
            complaint["id"],
            at=update.at,
            kind="news",
            actor="door",
            source=door,
            external_id=update.external_id,
            public_text=update.public_text,
            note=update.note,
        )


def _complaint(connection: Connection, door: str, update: DoorUpdate) -> Found | None:
    found = complaints.by_reference(connection, door, update.reference) if update.reference else None
    if found is None and update.tracking_number:
        found = complaints.by_number(connection, update.tracking_number)
    return found if found is not None and found["door"] == door else None
