"""Small counts told together, so that no public figure points at one person. Pure.

Rows below LEAST are added up; the sum is never of one row alone and never below LEAST itself, or the total would give it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.figures import Row

LEAST = 5


@dataclass(frozen=True, slots=True)
class Told:
    """`rows`: the largest first, each by itself. `rest`: the small ones together; None where none is small. Both empty: too few at all."""

    rows: Sequence[Row]
    rest: Row | None


def told(rows: Sequence[Row]) -> Told:
    """What may be said of one axis."""
    ordered = sorted(rows, key=lambda row: -row.received)
    clear = [row for row in ordered if row.received >= LEAST]
    small = ordered[len(clear) :]
    while small and clear and (len(small) < 2 or _received(small) < LEAST):
        small.append(clear.pop())
    if not small:
        return Told(clear, None)
    if _received(small) < LEAST:
        return Told([], None)
    return Told(clear, Row("", _received(small), sum(row.resolved for row in small), sum(row.done for row in small)))


def _received(rows: Sequence[Row]) -> int:
    return sum(row.received for row in rows)
