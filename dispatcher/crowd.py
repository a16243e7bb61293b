"""Who goes first when many knock at once: the messages at the door, because a platform waits for each; the line behind catches up later."""

from __future__ import annotations

import asyncio
from time import monotonic

MANY = 8
"""Calls inside at once that make a crowd: more than a few citizens, so a platform that empties its backlog."""
CALM_SECONDS = 0.1
"""So long without a crowd, and the line goes on."""
PATIENCE_SECONDS = 1.0
"""One turn of the line waits so long at most: it slows down under any load and never stands still."""
FEW = 4
"""What one turn takes up that did not find calm."""


class Crowd:
    """Counts those inside; the line asks for `room` before each turn."""

    def __init__(self) -> None:
        self._inside = 0
        self._seen_at = float("-inf")

    def __enter__(self) -> None:
        self._inside += 1
        if self._inside >= MANY:
            self._seen_at = monotonic()

    def __exit__(self, *_: object) -> None:
        self._inside -= 1

    async def room(self, wanted: int) -> int:
        """How much a turn of the line may take up: `wanted` as soon as it is calm, FEW at most when its patience ran out first."""
        end = monotonic() + PATIENCE_SECONDS
        while (wait := min(self._calm_at(), end) - monotonic()) > 0:  # noqa: ASYNC110 - calm is nothing happening
            await asyncio.sleep(wait)
        return wanted if monotonic() >= self._calm_at() else min(wanted, FEW)

    def _calm_at(self) -> float:
        """Those inside count too: on a machine that has no time for us nobody new comes in, and still many wait."""
        return (monotonic() if self._inside >= MANY else self._seen_at) + CALM_SECONDS
