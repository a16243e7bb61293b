"""One message becomes what it is, in ONE transaction: a new complaint with its number, a supplement, an answer, or a pocket.

Runs inside the writer. It decides from the normaliser's outcome and from what the store knows of the conversation, and writes
the complaint, its timeline and everything that is now owed. Losing the lease in between means that another node did it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.profile import Profile
from connectors.contract import ASK_PLACE, About, FollowUp
from dispatcher import blocking, colleagues
from dispatcher.choices import CHOICES, Choices
from dispatcher.homes import Bond, Home, find_home, quoted
from dispatcher.reading import Unread
from dispatcher.registering import Registrar
from dispatcher.replies import Replies, to_sender
from dispatcher.supplementing import supplement
from dispatcher.talks import talked_about
from dispatcher.verdicts import Heard, Verdicts, resume
from normalizer import admission, tracking
from normalizer.complaint import Outcome
from normalizer.outcome import Normalized
from store import complaints, inbox
from store.inbox import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message. `mine` False: the lease was lost, nothing was written."""

    outcome: str
    mine: bool = True
    number: str | None = None


def _belongs_to_album(connection: Connection, claim: Claim) -> bool:
    """In a group only the captioned photo of an album addresses us; the others belong to it all the same."""
    if claim.inbound.service != "not_addressed" or claim.inbound.group is None:
        return False
    last = complaints.latest(connection, claim.conversation, only_open=True)
    return last is not None and last["group"] == claim.inbound.group


