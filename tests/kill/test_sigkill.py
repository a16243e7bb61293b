"""kill -9 at every step of the line. The door and Telegram stand outside, record every call and deduplicate nothing."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from dispatcher.faults import POINTS
from tests.kill.hub import until
from tests.kill.line import MODES, WORDS, Line, update

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize("line", MODES, indirect=True)
@pytest.mark.parametrize("point", [point for point in POINTS if not point.startswith("tell.")])
async def test_killed_at_a_step_nothing_is_lost_or_doubled(line: Line, point: str):
    """After a restart each accepted message has one complaint, one forward and its acknowledgement."""
    await line.begin()
    hub = await line.hub(fault=point)
    line.complain(3)
    await hub.died_of_sigkill()
    await line.hub()
    await line.settled()
    line.assert_once()


@pytest.mark.parametrize("point", ["accept.after:2", "register.after:2", "forward.taken:2", "reply.sent:2", "tell.taken:2"])
async def test_killed_in_the_middle_of_many(line: Line, point: str):
    """Neighbours that were under way at that moment are not lost or doubled either; who is told of events hears of each, by one id."""
    await line.begin()
    await line.listen()
    hub = await line.hub(fault=point)
    line.complain(8)
    await hub.died_of_sigkill()
    await line.hub()
    await line.settled()
    line.assert_once()
    line.assert_told()


@pytest.mark.parametrize("point", ["register.after", "forward.taken", "reply.sent"])
async def test_killed_again_at_the_same_step(line: Line, point: str):
    """Dying there in life after life doubles nothing either: an acknowledgement goes twice at most, for ever."""
    await line.begin()
    line.complain(1, photo=False)
    for _ in range(3):
        hub = await line.hub(fault=point)
        await line.settled_or_dead(hub)
        await hub.stop()
    await line.hub()
    await line.settled()
    line.assert_once()


async def test_a_killed_hub_leaves_no_process_behind(line: Line):
    """The normaliser's processes end with the hub, so a restart meets no orphans."""
    await line.begin(city=False)
    hub = await line.hub(born=False)
    assert hub.process
    children = psutil.Process(hub.process.pid).children(recursive=True)
    hub.process.kill()
    await hub.process.wait()
    await until(lambda: not any(_alive(child) for child in children), 15, "the children of a killed hub end")


def _alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


async def test_the_same_webhook_many_times_at_once(line: Line):
    """Ten equal calls at the same moment, and one later: one complaint, one number, one answer, and 2xx for each call."""
    await line.begin()
    await line.hub()
    line.chats.append(7001)
    same = update(41, 7001, WORDS.format(7001))
    assert set(await asyncio.gather(*(line.hook(same) for _ in range(10)))) == {200}
    await line.settled()
    assert await line.hook(same) == 200
    assert await line.hook(same, secret="salah") in (401, 403)
    await line.settled()
    line.assert_once()


async def test_the_door_is_away_and_comes_back(line: Line):
    """The citizen has the number at once, also while the door is down; what was owed is forwarded once when it is up."""
    await line.begin(city=False)
    await line.hub()
    line.complain(2)
    for chat in line.chats:
        await line.telegram.answered(chat)
    assert line.owed()
    await line.city.start()
    await line.settled()
    line.assert_once()


@pytest.mark.parametrize("mood", ["lose", "error_taken", "error", "away", "hang_taken", "throttle"])
async def test_the_door_takes_it_and_the_answer_is_lost(line: Line, mood: str):
    """Whatever the door's answer was worth, it has each complaint once in the end."""
    await line.begin()
    await line.hub()
    line.city.mood(mood, 2)
    line.complain(2, photo=False)
    await line.settled(90)
    line.assert_once()
