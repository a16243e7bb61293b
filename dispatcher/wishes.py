"""Wishes that come before the complaint: "anonim", then the words. They are kept as messages; here they are found again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from store import complaints

FLAGS = {"anonim": "anonymous", "rahasia": "confidential"}
"""Command -> the complaint's flag."""
WISH_LASTS = timedelta(hours=24)
"""A wish without a complaint is for the one that follows within this time."""


def wished(connection: Connection, conversation: str, now: datetime) -> dict[str, bool]:
    """The flags that were asked for before there was a complaint: {"anonymous": True}."""
    last = complaints.latest(connection, conversation)
    since = (last["inbox_id"] or 0) if last else 0
    said = complaints.asked_for(connection, conversation, since, now - WISH_LASTS, tuple(FLAGS))
    return {FLAGS[command]: True for command in said}
