"""Working days over Lebaran, cuti bersama, year ends, leap days, and in three zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config import load
from config.profile import Holiday
from config.settings import Settings
from dispatcher.clocks.working import WorkingDays, national, of_city

WIB = WorkingDays(zone=ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        pytest.param(date(2026, 11, 25), 3, date(2026, 11, 30), id="over a weekend"),
        pytest.param(date(2026, 11, 28), 3, date(2026, 12, 2), id="came in on a Saturday"),
        pytest.param(date(2026, 3, 16), 3, date(2026, 3, 26), id="Nyepi and Lebaran 2026 with cuti bersama"),
        pytest.param(date(2026, 12, 23), 1, date(2026, 12, 28), id="cuti bersama of Christmas"),
        pytest.param(date(2026, 12, 30), 3, date(2027, 1, 6), id="year end, and Isra Mikraj on 5 January"),
        pytest.param(date(2026, 5, 26), 5, date(2026, 6, 5), id="Idul Adha, cuti bersama, Waisak, Pancasila"),
        pytest.param(date(2024, 2, 28), 1, date(2024, 2, 29), id="leap day counts"),
        pytest.param(date(2023, 4, 18), 3, date(2023, 4, 28), id="Lebaran 2023 with cuti bersama"),
    ],
)
def test_limits_pass_over_the_days_that_do_not_count(start: date, days: int, end: date) -> None:
    """The day of arrival is day nought; weekends, national holidays and cuti bersama are passed over."""
    assert WIB.after(start, days) == end
    assert WIB.between(start, end) == days
    assert WIB.before(end, days) == WIB.before(WIB.after(start, 1), 1), "back from the end: the last working day up to the start"


def test_years_are_counted_as_their_days_are() -> None:
    """However far apart two days are, the difference is that of counting day by day."""
    start = date(2021, 3, 14)
    for days in (0, 1, 290, 293, 660, 2111):
        end = start + timedelta(days=days)
        assert WIB.between(start, end) == sum(WIB.counts(start + timedelta(days=n)) for n in range(1, days + 1)) == -WIB.between(end, start)


def test_cuti_bersama_is_known() -> None:
    """Both kinds come from the library: a national holiday and a day of common leave around it."""
    assert {date(2026, 3, 21), date(2026, 3, 20), date(2026, 12, 24), date(2026, 12, 25)} <= national(2026)


def test_a_city_adds_and_strikes_days() -> None:
    """Its anniversary is free; on a struck holiday it works; neither changes what other cities do."""
    profile = load.profile(Settings()).model_copy(
        update={
            "holidays": (
                Holiday(day=date(2026, 6, 22), name="Hari jadi"),
                Holiday(day=date(2026, 12, 24), name="Cuti bersama tidak diikuti", working=True),
                Holiday(day=date(2026, 12, 26), name="Sabtu tetap Sabtu", working=True),
            )
        }
    )
    ours = of_city(profile)
    changed = [date(2026, 6, 22), date(2026, 12, 24), date(2026, 12, 26)]
    assert [ours.counts(day) for day in changed] == [False, True, False]
    assert [WIB.counts(day) for day in changed] == [True, False, False]


def test_an_office_that_opens_on_saturdays() -> None:
    """The profile says which days of the week are the office's."""
    six = WorkingDays(zone=WIB.zone, weekdays=frozenset(range(6)))
    assert six.after(date(2026, 11, 27), 1) == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Jakarta", date(2026, 11, 25)), ("Asia/Makassar", date(2026, 11, 26)), ("Asia/Jayapura", date(2026, 11, 26))]
)
def test_the_day_is_the_citys(zone: str, day: date) -> None:
    """23.30 in Jakarta is 00.30 of the next day in Makassar and 01.30 in Jayapura."""
    city = WorkingDays(zone=ZoneInfo(zone))
    assert city.day_of(datetime(2026, 11, 25, 16, 30, tzinfo=UTC)) == day


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Jakarta", 7), ("Asia/Makassar", 8), ("Asia/Jayapura", 9)])
def test_no_zone_changes_its_clock(zone: str, hours: int) -> None:
    """A day is over at the same moment in January and in July."""
    city = WorkingDays(zone=ZoneInfo(zone))
    for month in (1, 7):
        assert city.end_of(date(2026, month, 15)).astimezone(UTC) == datetime(2026, month, 15, 23 - hours, 59, 59, tzinfo=UTC)


def test_a_rest_is_given_back() -> None:
    """Days after the first of a rest, up to its last, do not count; a rest that begins after the end changes nothing."""
    start = date(2026, 11, 23)
    assert WIB.after(start, 3) == date(2026, 11, 26)
    assert WIB.after(start, 3, [(date(2026, 11, 24), date(2026, 11, 27))]) == date(2026, 12, 1)
    assert WIB.after(start, 3, [(date(2026, 11, 26), date(2026, 12, 9))]) == date(2026, 11, 26)
