"""Which complaint a message belongs to, if any. Only complaints of the same conversation: quoting a number opens nobody's case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection

from config.profile import Intake
from connectors.contract import FollowUp
from dispatcher.talks import is_of, talked_about
from normalizer import fingerprint
from normalizer.outcome import Normalized
from store import complaints
from store.complaints import Found
from store.inbox import Claim
from store.states import OPEN


class Bond(StrEnum):
    """Why a message belongs to a complaint."""

    EDIT = "edit"
    NUMBER = "number"
    REPLY = "reply"
    ALBUM = "album"
    WINDOW = "window"
    CONVERSATION = "conversation"
    ANSWER = "answer"
    """What we asked for, or an answer to what we wrote where the citizen's own channel failed."""
    SAME = "same"
    RESENT = "resent"
    """Nearly the same words once more: kept beside the first ones, under the first number."""


@dataclass(frozen=True, slots=True)
class Home:
    """complaint None: it starts a new one. refers_to: a number that it quotes, or the closed complaint that it follows."""

    complaint: Found | None = None
    bond: Bond | None = None
    refers_to: str | None = None


def find_home(connection: Connection, claim: Claim, read: Normalized, intake: Intake, follow_up: FollowUp) -> Home:
    named = _named(connection, claim, read)
    if named.complaint is not None and named.complaint["state"] not in OPEN:
        return Home(refers_to=named.complaint["tracking_number"])
    if named.complaint is not None or read.starts_new or follow_up is FollowUp.NEVER:
        return named
    last = talked_about(connection, claim)
    if last is None or last["state"] not in OPEN:
        return named
    group = claim.inbound.group
    if group is not None and last["group"] == group:
        return Home(last, Bond.ALBUM)
    if read.body and last["first_words"] == read.body and not claim.inbound.attachments:
        return Home(last, Bond.SAME)
    if read.body and fingerprint.resent(last["first_words"], read.body):
        return Home(last, Bond.RESENT)
    if last["state"] == "waiting" or last["conversation"] != claim.conversation:
        asked_for_another = _asked_for_another(connection, claim, last)
        return named if asked_for_another else Home(last, Bond.ANSWER)
    if follow_up is FollowUp.CONVERSATION:
        return Home(last, Bond.CONVERSATION)
    if follow_up is FollowUp.WINDOW and _within(claim, last, intake) and not _asked_for_another(connection, claim, last):
        return Home(last, Bond.WINDOW)
    return named


def _named(connection: Connection, claim: Claim, read: Normalized) -> Home:
    """The message itself says where it belongs: an edit, a quoted number, an answer."""
    talk, inbound = claim.conversation, claim.inbound
    if inbound.edit_of and (found := complaints.of_message(connection, talk, inbound.edit_of)):
        return Home(found, Bond.EDIT)
    number = quoted(read)
    if number:
        found = complaints.by_number(connection, number)
        return Home(found, Bond.NUMBER) if found and is_of(connection, claim, found) else Home(refers_to=number)
    answered = inbound.in_reply_to or read.in_reply_to
    if answered and (found := complaints.of_reply(connection, talk, answered) or complaints.of_message(connection, talk, answered)):
        return Home(found, Bond.REPLY)
    if answered and (number := complaints.of_mail(connection, answered.strip("<>"))):
        return Home(refers_to=number)  # a stranger who answers our mail to somebody else
    return Home()


def quoted(read: Normalized) -> str | None:
    """The number that a message quotes, in stored form (the normaliser tells the printed one)."""
    return read.tracking_number.replace("-", "") if read.tracking_number else None


def _within(claim: Claim, last: Found, intake: Intake) -> bool:
    return bool(claim.received_at - last["last_words_at"] <= timedelta(minutes=intake.supplement_window_minutes))


def _asked_for_another(connection: Connection, claim: Claim, last: Found) -> bool:
    return complaints.said_new(connection, claim.conversation, last["inbox_id"] or 0)
