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
from store import complaints, many, outbox
from store.complaints import Found
from store.outbox import Announced, Owing

LATELY = timedelta(minutes=30)
"""Whoever wrote this recently sits before the screen: news goes at once."""
MORNING = time(8, 0)
"""When the next day's news begins where the profile has no quiet hours."""
PREFIX = "state:"
"""What the keys of news begin with, before the number."""
SEEN_AT_ONCE = frozenset({"webchat"})
"""Pages that are looked at: nothing there wakes anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing to tell. `key` makes it unique within the complaint; `carries`: words of a person, which no later news may swallow."""

    key: str
    text: str
    carries: bool = False
    buttons: tuple[Button, ...] = ()
    asks_rating: bool = False
    """The text asks for a grade."""


def tell(connection: Connection, replies: Replies, complaint: Found, news: News, now: datetime) -> None:
    """Owe it, or fold it into what waits already."""
    tell_all(connection, replies, [(complaint, news)], now)


def tell_all(connection: Connection, replies: Replies, told: Sequence[tuple[Found, News]], now: datetime) -> None:
    """News of as many complaints."""
    today = midnight(replies.profile, now)
    earlier = outbox.announced(connection, [complaint["id"] for complaint, _ in told], PREFIX, today)
    asked, owed = {}, list[Owing]()
    for complaint, news in told:
        before = [each for each in earlier.get(complaint["id"], ()) if each.conversation == complaint["conversation"]]
        due_at = due(replies.profile, complaint, before, now)
        if news.asks_rating:
            asked[complaint["id"]] = {"rating_asked_at": now}
        # what is said in public is made elsewhere: a fold would put these words before everybody
        public = publicly.is_public(complaint["reply_extra"] or {})
        waiting = None if public or complaint["channel"] in SEEN_AT_ONCE else _waiting(before, now)
        if waiting is not None:
            _fold(connection, waiting, news, due_at, now)
        elif debt := _debt(connection, replies, complaint, news, due_at, now):
            if public:  # the next one of this conversation looks at it
                outbox.owe(connection, **debt)
            else:
                owed.append(debt)
    outbox.owe_all(connection, owed)
    many.mark(connection, asked)


def _waiting(before: Sequence[Announced], now: datetime) -> Announced | None:
    return next((each for each in reversed(before) if each.untouched and each.due_at > now), None)


def _fold(connection: Connection, waiting: Announced, news: News, due_at: datetime, now: datetime) -> None:
    kept = [*waiting.payload.get("kept", ()), *((waiting.payload["latest"],) if waiting.payload.get("carries") else ())]
    outbox.amend(connection, waiting.key, **_payload(news, kept))
    if due_at <= now:
        outbox.hurry(connection, waiting.key, now)


def _debt(connection: Connection, replies: Replies, complaint: Found, news: News, due_at: datetime, now: datetime) -> Owing | None:
    number = complaint["tracking_number"]
    return replies.draft(
        connection,
        to_reporter(complaint),
        key=f"{PREFIX}{number}:{news.key}",
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


def due(profile: Profile, complaint: Mapping[str, Any], before: Sequence[Announced], now: datetime) -> datetime:
    """When news of this complaint may go out. `before`: what was told since today's midnight, or waits."""
    if complaint["urgency"] == "emergency" or complaint["channel"] in SEEN_AT_ONCE or now - complaint["last_words_at"] <= LATELY:
        return now
    awake = awake_at(profile, now)
    begins = midnight(profile, awake)
    tomorrow = begins + timedelta(days=1)
    if sum(begins <= each.due_at < tomorrow for each in before) < profile.news_a_day:
        return awake
    return tomorrow.replace(hour=morning(profile).hour, minute=morning(profile).minute)


def midnight(profile: Profile, at: datetime) -> datetime:
    """The beginning of that day in the city."""
    return at.astimezone(profile.tz).replace(hour=0, minute=0, second=0, microsecond=0)


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


def of_state(replies: Replies, complaint: Found, to: State, text: str) -> News | None:
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
    asks = to is State.CLOSED and may_ask_rating(complaint)
    told = f"{told} {profile.text('ask_rating')}" if asks else told
    return News(key=key, text=told, carries=bool(text), buttons=buttons, asks_rating=asks)


BARE = frozenset({State.WAITING, State.ANSWERED, State.OUT_OF_SCOPE, State.ARCHIVED})
"""States that a person explains; a door may tell them without a word."""


def may_ask_rating(complaint: Mapping[str, Any]) -> bool:
    """Whether the citizen may be asked for a grade; once in a complaint's life."""
    return complaint["rating"] is None and complaint["rating_asked_at"] is None


def ask_rating(connection: Connection, complaint: Found, now: datetime) -> bool:
    """Whether the citizen is to be asked for a grade now."""
    if not may_ask_rating(complaint):
        return False
    complaints.mark(connection, complaint["id"], rating_asked_at=now)
    return True
