"""Splitting, merging and moving: when the hub guessed wrong which words belong together, a person puts it right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher.clocks import winding
from dispatcher.moving import ActRefused
from dispatcher.registering import insert, owe_forward
from dispatcher.replies import Replies, to_reporter
from normalizer import tracking
from normalizer.complaint import State
from store import complaints, due, inbox
from store.complaints import Found

TITLE = 80
_OWN = (
    "category",
    "suggestions",
    "personal_data",
    "evidence",
    "door_reference",
    "forwarded_at",
    "closed_by",
    "postponed_until",
    "merged_into",
    "rating",
    "rating_asked_at",
    "matter_id",
    "matter_by",
)


def split(
    connection: Connection,
    profile: Profile,
    replies: Replies,
    draw: Callable[[str], str],
    supplement_id: int,
    operator: str,
    now: datetime,
) -> str:
    """Returns the new number in stored form."""
    supplement, parent = _supplement(connection, supplement_id)
    values = _values(profile, supplement, parent, now)
    values |= winding.first(profile, now, values["classification"])
    registered = insert(connection, profile.prefix, draw, values)
    number, complaint_id = registered.number, registered.complaint_id
    complaints.take_supplement(connection, supplement_id, complaint_id)
    if supplement["inbox_id"] is not None:
        inbox.link(connection, supplement["inbox_id"], complaint_id)
    old, new = tracking.printed(parent["tracking_number"]), tracking.printed(number)
    complaints.note(
        connection, complaint_id, at=now, kind="registered", actor=operator, source="desk", state="received", note=f"dipisah dari {old}"
    )
    complaints.note(connection, parent["id"], at=now, kind="split", actor=operator, source="desk", note=f"menjadi {new}")
    if profile.forward == "at_once":
        owe_forward(
            connection,
            complaint_id,
            number,
            profile.door_for(None, profile.default_agency),
            now,
            now + timedelta(seconds=profile.intake.settle_seconds),
        )
    _tell(connection, replies, parent, complaint_id, f"split:{number}", number, now, "split", link=replies.link(number))
    return number


def merge(connection: Connection, replies: Replies, complaint_id: int, into: int, operator: str, now: datetime) -> None:
    if complaint_id == into:
        raise ActRefused("Sebuah laporan tidak dapat digabungkan dengan dirinya sendiri.")
    complaint, target = _open(connection, complaint_id), _open(connection, into)
    complaints.supplement(
        connection,
        into,
        inbox_id=None,
        body=complaint["body"],
        at=complaint["submitted_at"],
        edit=False,
        location=complaint["location"] or {},
    )
    complaints.change(connection, complaint_id, merged_into=into, state=State.CLOSED, state_at=now, closed_by=operator)
    due.write(connection, {complaint_id: (None, None)})
    old, new = tracking.printed(complaint["tracking_number"]), tracking.printed(target["tracking_number"])
    complaints.note(
        connection, complaint_id, at=now, kind="merged", actor=operator, source="desk", state=State.CLOSED, note=f"digabung ke {new}"
    )
    complaints.note(connection, into, at=now, kind="merged", actor=operator, source="desk", note=f"menerima {old}")
    key = f"merged:{complaint['tracking_number']}"
    _tell(connection, replies, complaint, complaint_id, key, complaint["tracking_number"], now, "merged", into=new)


def shift(connection: Connection, supplement_id: int, to: int, operator: str, now: datetime) -> None:
    supplement, parent = _supplement(connection, supplement_id)
    target = _open(connection, to)
    if target["conversation"] != parent["conversation"]:
        raise ActRefused("Tambahan hanya dapat dipindah ke laporan dari pelapor yang sama.")
    complaints.move_supplement(connection, supplement_id, to)
    if supplement["inbox_id"] is not None:
        inbox.link(connection, supplement["inbox_id"], to)
    complaints.note(
        connection,
        parent["id"],
        at=now,
        kind="moved",
        actor=operator,
        source="desk",
        note=f"ke {tracking.printed(target['tracking_number'])}",
    )
    complaints.note(
        connection, to, at=now, kind="moved", actor=operator, source="desk", note=f"dari {tracking.printed(parent['tracking_number'])}"
    )


def _supplement(connection: Connection, supplement_id: int) -> tuple[Found, Found]:
    supplement = complaints.get_supplement(connection, supplement_id)
    parent = complaints.get(connection, supplement["complaint_id"]) if supplement else None
    if supplement is None or parent is None:
        raise ActRefused("Tambahan itu tidak ada lagi.")
    return supplement, parent


def _open(connection: Connection, complaint_id: int) -> Found:
    complaint = complaints.get(connection, complaint_id)
    if complaint is None or complaint["merged_into"] is not None:
        raise ActRefused("Laporan itu tidak ada, atau sudah digabungkan dengan laporan lain.")
    return complaint


def _values(profile: Profile, supplement: Found, parent: Found, now: datetime) -> dict[str, Any]:
    """The new complaint: the supplement's words, the parent's citizen."""
    body = supplement["body"] or "(tanpa kata-kata)"
    values = {key: value for key, value in parent.items() if key not in ("id", *_OWN)}
    return values | {
        "title": body.splitlines()[0][:TITLE],
        "first_words": body,
        "body": body,
        "location": supplement["location"] or {},
        "suggestions": [],
        "personal_data": [],
        "evidence": [],
        "agency": profile.default_agency,
        "inbox_id": supplement["inbox_id"],
        "state": State.RECEIVED,
        "state_at": now,
        "registered_at": now,
        "submitted_at": supplement["at"],
        "last_words_at": supplement["at"],
        "door": profile.door_for(None, profile.default_agency),
        "group": None,
        "awaits_words": False,
        "version": 1,
    }


def _tell(
    connection: Connection, replies: Replies, to: Found, complaint_id: int, key: str, number: str, now: datetime, name: str, **fields: str
) -> None:
    printed = tracking.printed(number)
    replies.owe(
        connection,
        to_reporter(to),
        key=key,
        text=replies.profile.text(name, number=printed, **fields),
        now=now,
        complaint_id=complaint_id,
        number=number,
        subject=replies.profile.text("reply_subject", number=printed),
        automatic=False,
    )
