"""Draws tracking numbers; `normalizer.tracking` knows their shape."""

from __future__ import annotations

import secrets

from normalizer.tracking import LENGTH, compose


def draw(prefix: str) -> str:
    """A fresh number in stored form. 32**7 possible ones and no order: it cannot be guessed or counted."""
    return compose(prefix, [secrets.randbelow(32) for _ in range(LENGTH)])