class Taker:
    """Knows the city and the channels; holds no state."""

    def __init__(self, profile: Profile, replies: Replies, abouts: Mapping[str, About], node: str, draw: Callable[[str], str]) -> None:
        self._profile, self._replies, self._abouts, self._node = profile, replies, abouts, node
        self._registrar = Registrar(profile, replies, draw)
        self._choices = Choices(profile, replies)
        self._verdicts = Verdicts(profile, replies)

    def take(self, connection: Connection, claim: Claim, read: Normalized | Unread, now: datetime) -> Taken:
        if isinstance(read, Unread):
            return self._close(connection, claim, now, Outcome.UNREADABLE, read.reason)
        unheard = blocking.outcome_of(connection, claim.inbound, read)
        if unheard is not None:
            return self._close(connection, claim, now, unheard, blocking.REASON)
        heard = self._verdicts.heard(connection, claim, read, now)
        if heard is not None:
            return self._verdict(connection, claim, read, heard, now)
        about = colleagues.meant(connection, claim, read)
        if about is not None:
            taken = self._close(connection, claim, now, Outcome.SET_ASIDE, colleagues.REASON, about["id"])
            if taken.mine:
                colleagues.keep(connection, claim, read, about, now)
            return taken
        if read.outcome is Outcome.COMPLAINT or _belongs_to_album(connection, claim) or self._goes_on(connection, claim, read):
            return self._complaint(connection, claim, read, now)
        if read.outcome is Outcome.COMMAND and read.command in CHOICES:
            return self._choice(connection, claim, read, now)
        taken = self._close(connection, claim, now, read.outcome, read.command or read.reason)
        if taken.mine:
            self._follow(connection, claim)
            self._answer(connection, claim, read, now)
        return taken

    def _goes_on(self, connection: Connection, claim: Claim, read: Normalized) -> bool:
        """More of a public thread that is a complaint already needs no person to let it in."""
        about = self._abouts.get(claim.account)
        waits = read.outcome is Outcome.TRIAGE and read.reason in admission.WAITING
        if not waits or about is None or about.follow_up is not FollowUp.CONVERSATION:
            return False
        return complaints.latest(connection, claim.conversation, only_open=True) is not None

    def _close(
        self, connection: Connection, claim: Claim, now: datetime, outcome: str, reason: str | None, complaint_id: int | None = None
    ) -> Taken:
        mine = inbox.finish(connection, claim, self._node, now, outcome, reason, complaint_id)
        return Taken(outcome=outcome, mine=mine)

    def _follow(self, connection: Connection, claim: Claim) -> None:
        """A group that the platform goes on with under another id keeps its complaints."""
        extra = claim.inbound.extra
        if "moved_to" in extra:
            old, new, address = (str(extra[name]) for name in ("moved_from", "moved_to", "moved_address"))
            complaints.move_talk(connection, old, new, address)

    def _choice(self, connection: Connection, claim: Claim, read: Normalized, now: datetime) -> Taken:
        """A button or plain word about the citizen's own complaint; where there is none yet, about the next."""
        meant = self._choices.meant(connection, claim, read)
        taken = self._close(connection, claim, now, read.outcome, read.command, meant["id"] if meant else None)
        if not taken.mine or read.auto_generated or read.bounce:
            return taken
        chosen = self._choices.carry_out(connection, claim, read, meant, now)
        number = meant["tracking_number"] if meant else None
        about = self._abouts.get(claim.account)
        buttons = tuple(each for each in chosen.buttons if each.command != ASK_PLACE or (about and about.asks_place))
        self._replies.owe(
            connection,
            to_sender(claim.inbound),
            key=f"answer:{claim.id}",
            text=chosen.text,
            now=now,
            complaint_id=meant["id"] if meant else None,
            number=number,
            subject=self._profile.text("reply_subject", number=tracking.printed(number)) if number else None,
            buttons=buttons,
        )
        return taken

    def _verdict(self, connection: Connection, claim: Claim, read: Normalized, heard: Heard, now: datetime) -> Taken:
        """The citizen judges what was done."""
        number, complaint_id = heard.complaint["tracking_number"], heard.complaint["id"]
        taken = self._close(connection, claim, now, Outcome.COMMAND, heard.verdict, complaint_id)
        if not taken.mine:
            return taken
        text = self._verdicts.carry_out(connection, claim, read, heard, now)
        self._replies.owe(
            connection,
            to_sender(claim.inbound),
            key=f"answer:{claim.id}",
            text=text,
            now=now,
            complaint_id=complaint_id,
            number=number,
            subject=self._profile.text("reply_subject", number=tracking.printed(number)),
        )
        return Taken(outcome=Outcome.COMMAND, number=number)

    def _complaint(self, connection: Connection, claim: Claim, read: Normalized, now: datetime) -> Taken:
        about = self._abouts.get(claim.account)
        home = find_home(connection, claim, read, self._profile.intake, about.follow_up if about else FollowUp.WINDOW)
        if home.complaint is None:
            taken = self._close(connection, claim, now, Outcome.COMPLAINT, None)
            if not taken.mine:
                return taken
            registered = self._registrar.register(connection, claim, read, now, refers_to=home.refers_to)
            inbox.link(connection, claim.id, registered.complaint_id)
            return Taken(outcome=Outcome.COMPLAINT, number=registered.number)
        outcome = "duplicate" if home.bond is Bond.SAME else Outcome.SUPPLEMENT
        taken = self._close(connection, claim, now, outcome, home.bond, home.complaint["id"])
        if not taken.mine:
            return taken
        if home.bond is Bond.SAME:
            self._again(connection, claim, home, now)
        else:
            waited = home.complaint["state"] == "waiting" and home.bond is not Bond.EDIT
            told = "informed" if waited else "supplement"
            supplement(connection, self._profile, self._replies, claim, read, home, now, told=told)
            if waited:
                resume(connection, self._profile, self._replies, claim, home.complaint["id"], now)
        return Taken(outcome=outcome, number=home.complaint["tracking_number"])

    def _again(self, connection: Connection, claim: Claim, home: Home, now: datetime) -> None:
        """The same words once more: linked, and answered with the first number."""
        assert home.complaint is not None
        number, complaint_id = home.complaint["tracking_number"], home.complaint["id"]
        complaints.note(connection, complaint_id, at=now, kind="duplicate", actor="citizen", source=claim.inbound.channel)
        self._replies.owe(
            connection,
            to_sender(claim.inbound),
            key=f"duplicate:{claim.id}",
            text=self._replies.profile.text("duplicate", number=tracking.printed(number)),
            now=now,
            complaint_id=complaint_id,
            number=number,
        )

    def _answer(self, connection: Connection, claim: Claim, read: Normalized, now: datetime) -> None:
        """A friendly word for everything that is no complaint; machines get none."""
        text = self._words(connection, claim, read)
        if text is None or read.auto_generated or read.bounce:
            return
        self._replies.owe(
            connection, to_sender(claim.inbound), key=f"answer:{claim.id}", text=text, now=now, buttons=self._replies.choices()
        )

    def _words(self, connection: Connection, claim: Claim, read: Normalized) -> str | None:
        text = self._profile.text
        if read.outcome is Outcome.STATUS_QUERY or read.command == "status":
            return self._status(connection, claim, read)
        if read.outcome is Outcome.COMMAND:
            name = {"start": "greeting", "lapor": "lapor", "baru": "baru", "batal": "batal"}.get(read.command or "", "help")
            return text(name)
        if read.outcome is Outcome.TRIAGE and read.reason == "erasure_request":
            return text("erasure", privacy_contact=self._profile.privacy_contact)
        if read.outcome is Outcome.SET_ASIDE and read.reason in ("greeting", "thanks"):
            return text(read.reason)
        return None

    def _status(self, connection: Connection, claim: Claim, read: Normalized) -> str:
        number = quoted(read)
        found = complaints.by_number(connection, number) if number else talked_about(connection, claim)
        if found is None:
            return self._profile.text("status_none", example=f"{self._profile.prefix}-XXXX-XXXX")
        return self._replies.status(found)
