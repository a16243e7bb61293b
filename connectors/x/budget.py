"""The month's reads: how many posts may still be read now. Pure; what was read lies in the cursor, so the store keeps it.

The budget is spread over the month: by any moment at most the elapsed share of it may have been used, and one day's share ahead, so
that a single loud day cannot silence the rest of the month. https://docs.x.com/x-api/fundamentals/post-cap
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.contract import Cursor

AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Posts read in a month ("2026-11"): altogether, and by saved searches."""

    month: str
    read: int = 0
    searched: int = 0


def used(cursor: Cursor, now: datetime) -> Used:
    """Nothing yet in a new month."""
    held, month = cursor or {}, f"{now:%Y-%m}"
    if held.get("month") != month:
        return Used(month=month)
    return Used(month=month, read=int(held.get("read", 0)), searched=int(held.get("searched", 0)))


def allowance(budget: int, now: datetime) -> int:
    """How many posts may have been read by `now`."""
    start, length = _month(now)
    return min(budget, int(budget * ((now - start + AHEAD) / length)))


def until_more(budget: int, read: int, now: datetime) -> datetime:
    """When the next posts may be read, with `read` used: later this month, or when the next one begins."""
    start, length = _month(now)
    if read >= budget:
        return start + length
    return max(now, min(start + length, start + length * ((read + 1) / budget) - AHEAD))


def _month(now: datetime) -> tuple[datetime, timedelta]:
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, timedelta(days=monthrange(now.year, now.month)[1])
