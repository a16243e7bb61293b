"""Secrets that change by themselves are kept durably and readable only for this hub; over both engines."""

from __future__ import annotations

from datetime import UTC, datetime

from store.credentials import Credentials
from store.database import Database

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


async def test_what_was_saved_last_comes_back(db: Database):
    """Also to another hub process with the same secret."""
    kept = Credentials(db, [b"rahasia hub yang panjang"], clock)
    assert await kept.load("surel") is None
    await kept.save("surel", "token-1")
    await kept.save("surel", "token-2")
    assert await Credentials(db, [b"rahasia hub yang panjang"], clock).load("surel") == "token-2"
    assert await kept.load("lain") is None


async def test_a_stolen_database_opens_nothing(db: Database):
    """The secret is nowhere in the rows, and another hub's secret does not open it."""
    await Credentials(db, [b"rahasia hub yang panjang"], clock).save("surel", "token-yang-rahasia")
    [sealed] = await db.read(lambda session: session.connection().exec_driver_sql("SELECT sealed FROM credentials").scalars().all())
    assert b"token-yang-rahasia" not in bytes(sealed)
    assert await Credentials(db, [b"rahasia hub yang lain"], clock).load("surel") is None


async def test_the_hubs_secret_can_be_changed(db: Database):
    """With the old one in second place, what it sealed still opens."""
    await Credentials(db, [b"rahasia lama"], clock).save("surel", "token-1")
    kept = Credentials(db, [b"rahasia baru", b"rahasia lama"], clock)
    assert await kept.load("surel") == "token-1"
    await kept.save("surel", "token-1")
    assert await Credentials(db, [b"rahasia baru"], clock).load("surel") == "token-1"
