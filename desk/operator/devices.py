"""What a person recognises a device by, out of what its browser says of itself: "Chrome", "Windows". Nothing is decided by it."""

from __future__ import annotations

from collections.abc import Sequence

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""Who names others too (all but Firefox name Safari) stands before them."""
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))


def device(user_agent: str) -> tuple[str, str]:
    """(browser, system); empty where it is not one of the usual ones."""
    return _first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS)


def _first(user_agent: str, known: Sequence[tuple[str, str]]) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
