"""The first arrow: an arrival becomes durable, once. Only after `accept` returns may a platform be told yes or a cursor move."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from connectors.contract import Accepted, Arrival, Delivery, Message
from connectors.errors import StoreAway
from dispatcher import faults
from dispatcher.crowd import Crowd
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
        self.crowd = Crowd()
        self._calls: deque[_Call] = deque()
        self._flushing: set[asyncio.Task[None]] = set()
        self._flush_queued = False
        self._loop: asyncio.AbstractEventLoop | None = None
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
        kept = [
            inbox.Kept(arrival=arrival) if len(arrival.raw) <= inbox.INLINE else await self._keep(arrival)
            for arrival in arrivals
            if not isinstance(arrival, Delivery)
        ]
        self._loop = self._loop or asyncio.get_running_loop()  # asked once: each time it is a system call
        future: asyncio.Future[list[Accepted]] = self._loop.create_future()
        self._calls.append(_Call(kept, future))
        if not self._flush_queued:
            self._queue_flush()
        with self.crowd:
            accepted = await future
        faults.point("accept.after")
        self.accepted += len(accepted)
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
        """Its raw bytes are too large for a row: into the blob store, before the row points there."""
        try:
            return inbox.Kept(arrival=arrival, raw_sha256=await asyncio.to_thread(self._blobs.put, arrival.raw))
        except OSError as error:
            raise StoreAway(f"blobs: {type(error).__name__}") from error

    def _queue_flush(self) -> None:
        self._flush_queued = True
        task = asyncio.create_task(self._flush())
        self._flushing.add(task)
        task.add_done_callback(self._flushing.discard)

    async def _flush(self) -> None:
        """One write for all who wait at the moment when the writer thread comes to it, so that thread never waits for this loop."""
        calls: list[_Call] = []
        now = self._clock()

        def write(connection: Connection) -> list[Accepted]:
            if not calls:  # a second run has the same rows as the first
                calls.extend(self._drained())
            return inbox.accept(connection, [kept for call in calls for kept in call.kept], now) if calls else []

        try:
            _deliver(calls, await self._db.write(write))
            self._bell.ring("inbox")
        except Exception as error:
            await self._apart(calls or list(self._drained()), error)
        if self._calls and not self._flush_queued:  # more waited than one group takes
            self._queue_flush()

    def _drained(self) -> Iterator[_Call]:
        """In the writer thread: a deque may be emptied at one end while it is filled at the other. Who comes after the flag queues anew."""
        self._flush_queued = False
        with contextlib.suppress(IndexError):
            for _ in range(GROUP):
                yield self._calls.popleft()

    async def _write(self, call: _Call) -> None:
        now = self._clock()
        try:
            _deliver([call], await self._db.write(lambda connection: inbox.accept(connection, call.kept, now)))
            self._bell.ring("inbox")
        except Exception as error:
            await self._apart([call], error)

    async def _apart(self, calls: list[_Call], error: Exception) -> None:
        """One call spoiled the statement, or the store is away: each for itself, so that a neighbour's bad bytes harm nobody."""
        if len(calls) > 1 and not isinstance(error, StoreAway):
            for call in calls:
                await self._write(call)
            return
        log.error("intake.refused", code=type(error).__name__, count=len(calls))
        away = error if isinstance(error, StoreAway) else StoreAway(type(error).__name__)
        for call in calls:
            if not call.future.done():
                call.future.set_exception(away if isinstance(error, SQLAlchemyError | StoreAway | OSError) else error)


def _deliver(calls: Sequence[_Call], accepted: Sequence[Accepted]) -> None:
    answers = iter(accepted)
    for call in calls:
        answer = list(islice(answers, len(call.kept)))
        if not call.future.done():
            call.future.set_result(answer)
