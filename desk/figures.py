"""The picture of a period as figures: what came in, what became of it, how long it took. For the dashboard and the public page.

Everything is told of the complaints that came in during the period. Runs in a reader's thread; `Shelf` keeps what was counted a while.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from aiohttp import web
from sqlmodel import Session

from config.profile import Profile
from desk.context import Desk
from desk.trend import Point, Trend
from dispatcher.clocks.kept import JUDGED, Judge
from dispatcher.clocks.limits import Limit
from store import due, picture
from store.picture import DONE, Cell, Way

AXES = ("channel", "category", "agency", "place")
RESOLVED = frozenset({"answered", "closed"})
_DAY = 86400.0
_MOVES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    since: date
    until: date

    def moments(self, profile: Profile) -> tuple[datetime, datetime]:
        start, end = datetime.combine(self.since, time(), profile.tz), datetime.combine(self.until, time(), profile.tz)
        return start, end + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One channel, category, agency or kecamatan. `key` is empty where nobody knows."""

    key: str
    received: int
    resolved: int
    done: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One limit: how many kept it, came late, or still have time. `median_days`: how long it took, in days of the calendar."""

    limit: str
    kept: int
    late: int
    running: int
    median_days: float | None

    @property
    def share(self) -> int | None:
        """Per cent of those that are decided."""
        return percent(self.kept, self.kept + self.late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of one period. `stars`: the mean of `rated` ratings. `told`, `reopened` of `judged` and `ended`, as counts."""

    period: Period
    received: int
    resolved: int
    states: Mapping[str, int]
    axes: Mapping[str, Sequence[Row]]
    limits: Sequence[Kept]
    trend: Trend
    judged: int
    told: int
    ended: int
    reopened: int
    rated: int
    stars: float | None


def percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def count(session: Session, profile: Profile, period: Period, now: datetime) -> Figures:
    """Asks the store and counts."""
    since, until = period.moments(profile)
    cells, ways = picture.cells(session, since, until), picture.ways(session, since, until)
    states = _states(cells)
    rated = sum(cell.rated for cell in cells)
    return Figures(
        period=period,
        received=sum(states.values()),
        resolved=sum(states[state] for state in RESOLVED),
        states=states,
        axes={axis: _rows(cells, axis) for axis in AXES},
        limits=_limits(session, profile, ways, now),
        trend=Trend.of([Point(way.registered_at.astimezone(profile.tz).date(), 1) for way in ways], period.since, period.until),
        judged=len(ways),
        told=sum(way.told for way in ways),
        ended=sum(way.done is not None for way in ways),
        reopened=sum(way.reopened for way in ways),
        rated=rated,
        stars=round(sum(cell.stars for cell in cells) / rated, 1) if rated else None,
    )


def _states(cells: Sequence[Cell]) -> Counter[str]:
    found: Counter[str] = Counter()
    for cell in cells:
        found[cell.state] += cell.count
    return found


def _rows(cells: Sequence[Cell], axis: str) -> Sequence[Row]:
    """The largest first."""
    received, resolved, done = Counter[str](), Counter[str](), Counter[str]()
    for cell in cells:
        key = getattr(cell, axis) or ""
        received[key] += cell.count
        resolved[key] += cell.count * (cell.state in RESOLVED)
        done[key] += cell.count * (cell.state in DONE)
    return [Row(key, n, resolved[key], done[key]) for key, n in received.most_common()]


def _limits(session: Session, profile: Profile, ways: Sequence[Way], now: datetime) -> Sequence[Kept]:
    judge, verdicts, taken = Judge.of(profile, now), Counter[tuple[Limit, bool | None]](), {limit: list[float]() for limit in JUDGED}
    moves = _moves(session, [way.id for way in ways if way.waited])
    for way in ways:
        met = {Limit.VERIFY: way.taken, Limit.FIRST_FOLLOW_UP: way.worked, Limit.RESOLVE: way.done}
        verdicts.update(judge.verdicts(way.registered_at, way.classification, met, moves.get(way.id, ())).items())
        for limit, at in met.items():
            if at is not None:
                taken[limit].append((at - way.registered_at).total_seconds() / _DAY)
    return [Kept(limit, verdicts[limit, True], verdicts[limit, False], verdicts[limit, None], _median(taken[limit])) for limit in JUDGED]


def _median(lengths: Sequence[float]) -> float | None:
    return round(median(lengths), 1) if lengths else None


def _moves(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, datetime]]]:
    found: dict[int, Sequence[tuple[str, datetime]]] = {}
    for some in _some(ids):
        found |= due.moves_of(session.connection(), some)
    return found


def _some(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _MOVES_AT_ONCE] for start in range(0, len(ids), _MOVES_AT_ONCE))


class Shelf:
    """Figures that were counted lately; one counting at a time, since each costs a look at every complaint of its period."""

    KEPT = 60
    """Periods at most."""

    def __init__(self) -> None:
        self._counted: dict[Period, tuple[datetime, Figures]] = {}
        self._turn = asyncio.Lock()

    async def figures(self, desk: Desk, period: Period, *, fresh: timedelta) -> Figures:
        """Not older than `fresh`."""
        async with self._turn:
            now = desk.clock()
            at, known = self._counted.get(period, (None, None))
            if known is not None and at is not None and now - at < fresh:
                return known
            counted = await desk.db.read(lambda session: count(session, desk.profile, period, now))
            if len(self._counted) >= self.KEPT:
                self._counted.clear()
            self._counted[period] = (now, counted)
            return counted


SHELF = web.AppKey("figures", Shelf)
