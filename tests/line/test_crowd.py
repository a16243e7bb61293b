"""Who goes first when many knock at once."""

from __future__ import annotations

import asyncio
import contextlib

from dispatcher.crowd import FEW, MANY, PATIENCE_SECONDS, Crowd


async def test_without_a_crowd_the_line_takes_what_it_wants():
    """Some citizens at once are no crowd: nothing waits."""
    crowd = Crowd()
    with crowd, crowd:
        async with asyncio.timeout(PATIENCE_SECONDS / 2):
            assert await crowd.room(32) == 32


async def test_a_lasting_crowd_leaves_room_for_a_few():
    """The line slows down under load and never stands still."""
    crowd = Crowd()
    knocking = [asyncio.create_task(_knock(crowd)) for _ in range(MANY * 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS * 5):
        assert await crowd.room(32) == FEW
        assert await crowd.room(2) == 2
    for task in knocking:
        task.cancel()
    await asyncio.gather(*knocking, return_exceptions=True)
    async with asyncio.timeout(PATIENCE_SECONDS * 5):
        assert await crowd.room(32) == 32


async def test_those_who_wait_inside_are_a_crowd_too():
    """A machine without time for us lets nobody new in; that is no calm, and they are answered first."""
    crowd = Crowd()
    with contextlib.ExitStack() as inside:
        for _ in range(MANY):
            inside.enter_context(crowd)
        assert await crowd.room(32) == FEW
    assert await crowd.room(32) == 32


async def _knock(crowd: Crowd) -> None:
    while True:
        with crowd:
            await asyncio.sleep(0.01)
