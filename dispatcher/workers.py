"""Pays what is owed: one worker a lane (kind and account or door), so that a slow or broken one holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection

from connectors.errors import ConnectorError, Then, Throttled, Unreachable
from dispatcher import retry
from dispatcher.breaker import Breaker
from dispatcher.crowd import Crowd
from dispatcher.pulses import Pulses
from store import cursors, outbox
from store.bell import Bell, heard
from store.database import Database
from store.outbox import Debt
from store.tables import Owed, Work

LEASE = timedelta(seconds=120)
SEND_SECONDS = 90.0
"""Shorter than the lease: whoever is slower than this has not answered."""
AT_ONCE = 8
IDLE_SECONDS = 1.0
STOP_SECONDS = 10.0
log = structlog.get_logger()

Payment = Callable[[Connection], str | None]
"""Writes what follows from a payment, in the transaction that closes the debt; returns the other side's id for it."""


class ByHand(Exception):
    """The hub cannot pay this; the sentence tells a person at the desk what to do."""


class NotYet(Exception):
    """Something else comes first; looked at again after `wait` seconds, and no attempt is used up."""

    def __init__(self, sentence: str, *, wait: float) -> None:
        super().__init__(sentence)
        self.wait = wait


class Payer(Protocol):
    """Knows how to pay one kind of debt."""

    async def pay(self, debt: Debt) -> Payment:
        """Raises ConnectorError, whose `certain` says whether it surely did not happen; ByHand or NotYet before anything happened."""
        ...

    def may_repeat(self, debt: Debt) -> bool:
        """Whether a debt whose last attempt ended unknown may be paid again without asking a person."""
        ...

    def settled(self, connection: Connection, debt: Debt, result: str | None) -> None:
        """Writes what follows once the debt is closed under the other side's id for it."""
        ...

    def given_up(self, connection: Connection, debt: Debt, code: str) -> None:
        """Writes what follows when it is dead, or left to a person (code "by_hand")."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every lane works with."""

    db: Database
    bell: Bell
    pulses: Pulses
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    node: str

    async def hold(self, name: str, length: timedelta) -> bool:
        """Take or renew a lease for this node."""
        now = self.clock()
        return await self.db.write(lambda connection: cursors.hold(connection, name, self.node, now, length))

    async def let_go(self) -> None:
        """Give every lease back at an orderly stop."""
        now = self.clock()
        await self.db.write(lambda connection: cursors.release(connection, self.node, now))


