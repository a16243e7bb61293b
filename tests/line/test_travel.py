"""Every clock over Lebaran 2026 with its cuti bersama, and over Christmas and the end of that year, in two zones.

All comes in, or is answered, at 16.30 UTC: half past eleven at night in Cimahi (WIB), already the next day in Bone (WITA).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fresh
import pytest
import time_machine
from test_due_dates import desk_complaint
from town import Town

from config import load
from config.profile import Profile
from config.settings import Settings
from dispatcher.clocks import timetable, working
from dispatcher.clocks.limits import Due, Limit, Step, Story, next_due
from dispatcher.schedule import scheduler
from normalizer.complaint import State as S
from store.database import Database

PLAIN = "pengaduan_tidak_berkadar_pengawasan"
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar"}


@dataclass(frozen=True)
class Season:
    """In the evening something comes in; it is asked about the next morning, and work goes on when the citizen has answered."""

    evening: datetime
    asked: datetime
    went_on: datetime


SEASONS = {
    "Lebaran": Season(
        datetime(2026, 3, 16, 16, 30, tzinfo=UTC), datetime(2026, 3, 17, 3, tzinfo=UTC), datetime(2026, 3, 30, 3, tzinfo=UTC)
    ),
    "year end": Season(
        datetime(2026, 12, 22, 16, 30, tzinfo=UTC), datetime(2026, 12, 23, 3, tzinfo=UTC), datetime(2027, 1, 6, 3, tzinfo=UTC)
    ),
}
LIMITS: Mapping[tuple[str, str], tuple[str, str, str, str, str, str]] = {
    ("Lebaran", "WIB"): ("2026-03-26", "2026-03-30", "2026-04-13", "2026-03-30", "2026-04-17", "2026-04-07"),
    ("Lebaran", "WITA"): ("2026-03-27", "2026-03-31", "2026-04-14", "2026-03-31", "2026-04-20", "2026-04-08"),
    ("year end", "WIB"): ("2026-12-29", "2026-12-31", "2027-01-15", "2026-12-31", "2027-01-25", "2027-01-11"),
    ("year end", "WITA"): ("2026-12-30", "2027-01-04", "2027-01-18", "2027-01-04", "2027-01-26", "2027-01-12"),
}
"""Counted by hand: verify 3, first follow-up 5, resolve 14, resolve an aspiration 5, resolve 14 with a rest, auto-close 10."""
ACTS: Mapping[tuple[str, str], tuple[str, str, str, str]] = {
    ("Lebaran", "WIB"): ("2026-03-25", "2026-03-27", "2026-04-02", "2026-04-08"),
    ("Lebaran", "WITA"): ("2026-03-26", "2026-03-28", "2026-04-06", "2026-04-09"),
    ("year end", "WIB"): ("2026-12-28", "2026-12-30", "2027-01-07", "2027-01-12"),
    ("year end", "WITA"): ("2026-12-29", "2026-12-31", "2027-01-08", "2027-01-13"),
}
"""Counted by hand: reminded, escalated, told of the closing, closed."""


def city(zone: str) -> Profile:
    return load.profile(Settings(profile_overrides={"zone": ZONES[zone], "zone_name": zone}))


@pytest.mark.parametrize(("season", "zone"), LIMITS)
def test_every_limit(season: str, zone: str) -> None:
    """Each clock ends on the day that the wall calendar says, rests while the citizen is asked, and gives the rest back."""
    at, profile = SEASONS[season], city(zone)
    days = working.of_city(profile)

    def due(*steps: tuple[S, datetime], classification: str = PLAIN) -> Due | None:
        story = Story(steps=[Step(state, days.day_of(moment)) for state, moment in steps], classification=classification)
        return next_due(story, profile.rule_set(story.steps[0].day), days)

    came, verified, at_work = ((state, at.evening) for state in (S.RECEIVED, S.VERIFIED, S.IN_PROGRESS))
    rested = (came, (S.WAITING, at.asked), (S.IN_PROGRESS, at.went_on))
    ends = [date.fromisoformat(day) for day in LIMITS[season, zone]]
    assert due(came) == Due(Limit.VERIFY, ends[0])
    assert due(came, verified) == Due(Limit.FIRST_FOLLOW_UP, ends[1])
    assert due(came, at_work) == Due(Limit.RESOLVE, ends[2])
    assert due(came, at_work, classification="aspirasi") == Due(Limit.RESOLVE, ends[3])
    assert due(*rested[:2]) is None
    assert due(*rested) == Due(Limit.RESOLVE, ends[4])
    assert due(came, (S.ANSWERED, at.evening)) == Due(Limit.AUTO_CLOSE, ends[5])


class Awake(Town):
    """Looks at the machine's own clock, as the hub does."""

    def clock(self) -> datetime:
        return datetime.now(UTC)


@pytest.mark.parametrize(("season", "zone"), ACTS)
async def test_the_hubs_own_jobs_day_by_day(tmp_path: Path, season: str, zone: str) -> None:
    """The machine's clock goes through the season: the jobs of the timetable remind, escalate, give notice and close on the right days."""
    evening, tz = SEASONS[season].evening, ZoneInfo(ZONES[zone])
    with time_machine.travel(evening, tick=False) as traveller:
        db = Database(fresh.sqlite(tmp_path))
        town = Awake(db, tmp_path, zone=ZONES[zone], zone_name=zone)
        town.now = evening
        await desk_complaint(town)
        answered = await desk_complaint(town, "Jalan rusak di Jl. Melati", talk="telegram:bot:8", external_id="8:1")
        await town.acts.move(answered, S.ANSWERED, operator="rina", text="Sudah diperbaiki.")
        clocks = timetable.jobs(town.tools, town.profile, town.replies, Settings(), "https://lapor.example")
        jobs = scheduler(town.tools, town.profile, town.replies, town.blobs, {}, clocks).get_jobs()
        seen, day = dict[str, str](), evening.astimezone(tz).date()
        while "closed" not in seen and day < evening.date() + timedelta(days=40):
            traveller.move_to(datetime.combine(day, time(9), tz).astimezone(UTC))
            for job in jobs:
                if not job.name.endswith("at start"):
                    await job.func()
            for what in await _happened(town):
                seen.setdefault(what, day.isoformat())
            day += timedelta(days=1)
        notices = await town.rows("SELECT kind FROM notices")
        await db.aclose()
    assert tuple(seen.get(what) for what in ("soon", "late", "told", "closed")) == ACTS[season, zone]
    assert [row["kind"] for row in notices] == ["soon", "late"], "each once"


async def _happened(town: Town) -> set[str]:
    told = await town.rows("SELECT kind FROM notices UNION SELECT kind FROM timeline WHERE source = 'clock'")
    closed = await town.rows("SELECT id FROM complaints WHERE state = 'closed'")
    return {row["kind"] for row in told} | ({"closed"} if closed else set())
