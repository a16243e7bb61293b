"""A guard against two machines that answer each other: so many automatic answers to one address in an hour and in a day. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Sendings = Mapping[str, Sequence[datetime]]
"""Address in lower case -> when answers went to it, oldest first."""


def allowed(times: Sequence[datetime], now: datetime, *, per_hour: int, per_day: int) -> bool:
    """Whether one more may go now."""
    return sum(now - at < HOUR for at in times) < per_hour and sum(now - at < DAY for at in times) < per_day


def noted(sendings: Sendings, address: str, now: datetime) -> Sendings:
    """The sendings with one more, without those that no longer count."""
    kept = {who: fresh for who, times in sendings.items() if (fresh := [at for at in times if now - at < DAY])}
    return kept | {address: [*kept.get(address, ()), now]}