class Lane:
    """A throttled lane pauses; one whose credential was refused stops until the hub is started again."""

    def __init__(
        self, kind: Work, owner: str, payer: Payer, tools: Tools, crowd: Crowd | None = None, breaker: Breaker | None = None
    ) -> None:
        self._crowd, self._breaker = crowd or Crowd(), breaker
        self.name, self._kind, self._payer, self._tools = outbox.lane(kind, owner), kind, payer, tools
        # an account may have a door's name, or a subscriber's
        self._pulse = f"door:{owner}" if kind in (Work.FORWARD, Work.ADD) else self.name if kind is Work.TELL else owner
        self._running: set[asyncio.Task[None]] = set()
        self._event = asyncio.Event()
        self._paused_until: datetime | None = None
        self._stopped = False

    async def run(self) -> None:
        """Until cancelled; then what is under way may end, within STOP_SECONDS."""
        try:
            with self._tools.bell.listening("outbox") as self._event:
                while not self._stopped:
                    if not await self._safe_turn():
                        await heard(self._event, IDLE_SECONDS)
        finally:
            if self._running:
                await asyncio.wait(self._running, timeout=STOP_SECONDS)

    async def _safe_turn(self) -> bool:
        try:
            return await self.turn()
        except Exception as error:  # the store is away, or a fault of ours: wait and look again
            log.error("lane.trouble", lane=self.name, code=type(error).__name__)
            await asyncio.sleep(IDLE_SECONDS)
            return False

    async def turn(self) -> bool:
        """Begin what is due, as far as there is room; True when something was begun."""
        at_once = await self._crowd.room(AT_ONCE)
        now = self._tools.clock()
        if self._paused_until is not None and now < self._paused_until:
            return False
        while len(self._running) >= at_once:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        wanted, node = at_once - len(self._running), self._tools.node
        room = self._breaker.take(now, wanted) if self._breaker else wanted
        if not room:
            return False
        debts: list[Debt] = []
        try:
            debts = await self._tools.db.write(
                lambda connection: outbox.claim(connection, node=node, lane=self.name, now=now, lease=LEASE, limit=room)
            )
        finally:
            if self._breaker:
                self._breaker.back(room - len(debts))
        for debt in debts:
            task = asyncio.create_task(self._settle(debt))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return bool(debts)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._breaker:
            self._breaker.back()
        self._event.set()  # the next of its order key may go
        if not task.cancelled() and (error := task.exception()):
            log.error("lane.unsettled", lane=self.name, code=type(error).__name__)

    async def _settle(self, debt: Debt) -> None:
        if debt.interrupted:
            if not self._payer.may_repeat(debt):
                return await self._park(debt, Owed.UNCERTAIN, "interrupted", "Hub berhenti saat mengirim; hasilnya tidak diketahui.")
            debt = replace(debt, unsure=True)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                payment = await self._payer.pay(debt)
        except Throttled as error:
            await self._pause(debt, error)
        except ByHand as told:
            await self._park(debt, Owed.BY_HAND, "by_hand", str(told))
        except NotYet as told:
            await self._again(debt, f"not_yet: {told}", timedelta(seconds=told.wait), count=False)
        except TimeoutError:
            await self._failed(debt, Unreachable("Tidak ada jawaban sampai batas waktu.", certain=False))
        except ConnectorError as error:
            await self._failed(debt, error)
        except Exception as error:
            log.exception("lane.fault", lane=self.name, code=type(error).__name__)
            await self._failed(debt, Unreachable(f"Kesalahan pada hub sendiri ({type(error).__name__}).", certain=False))
        else:
            await self._paid(debt, payment)
        return None

    async def _paid(self, debt: Debt, payment: Payment) -> None:
        now = self._tools.clock()

        def write(connection: Connection) -> None:
            result = payment(connection)
            outbox.done(connection, debt.id, now, result, unsure=debt.unsure)
            self._payer.settled(connection, debt, result)

        await self._tools.db.write(write)
        if self._breaker:
            self._breaker.arrived()
        await self._tools.pulses.ok(self._pulse)
        self._ring(debt)
        log.info("lane.paid", lane=self.name, attempts=debt.attempts)

    async def _failed(self, debt: Debt, error: ConnectorError) -> None:
        until = await self._outage(error)
        log.warning("lane.failed", lane=self.name, code=error.code, attempts=debt.attempts, certain=error.certain)
        if not error.certain and not self._payer.may_repeat(debt):
            return await self._park(debt, Owed.UNCERTAIN, error.code, error.sentence)
        debt = replace(debt, unsure=debt.unsure or not error.certain)
        if error.then is Then.STOP_ACCOUNT:
            self._stopped = True
            return await self._again(debt, _said(error), timedelta(seconds=5), count=False)
        now = self._tools.clock()
        if until is not None and error.then is Then.RETRY:  # away as a whole: costs nothing but time
            longest = max(until - now, retry.wait(debt.attempts, self._tools.chance))
            return await self._again(debt, _said(error), longest, count=False)
        if error.then is not Then.RETRY or now - debt.created_at > retry.PATIENCE[self._kind]:
            return await self._park(debt, Owed.DEAD, error.code, error.sentence)
        return await self._again(debt, _said(error), retry.wait(debt.attempts, self._tools.chance))

    async def _outage(self, error: ConnectorError) -> datetime | None:
        """Tell how the account or door fares; until when all of it waits, when it is away as a whole."""
        until = None
        if self._breaker and error.then is Then.RETRY:
            until = self._breaker.missed(self._tools.clock())
        elif self._breaker and error.then is Then.GIVE_UP:
            self._breaker.arrived()
        if until is None:
            await self._tools.pulses.trouble(self._pulse, error)
        else:
            await self._tools.pulses.paused(self._pulse, error, until)
        return until

    async def _pause(self, debt: Debt, error: Throttled) -> None:
        wait = timedelta(seconds=error.wait)
        self._paused_until = self._tools.clock() + wait
        await self._tools.pulses.paused(self._pulse, error, self._paused_until)
        await self._again(debt, _said(error), wait, count=False)

    async def _again(self, debt: Debt, told: str, wait: timedelta, *, count: bool = True) -> None:
        due = self._tools.clock() + wait
        await self._tools.db.write(lambda connection: outbox.later(connection, debt.id, due, told, unsure=debt.unsure, count=count))

    async def _park(self, debt: Debt, state: Owed, code: str, sentence: str) -> None:
        def write(connection: Connection) -> None:
            outbox.park(connection, debt.id, state, f"{code}: {sentence}", unsure=debt.unsure or state is Owed.UNCERTAIN)
            if state in (Owed.DEAD, Owed.BY_HAND):
                self._payer.given_up(connection, debt, code)

        await self._tools.db.write(write)
        self._ring(debt)

    def _ring(self, debt: Debt) -> None:
        self._tools.bell.ring("desk")
        if debt.conversation:
            self._tools.bell.ring(f"talk:{debt.conversation}")


def _said(error: ConnectorError) -> str:
    return f"{error.code}: {error.sentence}"
