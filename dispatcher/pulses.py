"""How each account and door fares: written when it changes, and once a minute while it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import ConnectorError, Then
from store import cursors
from store.database import Database

EVERY = timedelta(seconds=60)


class Pulses:
    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db, self._clock = db, clock
        self._told: dict[str, tuple[str, datetime]] = {}
        self._pauses: dict[str, datetime] = {}

    async def ok(self, name: str) -> None:
        """A pause goes on being shown: what was under way when it began, or what only asks for news, may well succeed meanwhile."""
        if self._clock() < self._pauses.get(name, self._clock()):
            return await self._tell(name, "ok while paused", last_ok_at=self._clock())
        return await self._tell(name, "ok", last_ok_at=self._clock(), last_error=None, paused_until=None, stopped=False)

    async def trouble(self, name: str, error: ConnectorError) -> None:
        stopped = error.then is Then.STOP_ACCOUNT
        await self._tell(name, error.code, last_error_at=self._clock(), last_error=f"{error.code}: {error.sentence}", stopped=stopped)

    async def paused(self, name: str, error: ConnectorError, until: datetime) -> None:
        self._pauses[name] = until
        await self._tell(
            name, f"paused {until}", last_error_at=self._clock(), last_error=f"{error.code}: {error.sentence}", paused_until=until
        )

    async def pulse(self, name: str, error: ConnectorError | None) -> None:
        """What a poller calls."""
        await (self.ok(name) if error is None else self.trouble(name, error))

    async def forged(self, name: str) -> None:
        await self._db.write(lambda connection: cursors.count_forged(connection, name))

    async def _tell(self, name: str, word: str, **values: Any) -> None:
        now = self._clock()
        before = self._told.get(name)
        if before is not None and before[0] == word and now - before[1] < EVERY:
            return
        self._told[name] = (word, now)
        await self._db.write(lambda connection: cursors.beat(connection, name, **values))
