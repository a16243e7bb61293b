"""The writer's own words in a mail: without what is quoted below (or above), without the signature."""

from __future__ import annotations


def own_words(text: str) -> str:
    return text
