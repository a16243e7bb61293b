"""What may be said where everybody reads it: the number and the link, nothing else, and at most once a day in one conversation.

Whatever the rest of the hub wanted to say to a citizen of a public channel comes through here. A conversation there is one author in
one thread. The acknowledgement is the answer; later news is one sentence that there is news, put off until a day after the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from normalizer import tracking
from store import outbox

APART = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What goes out, and not before when."""

    text: str
    due_at: datetime


def is_public(extra: Mapping[str, Any]) -> bool:
    """`extra` of the message that is answered."""
    return extra.get("public") is True


def said(
    connection: Connection,
    profile: Profile,
    conversation: str,
    *,
    key: str,
    number: str | None,
    link: str,
    automatic: bool,
    urgent: bool,
    now: datetime,
) -> Said | None:
    """None: nothing is said. automatic: no person caused it; of such only the acknowledgement is worth everybody's eyes."""
    first = key.startswith("ack:")
    if number is None or (automatic and not first):
        return None
    last = outbox.newest_reply(connection, conversation)
    if last is not None and last.waiting and not first:
        return None  # what waits leads to the page with all of it
    due_at = max(now, last.due_at + APART) if last else now
    name = "news_public" if not first else "ack_public_emergency" if urgent else "ack_public"
    date = f"{due_at.astimezone(profile.tz):%d-%m-%Y}"  # the same words twice would be refused as a repetition
    return Said(profile.text(name, number=tracking.printed(number), link=link, date=date), due_at)
