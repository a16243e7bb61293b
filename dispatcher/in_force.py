"""The profile in force at a start: the city's file under what the office changed at its desk.

Read before the reader processes are forked, so it leaves no thread or connection behind and loads no library that they would carry along.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import load, overlay
from config.profile import Profile
from config.settings import Settings

NEWEST = "SELECT id, area, key, value FROM setting_changes WHERE id IN (SELECT max(id) FROM setting_changes GROUP BY area, key)"


@dataclass(frozen=True, slots=True)
class InForce:
    """`newest`: the last change that the profile knows."""

    profile: Profile
    newest: int


def in_force(settings: Settings) -> InForce:
    """A change that does not fit the file any more is left out; the desk names it. Raises SettingsError."""
    rows = _rows(settings.store.url)
    changes = {(area, key): value for _, area, key, value in rows if value is not None}
    return InForce(laid(load.profile(settings), changes)[0], max((row[0] for row in rows), default=0))


def laid(profile: Profile, changes: dict[overlay.Change, Any]) -> tuple[Profile, dict[overlay.Change, overlay.ChangeRefused]]:
    return overlay.overlaid(profile, changes, load.read_toml(load.TEXTS)) if changes else (profile, {})


def _rows(url: str) -> list[tuple[int, str, str, Any]]:
    """None before the first start. A store that is away is told where it is opened for work; the hub then looks at its settings again."""
    if url.startswith("postgresql"):
        import psycopg

        try:
            with psycopg.connect(url) as server:
                return [(row[0], row[1], row[2], row[3]) for row in server.execute(NEWEST)]
        except psycopg.Error:
            return []
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=10)) as file:
            return [(number, area, key, json.loads(value) if value else None) for number, area, key, value in file.execute(NEWEST)]
    except sqlite3.Error:
        return []
