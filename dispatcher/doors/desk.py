"""The embedded door: the city's own desk. It has every complaint the moment it is registered; operators' acts are its updates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health
from dispatcher.doors.contract import Added, Clock, DoorUpdates, Filing, Receipt
from normalizer import tracking


class Settings(BaseModel):
    """The desk has nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DeskDoor:
    """`kind = "desk"`. The store is its queue, so nothing has to travel."""

    kind = "desk"
    can_find = True
    takes_additions = True
    adds_once = True

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock

    async def submit(self, filing: Filing, key: str) -> Receipt:
        return Receipt(reference=tracking.printed(key), at=self._clock())

    async def find(self, key: str, since: datetime) -> Receipt | None:
        """Always there: the complaint and the desk's queue are the same row."""
        return Receipt(reference=tracking.printed(key), at=since)

    async def add(self, added: Added, key: str) -> None:
        """It stands in the timeline already, which is what the desk shows."""

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """Nothing to fetch: an operator's act goes through `dispatcher.acts` at once."""
        return DoorUpdates(updates=(), cursor=cursor)

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="Meja petugas siap menerima laporan.")

    async def aclose(self) -> None:
        return None


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> DeskDoor:
    Settings.model_validate(options)
    return DeskDoor(name, clock)
