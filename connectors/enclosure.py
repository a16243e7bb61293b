"""A file that goes along with what the hub writes to its own people by e-mail. Citizens get words and links only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """`filename`: plain ASCII. `media_type`: "application/pdf"."""

    filename: str
    media_type: str
    content: bytes = field(repr=False)
