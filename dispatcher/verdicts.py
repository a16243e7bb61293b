"""The citizen's answer to an answer: "beres" closes, "belum beres" reopens, a number from 1 to 5 rates. Only where it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher.adding import owe_addition
from dispatcher.doors.contract import Addition
from dispatcher.homes import Bond, Home
from dispatcher.moving import Move, move
from dispatcher.replies import Replies
from dispatcher.supplementing import supplement
from dispatcher.talks import is_of, talked_about
from dispatcher.telling import ask_rating
from normalizer import tracking
from normalizer.complaint import Outcome, State
from normalizer.outcome import Normalized
from normalizer.verdict import Verdict
from store import complaints
from store.complaints import Found
from store.inbox import Claim

RATING_LASTS = timedelta(days=7)
"""So long after the question a bare number is a grade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A judgement about a complaint. pressed: by button, without words of their own. late: it was closed too long ago."""

    complaint: Found
    verdict: Verdict
    rating: int | None = None
    pressed: bool = False
    late: bool = False


class Verdicts:
    """Knows the city; holds no state."""

    def __init__(self, profile: Profile, replies: Replies) -> None:
        self._profile, self._replies = profile, replies

    def heard(self, connection: Connection, claim: Claim, read: Normalized, now: datetime) -> Heard | None:
        """None: it is no judgement, or nobody asked for one; then the message is whatever else it is."""
        pressed = read.outcome is Outcome.COMMAND and read.command in (Verdict.SOLVED, Verdict.UNSOLVED)
        said = Verdict(str(read.command)) if pressed else read.verdict
        if said is None or read.auto_generated or read.bounce or read.starts_new:
            return None
        complaint = self._meant(connection, claim, read)
        if complaint is None or complaint["merged_into"] is not None:
            return None
        state, late = State(complaint["state"]), now - complaint["state_at"] > timedelta(days=self._profile.reopen_days)
        if said is Verdict.UNSOLVED or said is Verdict.SOLVED:
            fits = state is State.ANSWERED or (state is State.CLOSED and (pressed or not late))
        else:
            fits = _asked_for_a_grade(complaint, now)
        late = late and state is State.CLOSED
        return Heard(complaint=complaint, verdict=said, rating=read.rating, pressed=pressed, late=late) if fits else None

    def _meant(self, connection: Connection, claim: Claim, read: Normalized) -> Found | None:
        """The complaint named, the one answered, else the one being talked about."""
        if read.tracking_number:
            number = tracking.stored(self._profile.prefix, read.tracking_number)
            named = complaints.by_number(connection, number) if number else None
            return named if named and is_of(connection, claim, named) else None
        answered = claim.inbound.in_reply_to or read.in_reply_to
        found = complaints.of_reply(connection, claim.conversation, answered) if answered else None
        found = found or talked_about(connection, claim)
        if found is None or complaints.said_new(connection, claim.conversation, found["inbox_id"] or 0):
            return None
        return found

    def carry_out(self, connection: Connection, claim: Claim, read: Normalized, heard: Heard, now: datetime) -> str:
        """Returns what the citizen is told."""
        if heard.verdict is Verdict.RATED:
            return self._rate(connection, claim, heard, now)
        if heard.verdict is Verdict.SOLVED:
            return self._close(connection, claim, heard.complaint, now)
        if heard.late:
            return self._text("reopen_late", heard.complaint)
        return self._reopen(connection, claim, read, heard, now)

    def _close(self, connection: Connection, claim: Claim, complaint: Found, now: datetime) -> str:
        if State(complaint["state"]) is State.ANSWERED:
            wanted = Move(to=State.CLOSED, actor="citizen", source=claim.inbound.channel, at=now, silent=True)
            move(connection, self._profile, self._replies, complaint, wanted, now)
            owe_addition(connection, complaint, Addition.SOLVED, key=str(claim.id), now=now)
        text = self._text("solved", complaint)
        return f"{text} {self._profile.text('ask_rating')}" if ask_rating(connection, complaint, now) else text

    def _reopen(self, connection: Connection, claim: Claim, read: Normalized, heard: Heard, now: datetime) -> str:
        complaint = heard.complaint
        if heard.pressed:
            complaints.mark(connection, complaint["id"], last_words_at=claim.received_at)  # what comes next belongs to it
            owe_addition(connection, complaint, Addition.REOPENED, key=str(claim.id), now=now)
        else:
            home = Home(complaint, Bond.ANSWER)
            adds = Addition.REOPENED
            supplement(connection, self._profile, self._replies, claim, read, home, now, adds=adds, told=None)
        complaints.mark(connection, complaint["id"], rating_asked_at=None)
        wanted = Move(to=State.IN_PROGRESS, actor="citizen", source=claim.inbound.channel, at=now, silent=True)
        move(connection, self._profile, self._replies, complaints.get(connection, complaint["id"]) or complaint, wanted, now)
        return self._text("reopened", complaint)

    def _rate(self, connection: Connection, claim: Claim, heard: Heard, now: datetime) -> str:
        complaint, rating = heard.complaint, heard.rating
        complaints.change(connection, complaint["id"], rating=rating)
        about = {"kind": "rated", "actor": "citizen", "source": claim.inbound.channel}
        complaints.note(connection, complaint["id"], at=now, note=f"{rating} dari 5", **about)
        owe_addition(connection, complaint, Addition.RATED, key=complaint["tracking_number"], now=now, rating=rating)
        return self._text("rated", complaint)

    def _text(self, name: str, complaint: Found) -> str:
        return self._profile.text(name, number=tracking.printed(complaint["tracking_number"]))


def _asked_for_a_grade(complaint: Found, now: datetime) -> bool:
    """Under an answer, or after the question; one grade only."""
    if complaint["rating"] is not None:
        return False
    asked = complaint["rating_asked_at"]
    return complaint["state"] == State.ANSWERED or (asked is not None and now - asked <= RATING_LASTS)


def resume(connection: Connection, profile: Profile, replies: Replies, claim: Claim, complaint_id: int, now: datetime) -> None:
    """The citizen gave what was waited for: back to where it was before the question."""
    complaint = complaints.get(connection, complaint_id)
    if complaint is None or complaint["state"] != State.WAITING:
        return
    before = complaints.state_before(connection, complaint_id, State.WAITING) or State.RECEIVED
    wanted = Move(to=State(before), actor="citizen", source=claim.inbound.channel, at=now, silent=True)
    move(connection, profile, replies, complaint, wanted, now)
