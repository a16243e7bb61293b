"""The poller: what is durable before the position moves, who may pull, and what follows each error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Accepted, Arrival, Batch, Cursor, Unreadable
from connectors.errors import (
    ConnectorError,
    CredentialRefused,
    Malformed,
    Misconfigured,
    StoreAway,
    Throttled,
    Unreachable,
)
from connectors.poller import Poller

Step = Batch | BaseException | Callable[[], Awaitable[Batch]]


def batch(at: int, *, more: bool = False) -> Batch:
    return Batch(arrivals=[Unreadable(channel="test", account="a", raw=str(at).encode(), reason="x")], cursor={"at": at}, more=more)


class Desk:
    """Everything a poller is given: a puller with a script, a store, a lease, a clock; `log` is the order of events."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.log: list[str] = []
        self.asked: list[Cursor] = []
        self.cursor: Cursor = None
        self.pulses: list[ConnectorError | None] = []
        self.slept: list[float] = []
        self.held: list[bool] = []
        """Answers of the lease to come; then True."""
        self.store_trouble: list[Exception] = []
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.waking = asyncio.Event()
        self.spent = asyncio.Event()
        """Set when the script is at its end."""
        self.cancelled = 0

    async def pull(self, cursor: Cursor) -> Batch:
        self.asked.append(cursor)
        if not self.steps:
            self.spent.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        step = self.steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step if isinstance(step, Batch) else await step()

    async def wakes(self) -> AsyncIterator[None]:
        while True:
            self.log.append("wait")
            await self.waking.wait()
            self.waking.clear()
            yield

    async def accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        if self.store_trouble:
            raise self.store_trouble.pop(0)
        self.log.append("keep " + ",".join(arrival.raw.decode() for arrival in arrivals))
        return [Accepted(new=True, inbox_id=1) for _ in arrivals]

    async def load(self) -> Cursor:
        return self.cursor

    async def save(self, cursor: Cursor) -> None:
        self.log.append(f"save {(cursor or {}).get('at')}")
        self.cursor = cursor

    async def lease(self) -> bool:
        return self.held.pop(0) if self.held else True

    async def pulse(self, error: ConnectorError | None) -> None:
        self.pulses.append(error)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def poller(self, random: float = 0.0, renew_seconds: float = 10.0) -> Poller:
        puller: Any = self
        return Poller(
            "a",
            puller,
            self.accept,
            self.load,
            self.save,
            self.lease,
            self.pulse,
            lambda: self.now,
            lambda: random,
            sleep=self.sleep,
            renew_seconds=renew_seconds,
        )

    async def until_spent(self, poller: Poller | None = None) -> None:
        task = asyncio.create_task((poller or self.poller()).run())
        try:
            async with asyncio.timeout(10):
                await self.spent.wait()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_kept_before_the_position_moves() -> None:
    """Each batch is durable before its position is saved, and the next pull starts there."""
    desk = Desk(batch(1, more=True), batch(2, more=True))
    await desk.until_spent()
    assert desk.log == ["keep 1", "save 1", "keep 2", "save 2"]
    assert desk.asked == [None, {"at": 1}, {"at": 2}]


async def test_a_store_that_is_away_moves_nothing() -> None:
    """When keeping fails the position stays, and the same messages are asked for again."""
    desk = Desk(batch(1, more=True), batch(1, more=True))
    desk.store_trouble = [StoreAway("full")]
    await desk.until_spent()
    assert desk.log == ["keep 1", "save 1"]
    assert desk.asked == [None, None, {"at": 1}]
    assert all(pulse is None for pulse in desk.pulses), "our own store is no fault of the account"


async def test_it_waits_to_be_woken() -> None:
    """After the last batch it asks again only when the platform says that something is new."""
    desk = Desk(batch(1))
    task = asyncio.create_task(desk.poller().run())
    async with asyncio.timeout(10):
        while "wait" not in desk.log:
            await asyncio.sleep(0)
        assert len(desk.asked) == 1
        desk.waking.set()
        await desk.spent.wait()
    task.cancel()


async def test_an_unchanged_position_is_not_written() -> None:
    """A quiet account does not write its position over and over."""
    desk = Desk(Batch(arrivals=(), cursor={"at": 1}, more=True), Batch(arrivals=(), cursor={"at": 1}, more=True))
    desk.cursor = {"at": 1}
    await desk.until_spent()
    assert desk.log == []


async def test_throttled_waits_as_told() -> None:
    """A wait that the platform names is honoured, with a little chance on top, and no sooner."""
    desk = Desk(Throttled("slow", wait=42.0), batch(1))
    desk.waking.set()
    await desk.until_spent(desk.poller(random=0.5))
    assert desk.slept == [42.5]


