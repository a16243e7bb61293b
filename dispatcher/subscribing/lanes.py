"""A lane of its own for each active subscriber, so that a slow one holds up nobody else; they begin and end with their subscribers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import structlog

from connectors.errors import StoreAway
from dispatcher.breaker import Breaker
from dispatcher.subscribing.guard import Caller, Network
from dispatcher.subscribing.paying import BELL, Content, TellPayer
from dispatcher.subscribing.secrets import Seal
from dispatcher.workers import STOP_SECONDS, Lane, Tools
from store import subscribers
from store.bell import heard
from store.tables import Work

LOOK_SECONDS = 15.0
log = structlog.get_logger()


class Tellers:
    """Any number of hubs may run it over one store: each event is claimed by one."""

    def __init__(self, tools: Tools, networks: Sequence[Network], secret: bytes, content: Content) -> None:
        self._tools, self._content, self._seal = tools, content, Seal(secret)
        self._caller = Caller(networks, tools.clock)
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled; then what is under way may end."""
        try:
            with self._tools.bell.listening(BELL) as rung:
                while True:
                    with contextlib.suppress(StoreAway):
                        await self._look()
                    await heard(rung, LOOK_SECONDS)
        finally:
            await self._end(list(self._lanes))
            await self._caller.aclose()

    def lane(self, name: str) -> Lane:
        payer = TellPayer(name, self._tools, self._caller, self._seal, self._content)
        return Lane(Work.TELL, name, payer, self._tools, breaker=Breaker(chance=self._tools.chance))

    async def _look(self) -> None:
        wanted = await self._tools.db.read(subscribers.active)
        await self._end([name for name in self._lanes if name not in wanted])
        for name in wanted - self._lanes.keys():
            self._lanes[name] = asyncio.create_task(self.lane(name).run(), name=f"tell:{name}")
            log.info("subscriber.lane", lane=name)

    async def _end(self, names: Sequence[str]) -> None:
        ending = [self._lanes.pop(name) for name in names]
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending, timeout=STOP_SECONDS)
