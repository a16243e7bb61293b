"""Keeps hands off a door that is away. Pure: it is told the time, and draws from the chance that it is given.

Closed: all may go. After THRESHOLD outages in a row it opens: nothing goes until a growing, spread wait is over. Then one probe goes; if it
arrives, a few more may, each success making room for one more, until it is closed. An outage in between opens it again, for longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

THRESHOLD = 5
FIRST_SECONDS = 15.0
LONGEST_SECONDS = 300.0
"""A door that came back is found within five minutes."""
FULL = 8
"""So many at once without trouble: the door is well again."""


@dataclass(slots=True, kw_only=True)
class Breaker:
    """One for all lanes of a door. `chance` draws from [0, 1)."""

    chance: Callable[[], float]
    until: datetime | None = None
    """Nothing goes before; None while closed or recovering."""
    _room: int | None = None
    """How many may be under way; None: no limit."""
    _under_way: int = 0
    _failures: int = 0
    _opened: int = 0

    @property
    def closed(self) -> bool:
        return self._room is None

    def take(self, now: datetime, wanted: int) -> int:
        """How many of `wanted` may begin; each is handed back when it ended, or when there was nothing to do."""
        if self.until is not None and now < self.until:
            return 0
        room = wanted if self._room is None else max(0, min(wanted, self._room - self._under_way))
        self._under_way += room
        return room

    def back(self, count: int = 1) -> None:
        self._under_way -= count

    def arrived(self) -> None:
        """The door answered, be it with a no."""
        self._failures = 0
        if self._room is None:
            return
        self.until = None
        self._room += 1
        if self._room > FULL:
            self._room, self._opened = None, 0

    def missed(self, now: datetime) -> datetime | None:
        """The door was not there. Until when nothing goes; None while that is no reason to wait."""
        self._failures += 1
        if self._room is None and self._failures < THRESHOLD:
            return None
        if self.until is None or now >= self.until:  # one wait an outage, not one for each that was under way
            longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(self._opened, 10))
            self.until = now + timedelta(seconds=longest * (0.5 + self.chance() / 2))
            self._opened += 1
        self._room = 1
        return self.until
