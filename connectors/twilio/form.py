"""The body of a webhook as pairs. A byte that is no UTF-8 costs one letter, never the message."""

from __future__ import annotations

from urllib.parse import parse_qsl

FIELDS = 500
"""Twilio sends some forty; more come from nobody."""


def pairs(body: bytes) -> list[tuple[str, str]]:
    """In the order of the body, blank values kept: signatures count them. Raises ValueError for more than FIELDS."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS)
