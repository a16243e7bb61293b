"""When owed work is tried again. The class of the error decides; nobody parses a text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType

from store.tables import Work

FIRST_SECONDS = 2.0
LONGEST_SECONDS = 900.0
PATIENCE = MappingProxyType(
    {
        Work.REPLY: timedelta(days=3),
        Work.FETCH: timedelta(days=2),
        Work.FORWARD: timedelta(days=14),
        Work.ADD: timedelta(days=14),
        Work.TELL: timedelta(days=365),  # given up by its own count: what it tells of may be long ago
    }
)
"""Older than this, a debt goes to the dead pocket, where a person sees it. An outage of hours costs nothing but time."""


def wait(attempts: int, chance: Callable[[], float]) -> timedelta:
    """Exponential, at most a quarter of an hour, spread by half so that recovery is no stampede. `chance` draws from [0, 1)."""
    longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(attempts - 1, 12))
    return timedelta(seconds=longest * (0.5 + chance() / 2))
