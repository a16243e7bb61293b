"""What is due next of one complaint, and on which day. Pure: its story and the rule set in, a day out.

| limit | counted from | met when |
|---|---|---|
| verify | it came in, or was reopened | it left `received` (`waiting` rests the clock) |
| first_follow_up | it left `received` | somebody works on it, or it is answered |
| resolve | it came in, or was reopened | it is answered or ended |
| auto_close | the newest answer | it ended, or was reopened |

The clocks rest while the citizen is asked for something, and until the day to which a complaint is postponed nothing is late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.profile import RuleSet
from dispatcher.clocks.working import Span, WorkingDays
from normalizer.complaint import State
from store.states import CLOSED

RESTS_FOR_EVER = date.max
FALLBACK = "pengaduan_tidak_berkadar_pengawasan"
"""Whose limit holds where a rule set names none for a classification."""
DONE = CLOSED | {State.ANSWERED}


class Limit(StrEnum):
    VERIFY = "verify"
    FIRST_FOLLOW_UP = "first_follow_up"
    RESOLVE = "resolve"
    AUTO_CLOSE = "auto_close"


@dataclass(frozen=True, slots=True)
class Step:
    """A state and the day on which it began, in the city."""

    state: State
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`steps` in order of time; the first one is the registration."""

    steps: Sequence[Step]
    classification: str
    postponed_until: date | None = None
    closes_here: bool = True
    """The desk is the owner door, and its citizen said nothing since the answer: only then may the hub close it by itself."""


@dataclass(frozen=True, slots=True)
class Due:
    limit: Limit
    day: date


def next_due(story: Story, rules: RuleSet, days: WorkingDays) -> Due | None:
    """The earliest limit that is not met yet; None while it rests and after its end."""
    state = story.steps[-1].state
    if state in CLOSED:
        return None
    if state is State.ANSWERED:
        return Due(Limit.AUTO_CLOSE, days.after(story.steps[-1].day, rules.auto_close)) if story.closes_here else None
    round_ = _round(story.steps)
    rests = _rests(round_)
    open_limits = [
        Due(limit, day)
        for limit, (start, length) in _running(round_, story.classification, rules).items()
        if (day := _over(days, start, length, rests)) is not None
    ]
    if not open_limits:
        return None
    first = min(open_limits, key=lambda due: due.day)
    return Due(first.limit, max(first.day, story.postponed_until or date.min))


def _running(round_: Sequence[Step], classification: str, rules: RuleSet) -> dict[Limit, tuple[date, int]]:
    """The limits that are not met, each with the day from which it counts and its length."""
    start = round_[0].day
    resolve = rules.resolve.get(classification) or rules.resolve.get(FALLBACK) or max(rules.resolve.values())
    running = {Limit.RESOLVE: (start, resolve)}
    taken = next((step.day for step in round_ if step.state not in (State.RECEIVED, State.WAITING)), None)
    if taken is None:
        running[Limit.VERIFY] = (start, rules.verify)
    elif not any(step.state is State.IN_PROGRESS for step in round_):
        running[Limit.FIRST_FOLLOW_UP] = (taken, rules.first_follow_up)
    return running


def _over(days: WorkingDays, start: date, length: int, rests: Sequence[Span]) -> date | None:
    """The day on which the limit is over; None when it rests before that, nobody knows until when."""
    begun = next((begin for begin, end in rests if end == RESTS_FOR_EVER), None)
    day = days.after(start, length, [span for span in rests if span[1] != RESTS_FOR_EVER])
    return None if begun is not None and day > begun else day


def _round(steps: Sequence[Step]) -> Sequence[Step]:
    """The steps since it came in, or since it was last reopened: what follows an answer or an end begins anew."""
    begins = 0
    for index in range(1, len(steps)):
        if steps[index - 1].state in DONE and steps[index].state not in DONE:
            begins = index
    return steps[begins:]


def _rests(steps: Sequence[Step]) -> list[Span]:
    """When the citizen was waited for: from the day of the question to the day on which work went on."""
    rests = []
    for index, step in enumerate(steps):
        if step.state is State.WAITING:
            ended = steps[index + 1].day if index + 1 < len(steps) else RESTS_FOR_EVER
            rests.append((step.day, ended))
    return rests
