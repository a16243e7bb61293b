"""Wakes whoever waits: "something new about this topic". On PostgreSQL it rings on every node (LISTEN/NOTIFY).

A ring carries no content and may be missed: every waiter looks into the store by itself, and looks again after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator

import structlog

CHANNEL = "satupintu"
RETRY_SECONDS = 2.0
log = structlog.get_logger()


class Bell:
    """Topics: `inbox`, `outbox`, `desk`, `talk:<conversation>`, `typing:<conversation>`."""

    def __init__(self, url: str = "") -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._url = url if url.startswith("postgresql") else ""
        self._out: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        if self._url:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._tell())]

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ring(self, topic: str) -> None:
        self._ring_here(topic)
        if self._url:
            with contextlib.suppress(asyncio.QueueFull):
                self._out.put_nowait(topic)

    async def wait(self, topic: str, seconds: float) -> bool:
        """True when it rang; False after `seconds`. Look into the store first, then wait, then look again."""
        with self.listening(topic) as event:
            return await heard(event, seconds)

    @contextlib.contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set by each ring from now on: no ring is missed between looking and waiting."""
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            yield event
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def _ring_here(self, topic: str) -> None:
        for event in self._waiting.get(topic, ()):
            event.set()

    async def _listen(self) -> None:
        import psycopg  # a hub on SQLite does without it

        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for note in connection.notifies():
                        self._ring_here(note.payload)
            except psycopg.Error as error:
                log.warning("bell.listen_lost", code=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _tell(self) -> None:
        import psycopg

        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    while True:
                        topics = {await self._out.get()}
                        while not self._out.empty():
                            topics.add(self._out.get_nowait())
                        for topic in topics:
                            await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, topic))
            except psycopg.Error as error:
                log.warning("bell.tell_lost", code=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


async def heard(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event of `Bell.listening` and clear it."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
