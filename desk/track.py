"""A complaint as anyone who holds its number may see it: names of states, days, agencies. No title, no text, no names of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from babel.dates import format_date, format_datetime
from sqlmodel import Session

from config.profile import Profile
from desk import story
from desk.context import Desk
from normalizer.complaint import State
from normalizer.tracking import printed
from store.complaints import find, timeline_of
from store.states import OPEN
from store.tables import ComplaintRow, TimelineRow

_PATTERNS = {"id": "EEEE, d MMMM y 'pukul' HH.mm", "en": "EEEE, d MMMM y, HH:mm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of state."""

    name: str
    when: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    number: str
    state: str
    name: str
    """The state for people, with the agency where one has it."""
    since: str
    is_open: bool
    verify_days: int
    """Working days within which a report is looked at, by the city's rules."""
    steps: Sequence[Step]
    """Newest first."""
    merged_into: str | None = None
    """The printed number under which it goes on."""
    postponed_until: str | None = None


async def look_up(desk: Desk, number: str, language: str) -> Case | None:
    """`number` in stored form; None when no complaint has it."""

    def read(session: Session) -> Case | None:
        row = find(session, number)
        if row is None:
            return None
        joined = session.get(ComplaintRow, row.merged_into) if row.merged_into else None
        case = case_of(row, timeline_of(session, row.id or 0), desk.profile, language)
        return replace(case, merged_into=printed(joined.tracking_number)) if joined else case

    return await desk.db.read(read)


def case_of(row: ComplaintRow, timeline: Sequence[TimelineRow], profile: Profile, language: str) -> Case:
    """Pure. The timeline gives the steps."""
    steps = [
        Step(name=story.state_name(each, profile, language), when=moment(each.at, profile, language), at=each.at)
        for each in story.changes(row, timeline)
    ]
    return Case(
        number=printed(row.tracking_number),
        state=row.state,
        name=steps[-1].name,
        since=steps[-1].when,
        is_open=State(row.state) in OPEN,
        verify_days=profile.rule_set(row.registered_at.astimezone(profile.tz).date()).verify,
        steps=steps[::-1],
        postponed_until=_day(row.postponed_until, language),
    )


def moment(at: datetime, profile: Profile, language: str) -> str:
    """A day and hour in the city's zone, with the zone's name."""
    return f"{format_datetime(at, _PATTERNS[language], tzinfo=profile.tz, locale=language)} {profile.zone_name}"


def _day(day: date | None, language: str) -> str | None:
    return format_date(day, "d MMMM y", locale=language) if day else None
