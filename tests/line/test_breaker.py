"""A door that is away is left alone, probed one by one, and filled slowly when it is back. Pure, and over both engines."""

from __future__ import annotations

from datetime import timedelta

from test_taking import LAMP
from town import START, Town

from connectors.errors import Unreachable
from dispatcher.breaker import FULL, LONGEST_SECONDS, THRESHOLD, Breaker


def opened(chance: float = 0.5) -> Breaker:
    breaker = Breaker(chance=lambda: chance)
    for _ in range(THRESHOLD):
        breaker.missed(START)
    return breaker


def test_a_few_failures_are_no_outage():
    """And a success in between starts the count anew."""
    breaker = Breaker(chance=lambda: 0.5)
    for _ in range(THRESHOLD - 1):
        assert breaker.missed(START) is None
    breaker.arrived()
    assert breaker.missed(START) is None
    assert breaker.closed


def test_while_it_is_open_nothing_goes():
    """Until the wait is over; then one at a time."""
    breaker = opened()
    assert breaker.until is not None
    assert breaker.take(START, 8) == 0
    assert breaker.take(breaker.until, 8) == 1
    assert breaker.take(breaker.until, 8) == 0


def test_the_wait_grows_to_its_limit_and_is_spread():
    """Two hubs do not come back in the same second."""
    breaker, waits, now = opened(), [], START
    for _ in range(10):
        assert breaker.until is not None
        waits.append((breaker.until - now).total_seconds())
        now = breaker.until
        breaker.take(now, 8)
        breaker.back()
        breaker.missed(now)
    assert waits == sorted(waits)
    assert waits[-1] <= LONGEST_SECONDS
    assert opened(0.0).until != opened(0.9).until


def test_recovery_is_no_stampede():
    """Each arrival makes room for one more, until all may go."""
    breaker = opened()
    assert breaker.until is not None
    now, begun = breaker.until, []
    while not breaker.closed:
        count = breaker.take(now, 100)
        begun.append(count)
        breaker.back(count)
        breaker.arrived()
    assert begun == list(range(1, FULL + 1))
    assert breaker.take(now, 100) == 100


def test_an_outage_during_recovery_opens_it_for_longer():
    """A door that stumbles gets more time, not less."""
    breaker = opened()
    assert breaker.until is not None
    first, now = breaker.until - START, breaker.until
    breaker.take(now, 1)
    breaker.arrived()
    breaker.missed(now)
    assert breaker.until is not None
    assert breaker.until - now > first


async def test_an_hour_of_outage_in_steps(town: Town):
    """Thirty complaints: few attempts, none dead, each arrives once, and health shows the pause."""
    for number in range(30):
        await town.say(LAMP, talk=f"telegram:bot:{number}", reply_address=str(number))
    town.city.failures = [Unreachable("mati")] * 10_000
    came_back = town.now + timedelta(hours=1)
    while town.now < came_back:
        town.later(seconds=20)
        await town.pay(town.forward_lane)
    attempts = 10_000 - len(town.city.failures)
    assert attempts < 40
    [pulse] = await town.rows("SELECT paused_until FROM pulses WHERE name = 'door:kota'")
    assert pulse["paused_until"] is not None
    town.city.failures = []
    for _ in range(60):
        town.later(seconds=20)
        await town.pay(town.forward_lane)
    assert len(town.city.taken) == len(set(town.city.taken)) == 30
    assert {row["state"] for row in await town.owed("forward")} == {"done"}


async def test_what_is_old_does_not_die_during_an_outage(town: Town):
    """A month away costs nothing but time."""
    await town.say(LAMP)
    town.city.failures = [Unreachable("mati")] * 10_000
    for _ in range(30):
        town.later(days=1)
        for _ in range(6):
            town.later(minutes=20)
            await town.pay(town.forward_lane)
    town.city.failures = []
    town.later(hours=1)
    await town.pay(town.forward_lane)
    assert len(town.city.taken) == 1
