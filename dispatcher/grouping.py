"""Complaints about the same matter find each other when they are registered: grouped where it is sure, asked about where it is not.

Nobody is told: each citizen keeps their own number and hears nothing of any other. Only the desk sees the group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from normalizer import fingerprint, tracking
from normalizer.likeness import Likeness, kept_under, likeness, looked_up
from normalizer.wording import words
from store import complaints, matters
from store.matters import SYSTEM, Candidate

FADES = timedelta(days=21)
"""A little longer than the longest time in which two complaints can be alike."""
ASKED = 3
"""Questions that one new complaint puts to people at most."""


def group(connection: Connection, profile: Profile, complaint: Mapping[str, Any], now: datetime) -> None:
    """Join the matter that a complaint surely belongs to; else ask about those it may belong to. `complaint`: its columns."""
    complaint_id: int = complaint["id"]
    told = fingerprint.of_complaint(complaint, frozenset(words(profile.name)))
    found = matters.candidates(connection, looked_up(told), besides=complaint_id)
    alike = [(likeness(told, fingerprint.from_json(each.told)), each) for each in found]
    matters.keep(connection, complaint_id, fingerprint.to_json(told), kept_under(told), now)
    if complaint.get("matter_by") is not None:
        return  # a person decided already, or it has joined
    sure = [each for like, each in alike if like is Likeness.SURE and each.open]
    joined = place(connection, complaint, max(sure, key=_standing), SYSTEM, now) if sure else None
    _ask(connection, complaint_id, [each for like, each in alike if like and (joined is None or each.matter_id != joined)], sure)


def _standing(candidate: Candidate) -> tuple[bool, int]:
    """A matter that stands already attracts; else the oldest complaint."""
    return candidate.matter_id is not None, -(candidate.matter_id or candidate.complaint_id)


def _ask(connection: Connection, complaint_id: int, others: Sequence[Candidate], sure: Sequence[Candidate]) -> None:
    """One question for each matter, the newest first; none about what has just been joined."""
    known = {each.complaint_id for each in sure}
    apart = {each.matter_id or -each.complaint_id: each for each in sorted(others, key=lambda each: each.complaint_id)}
    for each in list(reversed(apart.values()))[:ASKED]:
        if each.complaint_id not in known:
            matters.hint(connection, complaint_id, each.complaint_id)


def place(connection: Connection, complaint: Mapping[str, Any], other: Candidate, by: str, now: datetime) -> int:
    """Into the matter of another complaint, which may be opened for it."""
    matter = matters.of_complaint(connection, other.complaint_id, by, now)
    matters.put(connection, complaint["id"], matter, by)
    mine, theirs = (tracking.printed(number) for number in (complaint["tracking_number"], other.number))
    source = "desk" if by != SYSTEM else "system"
    complaints.note(connection, complaint["id"], at=now, kind="grouped", actor=by, source=source, note=f"bersama {theirs}")
    if other.matter_id is None:
        complaints.note(connection, other.complaint_id, at=now, kind="grouped", actor=by, source=source, note=f"bersama {mine}")
    return matter