async def test_backs_off_twice_as_long_each_time() -> None:
    """Failures in a row wait 1, 2, 4 … seconds, half of it by chance; a success starts anew; five minutes at most."""
    desk = Desk(*[Unreachable("away")] * 3, batch(1, more=True), Malformed("html"), *[Unreachable("away")] * 12)
    await desk.until_spent()
    assert desk.slept[:4] == [0.5, 1.0, 2.0, 0.5]
    assert max(desk.slept) == 150.0
    lucky = Desk(Unreachable("away"))
    await lucky.until_spent(lucky.poller(random=0.999999))
    assert 0.99 < lucky.slept[0] < 1.0


@pytest.mark.parametrize("error", [CredentialRefused("token"), Misconfigured("key")])
async def test_a_wrong_setting_stops_the_account(error: ConnectorError) -> None:
    """Neither hammering nor silence: the account reports and stops."""
    desk = Desk(error, batch(1))
    async with asyncio.timeout(10):
        await desk.poller().run()
    assert desk.pulses == [error]
    assert len(desk.asked) == 1


async def test_an_unexpected_fault_never_kills_the_loop() -> None:
    """A bug in a connector, or in the wake-ups, is reported and tried again."""
    desk = Desk(TypeError("secret words of a citizen"), batch(1, more=True))
    await desk.until_spent()
    assert desk.log == ["keep 1", "save 1"]
    assert isinstance(desk.pulses[0], ConnectorError)
    assert "citizen" not in desk.pulses[0].sentence


async def test_wake_ups_that_break_are_made_anew() -> None:
    """When the waiting line breaks (IDLE), the account backs off and goes on."""
    desk = Desk(batch(1), batch(2, more=True))
    broken = iter([True])
    whole = desk.wakes

    async def wakes() -> AsyncIterator[None]:
        if next(broken, False):
            raise Unreachable("line broke")
        async for wake in whole():
            yield wake

    desk.wakes = wakes  # type: ignore[method-assign]
    await desk.until_spent()
    assert desk.cursor == {"at": 2}


async def test_wake_ups_that_end_do_not_make_a_circle() -> None:
    """A puller whose wake-ups simply end is asked again after a pause, not at once."""
    desk = Desk(batch(1), batch(2, more=True))

    async def none() -> AsyncIterator[None]:
        return
        yield

    desk.wakes = none  # type: ignore[method-assign]
    await desk.until_spent()
    assert desk.slept == [5.0]


async def test_only_the_holder_pulls() -> None:
    """Without the lease nothing is asked of the platform; with it the position is read anew."""
    desk = Desk(batch(7, more=True))
    desk.held = [False, False, True]
    await desk.until_spent()
    assert len(desk.slept) == 2
    assert desk.cursor == {"at": 7}


async def test_a_lost_lease_ends_the_pull() -> None:
    """Who loses the lease in the middle of a long pull stops it, and starts from the stored position later."""
    desk = Desk()
    desk.held = [True, True, False, False]
    desk.cursor = {"at": 3}
    task = asyncio.create_task(desk.poller(renew_seconds=0.01).run())
    async with asyncio.timeout(10):
        while desk.cancelled < 1 or len(desk.asked) < 2:
            await asyncio.sleep(0)
    task.cancel()
    assert desk.asked == [{"at": 3}, {"at": 3}]


async def test_a_lease_that_cannot_be_asked_is_not_held() -> None:
    """When the store does not answer, another node may well be polling."""
    desk = Desk(batch(1, more=True))
    answers = iter([OSError("away")])

    async def lease() -> bool:
        for trouble in answers:
            raise trouble
        return True

    desk.lease = lease  # type: ignore[method-assign]
    await desk.until_spent()
    assert desk.log == ["keep 1", "save 1"]


async def test_health_is_told_but_not_all_the_time() -> None:
    """Well is said at the first success, after every error, and then once a minute."""
    desk = Desk(batch(1, more=True), batch(2, more=True), Unreachable("away"), batch(3, more=True))

    async def later() -> Batch:
        desk.now += timedelta(seconds=61)
        return batch(4, more=True)

    desk.steps.append(later)
    await desk.until_spent()
    assert [pulse.code if pulse else None for pulse in desk.pulses] == [None, "unreachable", None, None]


async def test_a_doubt_is_told_when_it_comes_and_when_it_goes() -> None:
    """A mailbox that has fallen silent: said once, again each minute, and taken back at the first pull without it."""
    silent = replace(batch(1, more=True), doubt="sunyi")
    desk = Desk(batch(1, more=True), silent, silent, batch(2, more=True))
    await desk.until_spent()
    assert [pulse.code if pulse else None for pulse in desk.pulses] == [None, "doubtful", None]


async def test_health_that_cannot_be_told_costs_no_message() -> None:
    """A store that refuses the pulse does not stop the account."""
    desk = Desk(batch(1, more=True))

    async def pulse(error: ConnectorError | None) -> None:
        raise OSError("away")

    desk.pulse = pulse  # type: ignore[method-assign]
    await desk.until_spent()
    assert desk.cursor == {"at": 1}


async def test_cancelling_ends_the_pull_too() -> None:
    """An orderly stop leaves no question open at the platform."""
    desk = Desk()
    await desk.until_spent()
    assert desk.cancelled == 1
