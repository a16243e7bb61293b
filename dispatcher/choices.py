"""What a citizen may choose about a complaint of their own, by button or by a plain word: hide the name, keep it confidential, or no
longer; send the place; withdraw it. What its door has already is told there.

Only complaints of the same line of talk can be chosen about, so knowing a number changes nothing. A wish that comes before the complaint
is kept as the message that it is, and found again when the complaint is registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.profile import Profile
from connectors.contract import ASK_PLACE, Button
from dispatcher.adding import owe_addition
from dispatcher.doors.contract import Addition
from dispatcher.moving import Move, move
from dispatcher.replies import Replies
from dispatcher.wishes import WISHES
from normalizer import tracking
from normalizer.complaint import State
from normalizer.outcome import Normalized
from store import complaints
from store.complaints import Found
from store.inbox import Claim
from store.states import OPEN

CHOICES = frozenset({*WISHES, "lokasi", "batal", "cabut"})
TAKEN_BACK = {"anonymous": "named", "confidential": "opened"}
"""The timeline's words for a flag that is no longer wanted."""
WITHDRAWABLE = frozenset({State.RECEIVED, State.VERIFIED, State.WAITING})
"""Later an agency has begun: a person sees to it."""


def elsewhere(complaint: Found) -> bool:
    """Whether another system has it. What waits on our worklist under our own number has not left yet."""
    waits_here = complaint["door_reference"] == f"token:{complaint['tracking_number']}"
    return complaint["forwarded_at"] is not None and complaint["door"] != "desk" and not waits_here


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the citizen is told."""

    text: str
    buttons: tuple[Button, ...] = ()


class Choices:
    """Knows the city; holds no state."""

    def __init__(self, profile: Profile, replies: Replies) -> None:
        self._profile, self._replies = profile, replies

    def meant(self, connection: Connection, claim: Claim, read: Normalized) -> Found | None:
        """The complaint that is chosen about: the one named, the one answered, else the open one that is being talked about."""
        conversation, inbound = claim.conversation, claim.inbound
        if read.tracking_number:
            number = tracking.stored(self._profile.prefix, read.tracking_number)
            named = complaints.by_number(connection, number) if number else None
            return named if named and named["conversation"] == conversation else None
        answered = inbound.in_reply_to or read.in_reply_to
        found = complaints.of_reply(connection, conversation, answered) if answered else None
        found = found or complaints.latest(connection, conversation, only_open=True)
        if found is None or complaints.said_new(connection, conversation, found["inbox_id"] or 0):
            return None
        return found

    def carry_out(self, connection: Connection, claim: Claim, read: Normalized, complaint: Found | None, now: datetime) -> Chosen:
        """Change what was asked for; the timeline tells of it."""
        command = read.command or ""
        if complaint is None:
            return self._without(command, named=read.tracking_number is not None)
        if command in WISHES:
            return self._flag(connection, claim, complaint, command, now)
        if command == "lokasi":
            complaints.change(connection, complaint["id"], last_words_at=now)  # what comes next belongs to this complaint again
            return Chosen(text=self._text("lokasi", complaint), buttons=(self._button("button_place", ASK_PLACE),))
        return self._withdraw(connection, claim, complaint, now, sure=command == "cabut" and read.tracking_number is not None)

    def _without(self, command: str, *, named: bool) -> Chosen:
        text = self._profile.text
        if named:
            return Chosen(text=text("status_none", example=f"{self._profile.prefix}-XXXX-XXXX"))
        return Chosen(text=text({**{wish: f"{wish}_next" for wish in WISHES}, "lokasi": "lapor"}.get(command, "batal")))

    def _flag(self, connection: Connection, claim: Claim, complaint: Found, command: str, now: datetime) -> Chosen:
        flag, wanted = WISHES[command]
        if bool(complaint[flag]) is not wanted:
            complaints.change(connection, complaint["id"], **{flag: wanted})
            self._note(connection, claim, complaint, flag if wanted else TAKEN_BACK[flag], now)
            owe_addition(connection, complaint, Addition.HIDDEN, key=str(claim.id), now=now)
        return Chosen(text=self._text("hidden_late" if elsewhere(complaint) else command, complaint))

    def _withdraw(self, connection: Connection, claim: Claim, complaint: Found, now: datetime, *, sure: bool) -> Chosen:
        """Asked once more first: a thumb on a button is no decision."""
        state = State(complaint["state"])
        if state not in OPEN:
            return Chosen(text=self._text("withdraw_closed", complaint))
        if not sure:
            number = tracking.printed(complaint["tracking_number"])
            return Chosen(text=self._text("cancel_ask", complaint), buttons=(self._button("button_withdraw", f"cabut {number}"),))
        away = elsewhere(complaint)
        if away or state not in WITHDRAWABLE:
            self._note(connection, claim, complaint, "withdrawal", now)
            owe_addition(connection, complaint, Addition.WITHDRAWN, key=complaint["tracking_number"], now=now)
            return Chosen(text=self._text("withdraw_sent" if away else "withdraw_late", complaint))
        wanted = Move(to=State.WITHDRAWN, actor="citizen", source=claim.inbound.channel, at=now)
        move(connection, self._profile, self._replies, complaint, wanted, now)
        return Chosen(text=self._text("withdrawn", complaint))

    def _note(self, connection: Connection, claim: Claim, complaint: Found, kind: str, now: datetime) -> None:
        complaints.note(connection, complaint["id"], at=now, kind=kind, actor="citizen", source=claim.inbound.channel)

    def _text(self, name: str, complaint: Found) -> str:
        return self._profile.text(name, number=tracking.printed(complaint["tracking_number"]))

    def _button(self, name: str, command: str) -> Button:
        return Button(text=self._profile.text(name), command=command)
