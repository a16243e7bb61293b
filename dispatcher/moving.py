"""A complaint's state moves, by whoever moves it: an operator, a door, the clock. One function, one transaction: state, timeline, reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher import routing
from dispatcher.clocks import winding
from dispatcher.registering import owe_forward
from dispatcher.replies import Replies
from dispatcher.telling import BARE, News, of_state, tell_all
from normalizer.complaint import State
from store import complaints, many
from store.complaints import Found
from store.states import allowed

NEEDS_TEXT = BARE
"""A person explains these; a door need not."""


class ActRefused(Exception):
    """The act cannot be done. `sentence` is for the operator, in Indonesian."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A wanted change of state. `external_id`: makes a door's news unique; an operator's act has none."""

    to: State
    actor: str
    source: str
    at: datetime
    agency: str | None = None
    text: str | None = None
    """For the citizen."""
    reason: str | None = None
    """For operators; where the desk gave no other words, for the citizen too."""
    external_id: str | None = None
    silent: bool = False
    """The citizen is not told: they did it and are answered otherwise, or it is old news."""


def move(connection: Connection, profile: Profile, replies: Replies, complaint: Found, wanted: Move, now: datetime) -> bool:
    """False: this source told the same before. Raises ActRefused when the state may not follow."""
    if (why := refusal(replies, complaint, wanted)) is not None:
        raise ActRefused(why)
    return bool(move_all(connection, profile, replies, [(complaint, wanted)], now))


def refusal(replies: Replies, complaint: Found, wanted: Move) -> str | None:
    """Why it may not be moved so, for the operator; None: it may."""
    if wanted.to not in allowed(State(complaint["state"])):
        return f"Laporan berstatus “{replies.state(complaint)}” tidak dapat diubah menjadi “{_named(replies, complaint, wanted)}”."
    if wanted.to in NEEDS_TEXT and wanted.actor != "door" and not wanted.silent and not (wanted.text or wanted.reason):
        return "Tulis dulu keterangan untuk pelapor."
    return None


def move_all(
    connection: Connection, profile: Profile, replies: Replies, moves: Sequence[tuple[Found, Move]], now: datetime
) -> frozenset[int]:
    """As many complaints, none of which is refused. The ids of those that moved: their source told nothing of the kind before."""
    noted = frozenset(many.note(connection, [_line(complaint, wanted) for complaint, wanted in moves]))
    moved = [(complaint, wanted) for complaint, wanted in moves if complaint["id"] in noted]
    if not moved:
        return noted
    many.change(connection, {complaint["id"]: _values(complaint, wanted, now) for complaint, wanted in moved})
    winding.wind(connection, profile, *noted)
    told = []
    for complaint, wanted in moved:
        after = {**complaint, **_values(complaint, wanted, now)}
        _lead(connection, profile, complaint, after, wanted.actor, now)
        if (news := _news(replies, after, wanted)) is not None:
            told.append((after, news))
    tell_all(connection, replies, told, now)
    return noted


def _line(complaint: Found, wanted: Move) -> dict[str, Any]:
    return complaints.line(
        complaint["id"],
        at=wanted.at,
        kind="state",
        actor=wanted.actor,
        source=wanted.source,
        external_id=wanted.external_id,
        state=wanted.to,
        agency=wanted.agency or complaint["agency"],
        public_text=wanted.text,
        note=wanted.reason,
    )


def _values(complaint: Found, wanted: Move, now: datetime) -> dict[str, Any]:
    closed = {"closed_by": wanted.actor} if wanted.to is State.CLOSED else {}
    return {"state": wanted.to, "state_at": now, "agency": wanted.agency or complaint["agency"], **closed}


def _lead(connection: Connection, profile: Profile, complaint: Found, after: Found, actor: str, now: datetime) -> None:
    """To the door that it belongs to now, where it was not handed over yet."""
    door = complaint["door"]
    if after["agency"] != complaint["agency"]:
        door = routing.follow(connection, profile, after, actor, now)
    verified = after["state"] in (State.VERIFIED, State.ASSIGNED)
    if profile.forward == "after_verification" and complaint["forwarded_at"] is None and verified:
        settled = now + timedelta(seconds=profile.intake.settle_seconds)
        owe_forward(connection, complaint["id"], complaint["tracking_number"], door, now, settled)


def _news(replies: Replies, complaint: Found, wanted: Move) -> News | None:
    if wanted.silent:
        return None
    text = wanted.text or (wanted.reason if wanted.source == "desk" else None) or ""
    return of_state(replies, complaint, wanted.to, text)


def _named(replies: Replies, complaint: Found, wanted: Move) -> str:
    return replies.state({**complaint, "state": wanted.to, "agency": wanted.agency or complaint["agency"]})
