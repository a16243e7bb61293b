"""More words or files for a complaint that is open already. The first words stay; what was missing is filled in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher import routing, urging
from dispatcher.adding import owe_addition
from dispatcher.doors.contract import Addition
from dispatcher.grouping import group
from dispatcher.homes import Bond, Home
from dispatcher.registering import is_placed, owe_evidence
from dispatcher.replies import Replies, to_sender
from normalizer import tracking
from normalizer.complaint import Urgency
from normalizer.outcome import Normalized
from store import complaints, outbox
from store.complaints import Found
from store.inbox import Claim

QUIET = timedelta(seconds=10)
"""Messages that follow an automatic reply this closely are one burst: they were answered by it."""


def supplement(
    connection: Connection,
    profile: Profile,
    replies: Replies,
    claim: Claim,
    read: Normalized,
    home: Home,
    now: datetime,
    *,
    adds: Addition = Addition.SUPPLEMENT,
    told: str | None = "supplement",
) -> None:
    """adds: what the door is told it is. told: the text of the answer; None when the caller answers."""
    complaint = home.complaint
    assert complaint is not None
    added = complaints.supplement(
        connection,
        complaint["id"],
        inbox_id=claim.id,
        body=read.body,
        at=claim.received_at,
        edit=home.bond is Bond.EDIT,
        location=read.location.model_dump(),
    )
    owe_evidence(connection, claim, read, complaint["id"], now, added)
    complaints.note(connection, complaint["id"], at=now, kind="supplement", actor="citizen", source=claim.inbound.channel)
    filled = _filled(profile, complaint, read)
    complaints.mark(connection, complaint["id"], last_words_at=claim.received_at)
    if filled:
        complaints.change(connection, complaint["id"], **filled)
    if "urgency" in filled:
        urging.raised(connection, complaint, now)
    if "category" in filled:
        complaint["door"] = routing.follow(connection, profile, {**complaint, **filled}, "system", now)
    if not {"location", "category", "body"}.isdisjoint(filled):
        group(connection, profile, complaint | filled, now)
    if complaint["awaits_words"] and read.words:
        settle = timedelta(seconds=profile.intake.settle_seconds)
        outbox.hurry(connection, f"forward:{complaint['tracking_number']}", now + settle)
    settled = timedelta(seconds=profile.intake.settle_seconds)
    owe_addition(connection, complaint, adds, key=str(claim.id), now=now, settle=settled, supplement_id=added)
    for flag in ("anonymous", "confidential"):
        if flag in filled:
            complaints.note(connection, complaint["id"], at=now, kind=flag, actor="citizen", source=claim.inbound.channel)
            owe_addition(connection, complaint, Addition.HIDDEN, key=str(claim.id), now=now)
    if (
        home.bond is Bond.ALBUM
        and complaint["awaits_words"]
        and read.words
        and _settled(connection, replies, claim, complaint, read, filled)
    ):
        return
    if told is not None:
        _answer(connection, replies, claim, read, complaint, home, now, told)


def _settled(connection: Connection, replies: Replies, claim: Claim, complaint: Found, read: Normalized, filled: dict[str, Any]) -> bool:
    """The words of an album came while the acknowledgement of its first photo was held: that one answer now suits all of it."""
    number = complaint["tracking_number"]
    placed = is_placed(filled.get("location") or complaint["location"] or {})
    text = replies.acknowledgement(number, emergency=read.emergency, words=True, placed=placed)
    about_files = replies.about_files(claim.inbound.extra) or replies.about_files(complaint["reply_extra"] or {})
    return outbox.amend(connection, f"ack:{number}", text=text + about_files)


def _filled(profile: Profile, complaint: Found, read: Normalized) -> dict[str, Any]:
    """What the complaint lacked and the supplement brings. Never overwrites what a person may have edited."""
    filled: dict[str, Any] = {}
    place = complaint["location"] or {}
    if not (place.get("text") or place.get("region_code") or place.get("lat") is not None):
        found = read.location.model_dump(exclude_none=True)
        if found:
            filled["location"] = {**place, **found}
    elif place.get("lat") is None and read.location.lat is not None:
        filled["location"] = {**place, "lat": read.location.lat, "lon": read.location.lon}
    if complaint["awaits_words"] and read.words:
        filled |= {"awaits_words": False, "title": (read.title or complaint["title"])[:200], "body": read.body, "first_words": read.body}
        filled |= {"classification": read.classification, "personal_data": [span.model_dump() for span in read.personal_data]}
    if complaint["category"] is None and read.category is not None and complaint["state"] == "received":
        filled |= {"category": read.category, "agency": read.agency or profile.agency_for(read.category)}
        filled["suggestions"] = [suggestion.model_dump() for suggestion in read.suggestions]
    filled |= {flag: True for flag in ("anonymous", "confidential") if getattr(read, flag) and not complaint[flag]}
    if read.emergency:
        filled["urgency"] = Urgency.EMERGENCY
    return filled


def _answer(
    connection: Connection, replies: Replies, claim: Claim, read: Normalized, complaint: Found, home: Home, now: datetime, told: str
) -> None:
    silent = home.bond is Bond.ALBUM or outbox.replies_since(connection, claim.conversation, now - QUIET) > 0
    about_files = replies.about_files(claim.inbound.extra)
    if silent and not read.emergency and not about_files:
        return
    number = complaint["tracking_number"]
    name = "ack_emergency" if read.emergency else told
    text = replies.profile.text(name, number=tracking.printed(number))
    replies.owe(
        connection,
        to_sender(claim.inbound),
        key=f"supplement:{claim.id}",
        text=text + about_files,
        now=now,
        complaint_id=complaint["id"],
        number=number,
        subject=replies.profile.text("reply_subject", number=tracking.printed(number)),
    )
