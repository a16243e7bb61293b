"""Wishes that come before the complaint: "anonim", then the words. They are kept as messages; here they are found again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Connection

from store import complaints

WISHES: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {"anonim": ("anonymous", True), "rahasia": ("confidential", True), "bernama": ("anonymous", False), "terbuka": ("confidential", False)}
)
"""Command -> the complaint's flag, and what it becomes."""
WISH_LASTS = timedelta(hours=24)
"""A wish without a complaint is for the one that follows within this time."""


def wished(connection: Connection, conversation: str, now: datetime) -> dict[str, bool]:
    """The flags that were asked for before there was a complaint, and not taken back: {"anonymous": True}."""
    last = complaints.latest(connection, conversation)
    since = (last["inbox_id"] or 0) if last else 0
    said = complaints.asked_for(connection, conversation, since, now - WISH_LASTS, tuple(WISHES))
    wanted = dict(WISHES[command] for command in said)
    return {flag: True for flag, value in wanted.items() if value}
