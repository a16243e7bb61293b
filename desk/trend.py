"""How many came in by day or week, and where there were far more than usual. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

DAYS_AT_MOST = 62
"""A longer period is told by weeks."""
WINDOW = 28
LEAST = 10
"""Fewer than these are never called a spike."""


class Point(NamedTuple):
    """`day`: the day, or the Monday of the week."""

    day: date
    number: int


@dataclass(frozen=True, slots=True)
class Trend:
    weekly: bool
    points: Sequence[Point]
    spikes: Sequence[Point]

    @classmethod
    def of(cls, arrivals: Sequence[Point], since: date, until: date) -> Trend:
        """Every day or week of the period, the empty ones too."""
        weekly = (until - since).days >= DAYS_AT_MOST
        step = timedelta(days=7 if weekly else 1)
        counted: Counter[date] = Counter()
        for day, count in arrivals:
            counted[_monday(day) if weekly else day] += count
        day, points = _monday(since) if weekly else since, []
        while day <= until:
            points.append(Point(day, counted[day]))
            day += step
        return cls(weekly, points, _spikes(points))


def _spikes(points: Sequence[Point]) -> Sequence[Point]:
    """More than three standard deviations above the mean of what came before, as for chance arrivals (Poisson)."""
    found = []
    for index, point in enumerate(points):
        before = [each.number for each in points[max(0, index - WINDOW) : index]]
        usual = sum(before) / len(before) if len(before) >= 7 else None
        if usual is not None and point.number >= LEAST and point.number > usual + 3 * sqrt(max(usual, 1)):
            found.append(point)
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
