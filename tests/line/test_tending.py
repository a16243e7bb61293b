"""What the store does for itself by the hour."""

from __future__ import annotations

from town import Town

from store.tending import tend


async def test_the_planner_learns_what_the_store_holds(town: Town) -> None:
    """After it SQLite knows how selective each index is, which a million complaints need; PostgreSQL is left alone."""
    await town.say("Lampu jalan mati di Jalan Amir Machmud")
    await town.db.write(tend)
    if not town.db.postgres:
        assert await town.rows("SELECT tbl FROM sqlite_stat1 WHERE tbl = 'complaints'")
