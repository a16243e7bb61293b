"""News for the citizen: which, when, how often. The profile says so; acknowledgements and answers to what was just written never wait.

News that must wait (quiet hours, enough for one day) lies in the outbox until then, and later news is folded into it: what is told is
the latest state, and every word that a person wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from connectors.contract import Button
from dispatcher import publicly
from dispatcher.replies import Replies, to_reporter
from normalizer import tracking
from normalizer.complaint import State
from store import complaints, outbox
from store.complaints import Found

LATELY = timedelta(minutes=30)
"""Whoever wrote this recently sits before the screen: news goes at once."""
MORNING = time(8, 0)
"""When the next day's news begins where the profile has no quiet hours."""
SEEN_AT_ONCE = frozenset({"webchat"})
"""Pages that are looked at: nothing there wakes anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing to tell. `key` makes it unique within the complaint; `carries`: words of a person, which no later news may swallow."""

    key: str
    text: str
    carries: bool = False
    buttons: tuple[Button, ...] = ()


def tell(connection: Connection, replies: Replies, complaint: Found, news: News, now: datetime) -> None:
    """Owe it, or fold it into what waits already."""
    number, prefix = complaint["tracking_number"], f"state:{complaint['tracking_number']}:"
    due_at, waiting = due(connection, replies.profile, complaint, now), None
    # what is said in public is made elsewhere: a fold would put these words before everybody
    if complaint["channel"] not in SEEN_AT_ONCE and not publicly.is_public(complaint["reply_extra"] or {}):
        waiting = outbox.waiting_news(connection, complaint["id"], complaint["conversation"], prefix, now)
    if waiting is not None:
        kept = [*waiting.payload.get("kept", ()), *((waiting.payload["latest"],) if waiting.payload.get("carries") else ())]
        outbox.amend(connection, waiting.key, **_payload(news, kept))
        if due_at <= now:
            outbox.hurry(connection, waiting.key, now)
        return
    replies.owe(
        connection,
        to_reporter(complaint),
        key=f"{prefix}{news.key}",
        text=news.text,
        now=now,
        complaint_id=complaint["id"],
        number=number,
        subject=replies.profile.text("reply_subject", number=tracking.printed(number)),
        buttons=news.buttons,
        automatic=False,
        due_at=due_at,
        more={"latest": news.text, "carries": news.carries},
    )


def _payload(news: News, kept: Sequence[str]) -> dict[str, Any]:
    buttons = [{"text": button.text, "command": button.command} for button in news.buttons]
    return {"text": "\n\n".join([*kept, news.text]), "latest": news.text, "carries": news.carries, "kept": list(kept), "buttons": buttons}


def due(connection: Connection, profile: Profile, complaint: Mapping[str, Any], now: datetime) -> datetime:
    """When news of this complaint may go out."""
    if complaint["urgency"] == "emergency" or complaint["channel"] in SEEN_AT_ONCE or now - complaint["last_words_at"] <= LATELY:
        return now
    awake = awake_at(profile, now)
    midnight = awake.astimezone(profile.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    prefix = f"state:{complaint['tracking_number']}:"
    if outbox.news_between(connection, complaint["id"], complaint["conversation"], prefix, midnight, tomorrow) < profile.news_a_day:
        return awake
    return tomorrow.replace(hour=morning(profile).hour, minute=morning(profile).minute)


def awake_at(profile: Profile, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours in which it lies."""
    quiet, here = profile.quiet, now.astimezone(profile.tz)
    if quiet is None or not _within(here.time(), quiet.begins, quiet.ends):
        return now
    ends = here.replace(hour=quiet.ends.hour, minute=quiet.ends.minute, second=0, microsecond=0)
    return ends if ends > here else ends + timedelta(days=1)


def _within(hour: time, begins: time, ends: time) -> bool:
    """Quiet hours usually go over midnight."""
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def morning(profile: Profile) -> time:
    return profile.quiet.ends if profile.quiet else MORNING


def of_state(connection: Connection, replies: Replies, complaint: Found, to: State, text: str, now: datetime) -> News | None:
    """The sentence for a new state, with the question that belongs to it; None where the profile does not tell of it.
    Words that a person wrote for the citizen are told with every state."""
    profile, number = replies.profile, tracking.printed(complaint["tracking_number"])
    key = f"{complaint['version']}:{to}"
    if to not in profile.tell:
        return News(key=key, text=profile.text("news", number=number, text=text), carries=True) if text else None
    agency = profile.agencies.get(complaint["agency"] or "")
    name = "closed_text" if to is State.CLOSED and text else f"{to}_bare" if to in BARE and not text else str(to)
    told = profile.text(name, number=number, agency=agency.name if agency else profile.office, text=text)
    told = told if text in told else f"{told} {text}"
    buttons: tuple[Button, ...] = ()
    if to is State.ANSWERED:
        told, buttons = f"{told} {profile.text('ask_solved')}", replies.verdicts(complaint["tracking_number"])
    if to is State.CLOSED and ask_rating(connection, complaint, now):
        told = f"{told} {profile.text('ask_rating')}"
    return News(key=key, text=told, carries=bool(text), buttons=buttons)


BARE = frozenset({State.WAITING, State.ANSWERED, State.OUT_OF_SCOPE, State.ARCHIVED})
"""States that a person explains; a door may tell them without a word."""


def ask_rating(connection: Connection, complaint: Found, now: datetime) -> bool:
    """Whether the citizen is to be asked for a grade now; once in a complaint's life."""
    if complaint["rating"] is not None or complaint["rating_asked_at"] is not None:
        return False
    complaints.mark(connection, complaint["id"], rating_asked_at=now)
    return True
