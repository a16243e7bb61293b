"""A complaint's state moves, by whoever moves it: an operator, a door, the clock. One function, one transaction: state, timeline, reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher.clocks import winding
from dispatcher.registering import owe_forward
from dispatcher.replies import Replies, to_reporter
from normalizer import tracking
from normalizer.complaint import State
from store import complaints
from store.complaints import Found
from store.states import allowed

TELLS = frozenset(State) - {State.RECEIVED, State.WITHDRAWN}
NEEDS_TEXT = frozenset({State.WAITING, State.ANSWERED, State.OUT_OF_SCOPE, State.ARCHIVED})


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
    """For operators."""
    external_id: str | None = None


def move(connection: Connection, profile: Profile, replies: Replies, complaint: Found, wanted: Move, now: datetime) -> bool:
    """False: this source told the same before. Raises ActRefused when the state may not follow."""
    state = State(complaint["state"])
    if wanted.to not in allowed(state):
        raise ActRefused(
            f"Laporan berstatus “{replies.state(complaint)}” tidak dapat diubah menjadi “{_named(replies, complaint, wanted)}”."
        )
    if wanted.to in NEEDS_TEXT and not (wanted.text or wanted.reason):
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
    if profile.forward == "after_verification" and state is State.RECEIVED and wanted.to in (State.VERIFIED, State.ASSIGNED):
        settled = now + timedelta(seconds=profile.intake.settle_seconds)
        owe_forward(connection, complaint["id"], complaint["tracking_number"], complaint["door"], now, settled)
    _tell(connection, replies, {**complaint, **values}, wanted, now)
    return True


def _named(replies: Replies, complaint: Found, wanted: Move) -> str:
    return replies.state({**complaint, "state": wanted.to, "agency": wanted.agency or complaint["agency"]})


def _tell(connection: Connection, replies: Replies, complaint: Found, wanted: Move, now: datetime) -> None:
    """The citizen hears of it in the channel they wrote from."""
    if wanted.to not in TELLS:
        return
    number = complaint["tracking_number"]
    agency = replies.profile.agencies.get(complaint["agency"] or "")
    name = "closed_text" if wanted.to is State.CLOSED and wanted.text else str(wanted.to)
    text = replies.profile.text(
        name,
        number=tracking.printed(number),
        agency=agency.name if agency else replies.profile.office,
        text=wanted.text or wanted.reason or "",
    )
    replies.owe(
        connection,
        to_reporter(complaint),
        key=f"state:{number}:{complaint['version']}:{wanted.to}",
        text=text,
        now=now,
        complaint_id=complaint["id"],
        number=number,
        subject=replies.profile.text("reply_subject", number=tracking.printed(number)),
        automatic=False,
    )
