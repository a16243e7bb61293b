"""How a running hub learns that a setting was changed at the desk, of this node or of another."""

from __future__ import annotations

import asyncio

from connectors.errors import StoreAway
from store import setting_changes
from store.bell import Bell
from store.database import Database

TOPIC = "settings"
LOOK_SECONDS = 15.0
"""Also without a ring: another hub's bell may be missed."""


async def changed(db: Database, bell: Bell, known: int) -> None:
    """Returns once there is a change that is newer than `known`, a second after it was seen."""
    with bell.listening(TOPIC) as rung:
        while True:
            try:
                newest = await db.read(lambda session: setting_changes.newest_id(session.connection()))
            except StoreAway:
                newest = 0
            if newest > known:
                await asyncio.sleep(1)
                return
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await rung.wait()
            except TimeoutError:
                continue
            rung.clear()
