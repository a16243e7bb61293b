"""What is due next, told as stories over the days that trip calendars up."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.profile import RuleSet
from dispatcher.clocks.limits import Due, Limit, Step, Story, next_due
from dispatcher.clocks.working import WorkingDays
from normalizer.complaint import State as S

DAYS = WorkingDays(zone=ZoneInfo("Asia/Jakarta"))
PLAIN, STERN = "pengaduan_tidak_berkadar_pengawasan", "pengaduan_berkadar_pengawasan"
RULES = RuleSet(
    name="uji", effective_from=date(2018, 1, 1), verify=3, first_follow_up=5, auto_close=10, resolve={PLAIN: 14, STERN: 60, "aspirasi": 5}
)


def due(*steps: tuple[S, date], classification: str = PLAIN, **more: Any) -> Due | None:
    return next_due(Story(steps=[Step(*step) for step in steps], classification=classification, **more), RULES, DAYS)


def test_each_step_has_its_limit_over_lebaran() -> None:
    """In on Monday 16 March 2026; Nyepi, Lebaran and cuti bersama take 18-24 March away."""
    monday = date(2026, 3, 16)
    came = (S.RECEIVED, monday)
    verified, assigned, at_work = (S.VERIFIED, date(2026, 3, 17)), (S.ASSIGNED, date(2026, 3, 25)), (S.IN_PROGRESS, date(2026, 3, 26))
    assert due(came) == Due(Limit.VERIFY, date(2026, 3, 26))
    assert due(came, verified) == Due(Limit.FIRST_FOLLOW_UP, date(2026, 3, 31))
    assert due(came, verified, assigned) == Due(Limit.FIRST_FOLLOW_UP, date(2026, 3, 31)), "another agency gives no new time"
    assert due(came, verified, assigned, at_work) == Due(Limit.RESOLVE, date(2026, 4, 13))
    assert due(came, verified, at_work, (S.ANSWERED, date(2026, 3, 27))) == Due(Limit.AUTO_CLOSE, date(2026, 4, 13))


@pytest.mark.parametrize(
    ("classification", "day"),
    [(PLAIN, date(2027, 1, 13)), (STERN, date(2027, 3, 31)), ("aspirasi", date(2026, 12, 29)), ("tidak_dikenal", date(2027, 1, 13))],
)
def test_resolving_follows_the_classification_over_the_year_end(classification: str, day: date) -> None:
    """18 December 2026: Christmas with cuti bersama, New Year, Isra Mikraj, and for the longest one Imlek, Nyepi and Lebaran 2027."""
    assert due((S.RECEIVED, date(2026, 12, 18)), (S.IN_PROGRESS, date(2026, 12, 18)), classification=classification) == Due(
        Limit.RESOLVE, day
    )


def test_the_shorter_of_two_limits_counts() -> None:
    """An aspiration is to be resolved within five days: that comes before the first follow-up of one that was assigned late."""
    came = date(2026, 11, 23)
    assert due((S.RECEIVED, came), (S.ASSIGNED, date(2026, 11, 26)), classification="aspirasi") == Due(Limit.RESOLVE, date(2026, 11, 30))


def test_the_clock_rests_while_the_citizen_is_asked() -> None:
    """Nothing is due meanwhile; the working days of the rest, cuti bersama not among them, are given back."""
    came, asked = (S.RECEIVED, date(2026, 12, 21)), (S.WAITING, date(2026, 12, 22))
    assert due(came) == Due(Limit.VERIFY, date(2026, 12, 28))
    assert due(came, asked) is None
    assert due(came, asked, (S.VERIFIED, date(2026, 12, 29)), (S.IN_PROGRESS, date(2026, 12, 29))) == Due(Limit.RESOLVE, date(2027, 1, 19))


def test_asking_too_late_saves_nobody() -> None:
    """A limit that passed before the question stays passed, while it rests and afterwards."""
    came, asked = (S.RECEIVED, date(2026, 11, 2)), (S.WAITING, date(2026, 11, 10))
    assert due(came, asked) == Due(Limit.VERIFY, date(2026, 11, 5))


def test_a_reopened_one_begins_anew() -> None:
    """The citizen says it is not solved: the limits count from that day."""
    steps = [(S.RECEIVED, date(2026, 11, 2)), (S.ANSWERED, date(2026, 11, 4)), (S.CLOSED, date(2026, 11, 20))]
    assert due(*steps) is None
    assert due(*steps, (S.IN_PROGRESS, date(2026, 11, 23))) == Due(Limit.RESOLVE, date(2026, 12, 11))
    assert due(*steps[:2], (S.ASSIGNED, date(2026, 11, 23))) == Due(Limit.FIRST_FOLLOW_UP, date(2026, 11, 30))


def test_a_new_answer_gives_the_citizen_new_time() -> None:
    """Ten working days count from the newest answer; a year end lies between."""
    steps = [(S.RECEIVED, date(2026, 12, 1)), (S.ANSWERED, date(2026, 12, 14)), (S.ANSWERED, date(2026, 12, 21))]
    assert due(*steps[:2]) == Due(Limit.AUTO_CLOSE, date(2026, 12, 30))
    assert due(*steps) == Due(Limit.AUTO_CLOSE, date(2027, 1, 8))
    assert due(*steps, closes_here=False) is None, "another door closes its own"


def test_postponed_is_not_late_before_its_day() -> None:
    """The day to which it was postponed counts where it is the later one."""
    came = (S.RECEIVED, date(2026, 11, 23))
    assert due(came, postponed_until=date(2026, 12, 18)) == Due(Limit.VERIFY, date(2026, 12, 18))
    assert due(came, postponed_until=date(2026, 11, 24)) == Due(Limit.VERIFY, date(2026, 11, 26))


@pytest.mark.parametrize("end", [S.CLOSED, S.ARCHIVED, S.OUT_OF_SCOPE, S.WITHDRAWN])
def test_after_the_end_nothing_is_due(end: S) -> None:
    assert due((S.RECEIVED, date(2026, 11, 23)), (end, date(2026, 11, 24))) is None
