"""The first arrow: an arrival becomes durable, once. Only after `accept` returns may a platform be told yes or a cursor move."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from connectors.contract import Accepted, Arrival, Delivery, Message
from connectors.errors import StoreAway
from dispatcher import faults
from store import deliveries, inbox
from store.bell import Bell
from store.blobs import Blobs
from store.database import GROUP, Database
from store.deliveries import Undelivered

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Call:
    kept: Sequence[inbox.Kept]
    future: asyncio.Future[list[Accepted]]


class Intake:
    """Calls that come in while a commit is under way share the next one: many rows, one statement, one fsync."""

    def __init__(
        self,
        db: Database,
        blobs: Blobs,
        bell: Bell,
        clock: Callable[[], datetime],
        undelivered: Callable[[Connection, Undelivered], None] = lambda connection, lost: None,
    ) -> None:
        """undelivered: writes what follows when a reply turns out not to have arrived."""
        self._db, self._blobs, self._bell, self._clock, self._undelivered = db, blobs, bell, clock, undelivered
        self._calls: list[_Call] = []
        self._flushing: asyncio.Task[None] | None = None
        self.accepted = 0

    async def accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        """Keep them durably; answers in the same order. Raises StoreAway, and then nothing of this call was kept."""
        if not arrivals:
            return ()
        told = [arrival for arrival in arrivals if isinstance(arrival, Delivery)]
        if told:
            noted = iter(await self._note(told))
            messages = iter(await self.accept([arrival for arrival in arrivals if not isinstance(arrival, Delivery)]))
            return [next(noted if isinstance(arrival, Delivery) else messages) for arrival in arrivals]
        faults.point("accept.before")
        kept = [await self._keep(arrival) for arrival in arrivals if not isinstance(arrival, Delivery)]
        future: asyncio.Future[list[Accepted]] = asyncio.get_running_loop().create_future()
        self._calls.append(_Call(kept, future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        accepted = await future
        faults.point("accept.after")
        self.accepted += len(accepted)
        self._bell.ring("inbox")
        return accepted

    async def _note(self, told: Sequence[Delivery]) -> list[Accepted]:
        """What became of our own messages; a lost one is dead from now on, and perhaps goes another way."""

        def write(connection: Connection) -> list[bool]:
            new = [deliveries.note(connection, one) for one in told]
            for account, message_id in {(one.account, one.message_id) for one in told}:
                lost = deliveries.settle(connection, account, message_id)
                if lost is not None:
                    self._undelivered(connection, lost)
            return new

        try:
            new = await self._db.write(write)
        except (SQLAlchemyError, OSError) as error:
            raise StoreAway(type(error).__name__) from error
        self._bell.ring("outbox")
        self._bell.ring("desk")
        return [Accepted(new=one, inbox_id=0) for one in new]

    async def _keep(self, arrival: Message) -> inbox.Kept:
        if len(arrival.raw) <= inbox.INLINE:
            return inbox.Kept(arrival=arrival)
        try:
            return inbox.Kept(arrival=arrival, raw_sha256=await asyncio.to_thread(self._blobs.put, arrival.raw))
        except OSError as error:
            raise StoreAway(f"blobs: {type(error).__name__}") from error

    async def _flush(self) -> None:
        try:
            while self._calls:
                calls, self._calls = self._calls[:GROUP], self._calls[GROUP:]
                await self._write(calls)
        finally:
            self._flushing = None

    async def _write(self, calls: list[_Call]) -> None:
        rows = [kept for call in calls for kept in call.kept]
        now = self._clock()
        try:
            accepted = await self._db.write(lambda connection: inbox.accept(connection, rows, now))
        except Exception as error:
            await self._apart(calls, error)
            return
        position = 0
        for call in calls:
            if not call.future.done():
                call.future.set_result(accepted[position : position + len(call.kept)])
            position += len(call.kept)

    async def _apart(self, calls: list[_Call], error: Exception) -> None:
        """One call spoiled the statement, or the store is away: each for itself, so that a neighbour's bad bytes harm nobody."""
        if len(calls) > 1 and not isinstance(error, StoreAway):
            for call in calls:
                await self._write([call])
            return
        log.error("intake.refused", code=type(error).__name__, count=len(calls))
        away = error if isinstance(error, StoreAway) else StoreAway(type(error).__name__)
        for call in calls:
            if not call.future.done():
                call.future.set_exception(away if isinstance(error, SQLAlchemyError | StoreAway | OSError) else error)
