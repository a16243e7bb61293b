"""What a door tells: its updates move the complaint's state and reach the citizen, each once, and only forward in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from config.profile import Profile
from connectors.errors import ConnectorError
from dispatcher import tickets
from dispatcher.doors.contract import Door, DoorUpdate
from dispatcher.moving import Move, move_all, refusal
from dispatcher.replies import Replies
from dispatcher.telling import News, tell_all
from dispatcher.workers import Tools
from normalizer import tracking
from normalizer.complaint import State
from store import complaints, cursors, many
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
    return bool(apply_all(connection, profile, replies, [Told(complaint, update, silent=silent)], now))


@dataclass(frozen=True, slots=True)
class Told:
    """News of one complaint, by the door that owns it."""

    complaint: Found
    update: DoorUpdate
    silent: bool = False


def apply_all(connection: Connection, profile: Profile, replies: Replies, told: Sequence[Told], now: datetime) -> frozenset[int]:
    """The same for news of as many complaints. The ids of those of which something changed."""
    ids = [each.complaint["id"] for each in told]
    heard = many.heard(connection, ids, [each.update.external_id for each in told])
    newest = many.moved_at(connection, ids)
    moves, kept, words = list[tuple[Found, Move]](), list[dict[str, Any]](), list[Told]()
    for each in told:
        complaint, update = each.complaint, each.update
        key, door = complaint["id"], complaint["door"]
        if (key, door, update.external_id) in heard:
            continue
        if key in newest and update.at < newest[key]:
            kept.append(_kept(complaint, update, "lebih lama dari status yang sudah tercatat"))
            continue
        wanted = _wanted(profile, each)
        if wanted is not None and refusal(replies, complaint, wanted) is None:
            moves.append((complaint, wanted))
        elif wanted is not None or update.public_text or update.note:
            why = "status itu tidak dapat mengikuti status sekarang" if wanted is not None else None
            kept.append(_kept(complaint, update, why))
            words.append(each)
    noted = many.note(connection, kept)
    _pass_on(connection, profile, replies, [each for each in words if each.complaint["id"] in noted], now)
    return move_all(connection, profile, replies, moves, now) | noted


def _pass_on(connection: Connection, profile: Profile, replies: Replies, words: Sequence[Told], now: datetime) -> None:
    """What the door wrote for the citizen although no state follows."""
    news = []
    for each in words:
        if each.update.public_text and not each.silent:
            number = tracking.printed(each.complaint["tracking_number"])
            text = profile.text("news", number=number, text=each.update.public_text)
            news.append((each.complaint, News(key=f"news:{each.update.external_id}", text=text, carries=True)))
    tell_all(connection, replies, news, now)


def _wanted(profile: Profile, told: Told) -> Move | None:
    """The move that the news asks for; None when it says nothing new of the state. A new agency by itself is a disposition."""
    complaint, update = told.complaint, told.update
    agency = update.agency if update.agency in profile.agencies and update.agency != complaint["agency"] else None
    state = State(complaint["state"])
    to = update.state or (State.ASSIGNED if agency and state in OPEN else None)
    again = (to is State.ASSIGNED and agency) or (to is State.ANSWERED and update.public_text)
    if to is None or (to is state and not again):
        return None
    return Move(
        to=to,
        actor="door",
        source=complaint["door"],
        at=update.at,
        agency=agency,
        text=update.public_text,
        reason=update.note,
        external_id=update.external_id,
        silent=told.silent,
    )


def _kept(complaint: Found, update: DoorUpdate, why: str | None) -> dict[str, Any]:
    """A line for operators; the state stays as it is."""
    told = f"status di pintu: {update.state} ({why})" if why and update.state else None
    return complaints.line(
        complaint["id"],
        at=update.at,
        kind="news",
        actor="door",
        source=complaint["door"],
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
