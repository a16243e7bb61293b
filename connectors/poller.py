"""One polled account: pull, keep durably, remember the position, wait. Knows no platform and no store; everything is given.

The position is saved only after what came before it is durable, so a crash at any point brings messages twice and never loses
one. Only the holder of the account's lease pulls; whoever loses it stops in the middle, and reads the position anew afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from connectors.contract import Cursor, Puller
from connectors.errors import ConnectorError, Doubtful, StoreAway, Then, Throttled
from connectors.gateway import Accept

T = TypeVar("T")

RENEW_SECONDS = 10.0
"""A lease must last longer than this; so often it is renewed while a pull or a wait is under way."""
PULSE_EVERY = timedelta(seconds=60)
"""A healthy account says so at most this often."""
LONGEST_WAIT = 300.0
PAUSE_SECONDS = 5.0
"""After wake-ups that simply ended."""

log = structlog.get_logger("poller")


class LeaseLost(Exception):
    """Another node polls this account now."""


class Poller:
    """load_cursor, save_cursor: the account's position. lease: take or renew, True while it is ours. pulse: None is well.

    random: a float in [0, 1), so that accounts and nodes do not come back all at once.
    """

    def __init__(
        self,
        account: str,
        puller: Puller,
        accept: Accept,
        load_cursor: Callable[[], Awaitable[Cursor]],
        save_cursor: Callable[[Cursor], Awaitable[None]],
        lease: Callable[[], Awaitable[bool]],
        pulse: Callable[[ConnectorError | None], Awaitable[None]],
        clock: Callable[[], datetime],
        random: Callable[[], float],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self._account, self._puller, self._accept = account, puller, accept
        self._load_cursor, self._save_cursor = load_cursor, save_cursor
        self._lease, self._pulse, self._clock, self._random = lease, pulse, clock, random
        self._sleep, self._renew = sleep, renew_seconds
        self._failures = 0
        self._said_well: datetime | None = None
        self._doubt: str | None = None

    async def run(self) -> None:
        """Until cancelled; returns when the account has to stop until somebody changes its settings."""
        while True:
            wait = self._renew * (0.5 + self._random() / 2)
            try:
                await self._turns()
            except LeaseLost:
                log.debug("lease_elsewhere", account=self._account)
            except ConnectorError as error:
                await self._tell(error)
                if error.then is Then.STOP_ACCOUNT:
                    log.error("account_stopped", account=self._account, code=error.code)
                    return
                wait = self._back_off(error)
            except StoreAway:
                wait = self._back_off()
            except Exception as error:  # a fault in one account must not end its loop, nor the others
                log.error("pull_fault", account=self._account, error=type(error).__name__)
                await self._tell(ConnectorError(f"Kesalahan tak terduga saat mengambil pesan ({type(error).__name__}); dicoba lagi."))
                wait = self._back_off()
            await self._sleep(wait)

    async def _turns(self) -> None:
        """Pull and keep, again and again; ends only by an exception."""
        await self._hold()
        cursor = await self._load_cursor()
        wakes = self._puller.wakes()
        try:
            while True:
                cursor, more = await self._turn(cursor)
                if not more:
                    await self._while_held(self._woken(wakes))
                await self._hold()
        finally:
            close = getattr(wakes, "aclose", None)
            if close:
                with suppress(Exception):
                    await close()

    async def _turn(self, cursor: Cursor) -> tuple[Cursor, bool]:
        batch = await self._while_held(self._puller.pull(cursor))
        if batch.arrivals:
            await self._accept(batch.arrivals)
            log.info("pulled", account=self._account, count=len(batch.arrivals))
        if batch.cursor != cursor:
            await self._save_cursor(batch.cursor)
        self._failures = 0
        if self._said_well is None or batch.doubt != self._doubt or self._clock() - self._said_well >= PULSE_EVERY:
            self._doubt = batch.doubt
            await self._tell(Doubtful(batch.doubt) if batch.doubt else None)
        return batch.cursor, batch.more

    async def _woken(self, wakes: AsyncIterator[None]) -> None:
        ended = object()
        if await anext(wakes, ended) is ended:
            await self._sleep(PAUSE_SECONDS)

    async def _hold(self) -> None:
        try:
            held = await self._lease()
        except Exception as error:  # who cannot ask must not assume
            log.warning("lease_unknown", account=self._account, error=type(error).__name__)
            held = False
        if not held:
            raise LeaseLost

    async def _while_held(self, work: Awaitable[T]) -> T:
        """The work's result; the lease is renewed beside it, and the work is cancelled when it is lost or we are cancelled."""
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({task}, timeout=self._renew))[0]:
                await self._hold()
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _tell(self, error: ConnectorError | None) -> None:
        self._said_well = self._clock() if error is None or isinstance(error, Doubtful) else None
        try:
            await self._pulse(error)
        except Exception as fault:  # health is worth no message
            log.warning("pulse_lost", account=self._account, error=type(fault).__name__)

    def _back_off(self, error: ConnectorError | None = None) -> float:
        """Seconds until the next try: what the platform asked for, else twice as long each time, half of it by chance."""
        if isinstance(error, Throttled):
            log.warning("throttled", account=self._account, wait=error.wait)
            return error.wait + self._random()
        wait = min(LONGEST_WAIT, float(2 ** min(self._failures, 10))) * (0.5 + self._random() / 2)
        self._failures += 1
        log.warning("pull_failed", account=self._account, code=error.code if error else "store", wait=round(wait, 1))
        return wait
