"""When the citizen is told: quiet hours, the day's cap, and nothing lost in between; over both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from test_taking import LAMP, value
from town import Town

from dispatcher.telling import awake_at
from normalizer.complaint import State

QUIET = {"begins": "21:00", "ends": "06:00"}
NIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
"""23:00 in Cimahi."""
MORNING = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
"""06:00 of the next day."""


@pytest.fixture
def quiet(db: Any, tmp_path: Any) -> Town:
    return Town(db, tmp_path, door="desk", quiet=QUIET, news_a_day=2)


async def tell(town: Town, *states: State) -> None:
    [complaint] = await town.complaints()
    for state in states:
        await town.acts.move(complaint["id"], state, operator="sari", text="Besok kami ganti" if state is State.ANSWERED else None)


async def heard(town: Town) -> list[str]:
    town.channel.sent.clear()
    await town.pay()
    return [reply.text for reply in town.channel.sent]


@pytest.mark.parametrize(
    ("hour", "awake"), [(13, 13), (14, 23), (16, 23), (22, 23), (23, 23)], ids=["20.00", "21.00", "23.00", "05.00", "06.00"]
)
def test_the_quiet_hours_go_over_midnight(quiet: Town, hour: int, awake: int):
    """In the city's own time."""
    now = datetime(2026, 11, 20, hour, 0, tzinfo=UTC)
    assert awake_at(quiet.profile, now).astimezone(UTC).hour == awake


async def test_news_of_the_night_waits_for_the_morning_and_is_told_together(quiet: Town):
    """The latest state, with every word that a person wrote."""
    await quiet.say(LAMP)
    await quiet.pay()
    quiet.now = NIGHT
    await tell(quiet, State.VERIFIED, State.ASSIGNED, State.ANSWERED, State.CLOSED)
    assert await heard(quiet) == []
    quiet.now = MORNING
    [text] = await heard(quiet)
    assert "Besok kami ganti" in text
    assert "selesai" in text
    assert "periksa" not in text


async def test_the_night_holds_up_no_acknowledgement(quiet: Town):
    """Not even behind news that waits for the morning."""
    await quiet.say(LAMP)
    await quiet.pay()
    quiet.now = NIGHT
    await tell(quiet, State.VERIFIED)
    await quiet.say("laporan baru: sampah menumpuk di Pasar Antri")
    assert len(await heard(quiet)) == 1


async def test_whoever_wrote_just_now_is_answered_at_once(quiet: Town):
    """And what waited goes along."""
    await quiet.say(LAMP)
    await quiet.pay()
    quiet.now = NIGHT
    await tell(quiet, State.VERIFIED)
    await quiet.say("Tolong segera ya pak, gelap sekali di sini", in_reply_to="sent-1")
    await heard(quiet)
    await tell(quiet, State.ASSIGNED)
    assert any("meneruskan" in text or "teruskan" in text for text in await heard(quiet))


async def test_an_emergency_never_waits(quiet: Town):
    """At any hour."""
    await quiet.say("Tolong! Ada kebakaran di Jl. Gatot Subroto sekarang")
    await quiet.pay()
    quiet.now = NIGHT
    await tell(quiet, State.VERIFIED)
    assert len(await heard(quiet)) == 1


async def test_more_than_the_days_cap_is_told_the_next_morning(quiet: Town):
    """Two a day here, the rest together."""
    await quiet.say(LAMP)
    await quiet.pay()
    quiet.later(hours=1)
    told = []
    for state in (State.VERIFIED, State.ASSIGNED, State.IN_PROGRESS, State.ANSWERED):
        await tell(quiet, state)
        told += await heard(quiet)
        quiet.later(minutes=40)
    assert len(told) == 2
    quiet.now = MORNING
    [text] = await heard(quiet)
    assert "Besok kami ganti" in text


async def test_the_profile_says_which_steps_are_told(db: Any, tmp_path: Any):
    """The number itself always is."""
    town = Town(db, tmp_path, door="desk", tell=["answered"])
    await town.say(LAMP)
    await tell(town, State.VERIFIED, State.ASSIGNED, State.ANSWERED)
    keys = [row["key"].split(":")[0] for row in await town.owed()]
    assert keys == ["ack", "state"]
    assert "Besok" in value((await town.owed())[-1]["payload"])["text"]
