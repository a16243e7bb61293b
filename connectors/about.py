"""What a connector tells of itself, once for all its accounts or one by one; pages, forms and documents derive from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FollowUp(StrEnum):
    """When a further message belongs to the complaint before it."""

    WINDOW = "window"
    """In talk: within the profile's window (chat, Telegram, WhatsApp, SMS)."""
    THREAD = "thread"
    """Only when it answers a message of that complaint (e-mail)."""
    CONVERSATION = "conversation"
    """Always while that complaint is open: a conversation is one matter (a public thread by one author)."""
    NEVER = "never"
    """Each stands for itself (letters entered at the desk)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a connector tells of itself; pages, forms and documents derive from it."""

    provider: str
    channels: Sequence[str]
    title: str
    """For people, in Indonesian."""
    replies: bool = True
    text_limit: int = 4096
    """Characters in one reply; longer texts are cut by the dispatcher at a word."""
    follow_up: FollowUp = FollowUp.WINDOW
    repeatable: bool = False
    """True: sending the same Reply again reaches the citizen once, so a send of unknown outcome may simply be repeated."""
    asks_place: bool = False
    """True: a button with the command ASK_PLACE asks the citizen's device for its position."""
    window_hours: int = 0
    """The platform lets us write freely only so long after the citizen's last message; 0: always."""
    reports: bool = False
    """Its routes tell what became of our messages (Delivery)."""
    source: str = ""
    """The platform's page that states the limits."""
