"""How much of a monthly budget of reads an account has used: its cursor counts, so that no read is forgotten in a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, select

from store.tables import CursorRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """This month's (UTC). searched: of `read`, by saved searches, which may use `search_budget` of `budget`."""

    read: int
    searched: int
    budget: int
    search_budget: int


def reads(session: Session, now: datetime) -> Mapping[str, Reads]:
    """By account, of those that have a budget."""
    month = f"{now.astimezone(UTC):%Y-%m}"
    found = {row.name: row.cursor for row in session.exec(select(CursorRow)) if row.cursor and "budget" in row.cursor}
    return {name: _of(cursor, fresh=cursor.get("month") != month) for name, cursor in found.items()}


def _of(cursor: Mapping[str, str | int], *, fresh: bool) -> Reads:
    read, searched = (0, 0) if fresh else (int(cursor.get("read", 0)), int(cursor.get("searched", 0)))
    budget, share = int(cursor["budget"]), int(cursor.get("search_budget", 0))
    return Reads(read=read, searched=searched, budget=budget, search_budget=share)
