"""The worklist: complaints that a person keys into SP4N-LAPOR! by hand. Every office can use it on its first day.

The store is its queue, as with the desk, so nothing travels. What it has taken waits under a provisional reference until somebody types
LAPOR!'s Tracking ID back (`dispatcher.keying`), or an import of LAPOR!'s export brings it (`dispatcher.lapor`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health
from dispatcher.doors.contract import Added, Clock, DoorUpdates, Filing, Receipt

KIND = "worklist"
NOTICE = "Menunggu dimasukkan ke SP4N-LAPOR! oleh petugas."


class Settings(BaseModel):
    """The worklist has nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorklistDoor:
    """`kind = "worklist"`. Anonymity and secrecy are for the person who keys it in: the screen says so in large letters."""

    kind = KIND
    can_find = True
    takes_additions = True

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock

    async def submit(self, filing: Filing, key: str) -> Receipt:
        """At once: it lies on the worklist. The number itself follows."""
        return Receipt(reference=f"token:{key}", at=self._clock(), notice=NOTICE)

    async def find(self, key: str, since: datetime) -> Receipt | None:
        """Always there: the complaint and its place on the worklist are the same row."""
        return Receipt(reference=f"token:{key}", at=since, notice=NOTICE)

    async def add(self, added: Added, key: str) -> None:
        """It stands in the timeline already, and from there on the worklist as something to pass on."""

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """Nothing to fetch: news comes by import, or by an operator's act."""
        return DoorUpdates(updates=(), cursor=cursor)

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="Daftar kerja SP4N-LAPOR! siap; petugas memasukkannya di /desk/kerja.")

    async def aclose(self) -> None:
        return None


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> WorklistDoor:
    Settings.model_validate(options)
    return WorklistDoor(name, clock)
