"""Whether the limits of complaints were kept: for figures, after the fact. Pure: the days of its steps in, a verdict out.

Of a complaint that was reopened its first round is judged. What is neither met nor over is still running, and counts for nobody.
A verdict stays true as the days pass: what runs names the day after which it is late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from config.profile import Profile
from dispatcher.clocks import working
from dispatcher.clocks.limits import FALLBACK, Limit
from dispatcher.clocks.working import Span, WorkingDays

JUDGED = (Limit.VERIFY, Limit.FIRST_FOLLOW_UP, Limit.RESOLVE)


class Verdict(NamedTuple):
    """Met: in time or not. Not met (None): late after `until`; None there, while the citizen is waited for: it has no end yet."""

    kept: bool | None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """One city's rules on one day. It remembers the end of each limit by the day it began: a year has few of them."""

    profile: Profile
    today: date
    days: WorkingDays
    _ends: dict[tuple[date, int], date] = field(default_factory=dict)

    @classmethod
    def of(cls, profile: Profile, now: datetime) -> Judge:
        days = working.of_city(profile)
        return cls(profile, days.day_of(now), days)

    def verdicts(
        self,
        came: datetime,
        classification: str,
        met: Mapping[Limit, datetime | None],
        moves: Sequence[tuple[str, datetime]] = (),
    ) -> Mapping[Limit, Verdict]:
        """`met`: when each was met. `moves`: its states, if it ever rested."""
        start, rests = self.days.day_of(came), self._rests(moves)
        rules = self.profile.rule_set(start)
        resolve = rules.resolve.get(classification) or rules.resolve.get(FALLBACK) or max(rules.resolve.values())
        taken = met[Limit.VERIFY]
        running = {Limit.VERIFY: (start, rules.verify), Limit.RESOLVE: (start, resolve)}
        if taken is not None:
            running[Limit.FIRST_FOLLOW_UP] = (self.days.day_of(taken), rules.first_follow_up)
        resting = bool(moves) and moves[-1][0] == "waiting"
        return {limit: self._verdict(*span, met[limit], rests, resting) for limit, span in running.items()}

    def _verdict(self, start: date, length: int, met: datetime | None, rests: Sequence[Span], resting: bool) -> Verdict:
        end = self.days.after(start, length, rests) if rests else self._end(start, length)
        if met is not None:
            return Verdict(self.days.day_of(met) <= end)
        return Verdict(None, None if resting and end > self.today else end)

    def _end(self, start: date, length: int) -> date:
        if (start, length) not in self._ends:
            self._ends[start, length] = self.days.after(start, length)
        return self._ends[start, length]

    def _rests(self, moves: Sequence[tuple[str, datetime]]) -> list[Span]:
        """A rest that goes on lasts until today: what comes after it is not over yet."""
        ends = [self.days.day_of(at) for _, at in moves[1:]] + [self.today]
        return [(self.days.day_of(at), end) for (state, at), end in zip(moves, ends, strict=False) if state == "waiting"]
