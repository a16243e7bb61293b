"""A mail that someone passed on: who wrote it first, what, and what the forwarder wrote above."""

from __future__ import annotations

from datetime import tzinfo

from normalizer.mime import Mail
from normalizer.outcome import Original


def likely(subject: str, text: str) -> bool:
    return False


def unwrap(mail: Mail, text: str, subject: str, zone: tzinfo) -> tuple[Original | None, str | None]:
    return None, None
