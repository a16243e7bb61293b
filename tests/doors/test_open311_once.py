"""A thousand complaints through an Open311 door that loses answers (1 of 5), answers 500 (1 of 5) and hangs (1 of 20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import DoorSettings
from demo.open311 import Open311
from demo.open311_answers import Chance
from dispatcher.doors import registry
from dispatcher.paying import ForwardPayer
from dispatcher.workers import Lane
from normalizer import tracking
from store import migrate
from store.database import Database
from store.tables import Work
from tests.doors.examples import number
from tests.doors.owing import owe_many
from tests.line.town import Town

COMPLAINTS, WAVE = 1000, 100
"""In waves, hours apart: a look-up then lists hundreds of rows, not a thousand."""


@pytest.mark.timeout(240)
async def test_each_of_a_thousand_arrives_exactly_once(tmp_path: Path) -> None:
    """By key: the door records every duplicate and offers only the standard's look-ups, which fail as often as its POSTs."""
    db = Database(f"sqlite:///{tmp_path}/hub.db")
    migrate.upgrade(db.writer)
    town = Town(db, tmp_path)
    city = Open311(codes={"umum": "Umum"}, chance=Chance(311), clock=town.clock)
    settings = DoorSettings(kind="open311", base=await city.start(), default_service="umum", timeout=0.6)
    door = registry.build("kota", settings, town.profile, clock=town.clock)
    lane = Lane(Work.FORWARD, "kota", ForwardPayer(door, db, town.clock, town.cleaner, town.links), town.tools)
    try:
        for first in range(0, COMPLAINTS, WAVE):
            await db.write(lambda connection, first=first: owe_many(connection, range(first, first + WAVE), town.now))
            for _ in range(60):
                await town.pay(lane)
                if not await town.rows("SELECT id FROM outbox WHERE state = 'owed'"):
                    break
                town.later(minutes=10)
            town.later(hours=3)
        assert await town.rows("SELECT state, last_error FROM outbox WHERE state <> 'done'") == []
        assert city.doubled() == {}
        assert set(city.counts()) == {tracking.printed(number(nth)) for nth in range(COMPLAINTS)}
        kept = {row["door_reference"] for row in await town.complaints()}
        assert kept == {one.reference for one in city.taken}
        lost = sum(1 for call in city.calls if call.get("mood", "ok") != "ok")
        assert lost > COMPLAINTS / 4
    finally:
        await door.aclose()
        await city.stop()
        await db.aclose()
