"""A complaint's state moves, by whoever moves it: an operator, a door, the clock. One function, one transaction: state, timeline, reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher import routing
from dispatcher.clocks import winding
from dispatcher.registering import owe_forward
from dispatcher.replies import Replies
from dispatcher.telling import BARE, of_state, tell
from normalizer.complaint import State
from store import complaints
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
    state = State(complaint["state"])
    if wanted.to not in allowed(state):
        raise ActRefused(
            f"Laporan berstatus “{replies.state(complaint)}” tidak dapat diubah menjadi “{_named(replies, complaint, wanted)}”."
        )
    if wanted.to in NEEDS_TEXT and wanted.actor != "door" and not wanted.silent and not (wanted.text or wanted.reason):
        raise ActRefused("Tulis dulu keterangan untuk pelapor.")
    agency = wanted.agency or complaint["agency"]
    noted = complaints.note(
        connection,
        complaint["id"],
        at=wanted.at,
        kind="state",
        actor=wanted.actor,
        source=wanted.source,
        external_id=wanted.external_id,
        state=wanted.to,
        agency=agency,
        public_text=wanted.text,
        note=wanted.reason,
    )
    if not noted:
        return False
    values = {"state": wanted.to, "state_at": now, "agency": agency}
    if wanted.to is State.CLOSED:
        values["closed_by"] = wanted.actor
    complaints.change(connection, complaint["id"], **values)
    winding.wind(connection, profile, complaint["id"])
    door = (
        routing.follow(connection, profile, {**complaint, **values}, wanted.actor, now)
        if agency != complaint["agency"]
        else complaint["door"]
    )
    if profile.forward == "after_verification" and complaint["forwarded_at"] is None and wanted.to in (State.VERIFIED, State.ASSIGNED):
        settled = now + timedelta(seconds=profile.intake.settle_seconds)
        owe_forward(connection, complaint["id"], complaint["tracking_number"], door, now, settled)
    if not wanted.silent:
        text = wanted.text or (wanted.reason if wanted.source == "desk" else None) or ""
        told = of_state(connection, replies, {**complaint, **values}, wanted.to, text, now)
        if told is not None:
            tell(connection, replies, {**complaint, **values}, told, now)
    return True


def _named(replies: Replies, complaint: Found, wanted: Move) -> str:
    return replies.state({**complaint, "state": wanted.to, "agency": wanted.agency or complaint["agency"]})
