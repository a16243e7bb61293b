"""The picture of a period as figures: what came in, what became of it, how long it took. For the dashboard and the public page.

Everything is told of the complaints that came in during the period. Runs in a reader's thread; `Shelf` keeps what was counted a while.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aiohttp import web
from sqlmodel import Session

from config.profile import Profile
from desk.context import Desk
from desk.trend import Point, Trend
from dispatcher import counting
from dispatcher.clocks.kept import JUDGED
from dispatcher.clocks.limits import Limit
from dispatcher.counting import AXES, Tally


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
    """From the days of the period, rolled up or not."""
    days = counting.days_of(session, profile, period.since, period.until, now)
    total = counting.added_up(days.values())
    under = _under(total)
    states = {state: n for (state,), n in under["state"].items()}
    rated = total["rated"]
    return Figures(
        period=period,
        received=total["received"],
        resolved=sum(states.get(state, 0) for state in counting.RESOLVED),
        states=states,
        axes={axis: _rows(under["axis"], axis) for axis in AXES},
        limits=[_kept(limit, under[limit], now.astimezone(profile.tz).date()) for limit in JUDGED],
        trend=Trend.of([Point(day, tally["judged"]) for day, tally in days.items()], period.since, period.until),
        judged=total["judged"],
        told=total["told"],
        ended=total["ended"],
        reopened=total["reopened"],
        rated=rated,
        stars=round(total["stars"] / rated, 1) if rated else None,
    )


def _under(tally: Tally) -> Mapping[str, Mapping[tuple[str, ...], int]]:
    """By the first part of its names."""
    found: defaultdict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for name, n in tally.items():
        first, *rest = name.split("|")
        found[first][tuple(rest)] = n
    return found


def _rows(counted: Mapping[tuple[str, ...], int], axis: str) -> Sequence[Row]:
    """The largest first."""
    keys = [key for of, key, what in counted if (of, what) == (axis, "received")]
    rows = [Row(key, *(counted.get((axis, key, what), 0) for what in ("received", "resolved", "done"))) for key in keys]
    return sorted(rows, key=lambda row: (-row.received, row.key))


def _kept(limit: Limit, counted: Mapping[tuple[str, ...], int], today: date) -> Kept:
    late, running = counted.get(("late",), 0), 0
    for (what, *rest), n in counted.items():
        if what == "until":
            over = bool(rest[0]) and today > date.fromisoformat(rest[0])
            late, running = late + n * over, running + n * (not over)
    lengths = {int(rest[0]): n for (what, *rest), n in counted.items() if what == "tenths"}
    return Kept(limit, counted.get(("kept",), 0), late, running, _median(lengths))


def _median(lengths: Mapping[int, int]) -> float | None:
    """In days, of lengths in tenths of a day and how often there is each."""
    total, seen, middle = sum(lengths.values()), 0, list[int]()
    for length in sorted(lengths):
        seen += lengths[length]
        while len(middle) < 2 and seen > (total - 1 + len(middle)) // 2:
            middle.append(length)
    return round(sum(middle) / 20, 1) if middle else None


class Shelf:
    """Figures that were counted lately; one counting at a time, since a day that is not rolled up costs a look at all its complaints."""

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
