"""What a door tells: its updates move the complaint's state and reach the citizen, each once, and only forward in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from config.profile import Profile
from connectors.errors import ConnectorError
from dispatcher import tickets
from dispatcher.doors.contract import Door, DoorUpdate
from dispatcher.moving import ActRefused, Move, move
from dispatcher.replies import Replies
from dispatcher.telling import News, tell
from dispatcher.workers import Tools
from normalizer import tracking
from normalizer.complaint import State
from store import complaints, cursors
from store.complaints import Found
from store.states import OPEN

SWEEP = timedelta(days=1)
"""So often a door is asked from the beginning: what it told late, or changed without a new date, is found then."""
log = structlog.get_logger()


async def pull(door: Door, tools: Tools, profile: Profile, replies: Replies) -> None:
    """One look at a door. The cursor is saved in the transaction that stores the news."""
    await tickets.redeem(door, tools)
    name, swept = f"door:{door.name}", f"door:{door.name}:swept"
    cursor = await tools.db.read(lambda session: cursors.load(session.connection(), name))
    sweep = await tools.db.read(lambda session: cursors.load(session.connection(), swept))
    now = tools.clock()
    sweeping = sweep is None or now - datetime.fromisoformat(str(sweep["at"])) >= SWEEP
    try:
        news = await door.updates(None if sweeping else cursor)
    except ConnectorError as error:
        await tools.pulses.trouble(name, error)
        return

    def write(connection: Connection) -> int:
        told = sum(apply(connection, profile, replies, door.name, update, now) for update in news.updates)
        cursors.save(connection, name, dict(news.cursor or {}), now)
        if sweeping:
            cursors.save(connection, swept, {"at": now.isoformat()}, now)
        return told

    told = await tools.db.write(write)
    await tools.pulses.ok(name)
    if told:
        log.info("door.news", door=door.name, count=told)
        tools.bell.ring("outbox")
        tools.bell.ring("desk")


def apply(
    connection: Connection, profile: Profile, replies: Replies, door: str, update: DoorUpdate, now: datetime, *, silent: bool = False
) -> bool:
    """True when it changed something. News of a complaint that is not this door's, or that came before, changes nothing.

    silent: old news, of which the citizen is not told any more.
    """
    complaint = _complaint(connection, door, update)
    if complaint is None:
        return False
    if update.reference and complaint["door_reference"] != update.reference:
        complaints.mark(connection, complaint["id"], door_reference=update.reference)
        complaint["door_reference"] = update.reference
    if complaints.heard(connection, complaint["id"], door, update.external_id):
        return False
    newest = complaints.moved_at(connection, complaint["id"])
    if newest is not None and update.at < newest:
        return _keep(connection, complaint, door, update, "lebih lama dari status yang sudah tercatat")
    wanted = _wanted(profile, complaint, door, update, silent=silent)
    if wanted is None:
        kept = _keep(connection, complaint, door, update) if update.public_text or update.note else False
    else:
        try:
            return move(connection, profile, replies, complaint, wanted, now)
        except ActRefused:  # a state that may not follow
            kept = _keep(connection, complaint, door, update, "status itu tidak dapat mengikuti status sekarang")
    if kept and update.public_text and not silent:
        number = tracking.printed(complaint["tracking_number"])
        text = profile.text("news", number=number, text=update.public_text)
        tell(connection, replies, complaint, News(key=f"news:{update.external_id}", text=text, carries=True), now)
    return kept


def _wanted(profile: Profile, complaint: Found, door: str, update: DoorUpdate, *, silent: bool) -> Move | None:
    """The move that the news asks for; None when it says nothing new of the state. A new agency by itself is a disposition."""
    agency = update.agency if update.agency in profile.agencies and update.agency != complaint["agency"] else None
    state = State(complaint["state"])
    to = update.state or (State.ASSIGNED if agency and state in OPEN else None)
    again = (to is State.ASSIGNED and agency) or (to is State.ANSWERED and update.public_text)
    if to is None or (to is state and not again):
        return None
    return Move(
        to=to,
        actor="door",
        source=door,
        at=update.at,
        agency=agency,
        text=update.public_text,
        reason=update.note,
        external_id=update.external_id,
        silent=silent,
    )


def _keep(connection: Connection, complaint: Found, door: str, update: DoorUpdate, why: str | None = None) -> bool:
    """Into the timeline, for operators; the state stays as it is."""
    told = f"status di pintu: {update.state} ({why})" if why and update.state else None
    return complaints.note(
        connection,
        complaint["id"],
        at=update.at,
        kind="news",
        actor="door",
        source=door,
        external_id=update.external_id,
        public_text=update.public_text,
        note="\n".join(part for part in (update.note, told) if part) or None,
    )


def known(connection: Connection, door: str, update: DoorUpdate) -> bool:
    """Whether it is about a complaint that this door has."""
    return _complaint(connection, door, update) is not None


def _complaint(connection: Connection, door: str, update: DoorUpdate) -> Found | None:
    found = complaints.by_reference(connection, door, update.reference) if update.reference else None
    if found is None and update.tracking_number:
        found = complaints.by_number(connection, update.tracking_number)
    return found if found is not None and found["door"] == door else None
