"""Which complaint a line of talk is about: its own newest, or the one about which we wrote there because the citizen's channel failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from store import complaints
from store.complaints import Found
from store.inbox import Claim

FALLBACK_LASTS = timedelta(days=14)
"""So long an answer to a fallback message belongs to its complaint."""


def talked_about(connection: Connection, claim: Claim) -> Found | None:
    """The newest of both; following a merge."""
    own, told = complaints.latest(connection, claim.conversation), _told_there(connection, claim)
    if told is None or (own is not None and own["registered_at"] > told[1]):
        return own
    return told[0]


def told_there(connection: Connection, claim: Claim) -> Found | None:
    """The complaint of another line of talk that we lately wrote about in this one."""
    told = _told_there(connection, claim)
    return told[0] if told else None


def is_of(connection: Connection, claim: Claim, complaint: Found) -> bool:
    """Whether whoever talks here may act for this complaint. Knowing its number is not enough."""
    if complaint["conversation"] == claim.conversation:
        return True
    told = told_there(connection, claim)
    return told is not None and told["id"] == complaint["id"]


def _told_there(connection: Connection, claim: Claim) -> tuple[Found, datetime] | None:
    return complaints.told_elsewhere(connection, claim.conversation, claim.received_at - FALLBACK_LASTS)
