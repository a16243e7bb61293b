"""What a day's complaints amount to: a tally, which is how many there are by each name. Days are added up to periods.

The page counts the same way whether a day was rolled up before (`store.rolled`) or is counted at this moment, so its figures cannot
differ. Lengths are kept in tenths of a day; a median of many days is exact to one of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import metadata

import orjson
from sqlmodel import Session

from config.profile import Profile
from dispatcher.clocks.kept import Judge
from dispatcher.clocks.limits import Limit
from store import due, picture, rolled
from store.picture import DONE, Way

Tally = Counter[str]
"""By name: `received`, `axis|channel|sms|resolved`, `verify|kept`, `verify|until|2026-11-20`, `verify|tenths|45`."""
AXES = ("channel", "category", "agency", "place")
RESOLVED = frozenset({"answered", "closed"})
DAY = timedelta(days=1)
TENTH = 8640.0
"""Seconds of a tenth of a day."""
_MOVES_AT_ONCE = 500
_VERSION = 2
"""Another one where what is counted changes: every day is then counted again."""


def name(*parts: str) -> str:
    return "|".join(parts)


def added_up(tallies: Iterable[Tally]) -> Tally:
    """Counter.update asks of every name whether it is a number, which a year of days feels."""
    total: dict[str, int] = {}
    known = total.get
    for tally in tallies:
        for name, n in tally.items():
            total[name] = known(name, 0) + n
    return Tally(total)


def rules_of(profile: Profile) -> str:
    """A mark of everything that a verdict follows from besides the complaint: another mark, and all days are counted again."""
    told = profile.model_dump_json(include={"zone", "rules", "hours", "holidays"})
    return hashlib.sha256(f"{_VERSION} {_calendar()} {told}".encode()).hexdigest()[:16]


@cache
def _calendar() -> str:
    """Which edition of the national holidays this is."""
    return metadata.version("holidays")


def days_of(session: Session, profile: Profile, since: date, until: date, now: datetime) -> Mapping[date, Tally]:
    """Every day from `since` to `until`, both included: as it was rolled up, else counted now. Today is always counted now."""
    today = now.astimezone(profile.tz).date()
    rolled_up = rolled.between(session, since, min(until, today - DAY), rules_of(profile))
    known = {day: Tally(orjson.loads(tally)) for day, tally in rolled_up.items()}
    for first, last in _gaps(known, since, min(until, today)):
        known |= count(session, profile, first, last, now)
    return known


def count(session: Session, profile: Profile, since: date, until: date, now: datetime) -> Mapping[date, Tally]:
    """From the complaints themselves."""
    judge, found = Judge.of(profile, now), {since + DAY * n: Tally() for n in range((until - since).days + 1)}
    ways = list(picture.ways(session, _start(profile, since), _start(profile, until + DAY)))
    moves = _moves(session, [way.id for way in ways if way.waited and not way.merged])
    for way in ways:
        tally = found[judge.days.day_of(way.registered_at)]
        _add(tally, way)
        if not way.merged:
            _judge(tally, judge, way, moves.get(way.id, ()))
    return found


def _add(tally: Tally, way: Way) -> None:
    tally["received"] += 1
    tally[name("state", way.state)] += 1
    for axis in AXES:
        key = getattr(way, axis) or ""
        tally[name("axis", axis, key, "received")] += 1
        if way.state in RESOLVED:
            tally[name("axis", axis, key, "resolved")] += 1
        if way.state in DONE:
            tally[name("axis", axis, key, "done")] += 1
    if way.rating is not None:
        tally["rated"] += 1
        tally["stars"] += way.rating


def _judge(tally: Tally, judge: Judge, way: Way, moves: Sequence[tuple[str, datetime]]) -> None:
    """A complaint that was merged into another is no case of its own."""
    tally["judged"] += 1
    for what, so in (("told", way.told), ("ended", way.done is not None), ("reopened", way.reopened)):
        if so:
            tally[what] += 1
    met = {Limit.VERIFY: way.taken, Limit.FIRST_FOLLOW_UP: way.worked, Limit.RESOLVE: way.done}
    for limit, verdict in judge.verdicts(way.registered_at, way.classification, met, moves).items():
        if verdict.kept is not None:
            tally[name(limit, "kept" if verdict.kept else "late")] += 1
        else:
            tally[name(limit, "until", verdict.until.isoformat() if verdict.until else "")] += 1
    for limit, at in met.items():
        if at is not None:
            tally[name(limit, "tenths", str(max(0, round((at - way.registered_at).total_seconds() / TENTH))))] += 1


def _gaps(known: Mapping[date, Tally], since: date, until: date) -> Iterator[tuple[date, date]]:
    """Runs of days, both ends included, that are not known."""
    missing = [day for n in range((until - since).days + 1) if (day := since + DAY * n) not in known]
    begins = 0
    for index in range(1, len(missing) + 1):
        if index == len(missing) or missing[index] - missing[index - 1] > DAY:
            yield missing[begins], missing[index - 1]
            begins = index


def _start(profile: Profile, day: date) -> datetime:
    return datetime.combine(day, time(), profile.tz)


def _moves(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, datetime]]]:
    found: dict[int, Sequence[tuple[str, datetime]]] = {}
    for start in range(0, len(ids), _MOVES_AT_ONCE):
        found |= due.moves_of(session.connection(), ids[start : start + _MOVES_AT_ONCE])
    return found
