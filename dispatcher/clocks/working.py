"""Which days count. A working day is one of the office's days and neither a national holiday, nor cuti bersama, nor the city's own holiday.

Pure: days in, days out; a city's zone decides on which day a moment falls. Indonesia has no daylight saving time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from config.profile import Profile

DAY = timedelta(days=1)
LAST_MOMENT = time(23, 59, 59)
"""A limit in days is kept until the day is over, also after the counter closed."""
Span = tuple[date, date]


@cache
def national(year: int) -> frozenset[date]:
    """National holidays and cuti bersama as PyPI `holidays` has them; years that no decree reached yet hold its estimates."""
    return frozenset(named(year))


def named(year: int) -> dict[date, str]:
    """The same days with their Indonesian names, for people."""
    from holidays import GOVERNMENT, PUBLIC
    from holidays.countries.indonesia import ID

    return dict(ID(years=year, categories=(PUBLIC, GOVERNMENT), language="id").items())


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """One city's. `free` and `struck`: its own holidays, and national ones on which it works all the same."""

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    free: frozenset[date] = frozenset()
    struck: frozenset[date] = frozenset()

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """The last moment of a day in the city."""
        return datetime.combine(day, LAST_MOMENT, self.zone)

    def counts(self, day: date) -> bool:
        if day.weekday() not in self.weekdays or day in self.free:
            return False
        return day in self.struck or day not in national(day.year)

    def after(self, start: date, days: int, resting: Sequence[Span] = ()) -> date:
        """The day on which `days` working days after `start` are over. Days of a rest (after its first, up to its last) do not count."""
        return _after(self, start, days, tuple(resting))

    def before(self, end: date, days: int) -> date:
        """The working day that lies `days` working days before `end`."""
        day = end
        while days > 0:
            day -= DAY
            days -= self.counts(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`; negative where `end` is the earlier one."""
        if end < start:
            return -self.between(end, start)
        years = (_of_year(self, year) for year in range(start.year, end.year + 1))
        return sum(bisect_right(days, end) - bisect_right(days, start) for days in years)


@lru_cache(maxsize=64)
def _of_year(counting: WorkingDays, year: int) -> Sequence[date]:
    """Its working days in order: a list of thirty complaints that are years late asks for them thirty times."""
    first = date(year, 1, 1)
    return [day for step in range(366) if (day := first + DAY * step).year == year and counting.counts(day)]


@lru_cache(maxsize=4096)
def _after(counting: WorkingDays, start: date, days: int, resting: tuple[Span, ...]) -> date:
    """Kept, because thousands of complaints came on the same few days."""
    day = start
    while days > 0:
        day += DAY
        if counting.counts(day) and not any(begun < day <= ended for begun, ended in resting):
            days -= 1
    return day


def of_city(profile: Profile) -> WorkingDays:
    return WorkingDays(
        zone=profile.tz,
        weekdays=frozenset(profile.hours.days),
        free=frozenset(holiday.day for holiday in profile.holidays if not holiday.working),
        struck=frozenset(holiday.day for holiday in profile.holidays if holiday.working),
    )
