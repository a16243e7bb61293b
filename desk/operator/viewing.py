"""Which evidence a browser shows on the complaint's page, and under which rules. A short list; whatever is not on it stays a download.

What a file is is told by its bytes, never by its name or its sender. Nothing on the list runs scripts of our origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Shape = Literal["picture", "video", "audio", "paper"]


class View(NamedTuple):
    shape: Shape
    content_type: str
    """What the browser is told; one name for each kind, whatever the sniffing calls it."""


VIEWS: Mapping[str, View] = {
    **{kind: View("picture", kind) for kind in ("image/jpeg", "image/png", "image/gif", "image/webp")},
    "video/mp4": View("video", "video/mp4"),
    "video/webm": View("video", "video/webm"),
    "video/quicktime": View("video", "video/mp4"),
    "video/3gpp": View("video", "video/3gpp"),
    "audio/mpeg": View("audio", "audio/mpeg"),
    "audio/mp4": View("audio", "audio/mp4"),
    "audio/ogg": View("audio", "audio/ogg"),
    "application/ogg": View("audio", "audio/ogg"),
    "audio/wave": View("audio", "audio/wav"),
    "audio/wav": View("audio", "audio/wav"),
    "audio/x-wav": View("audio", "audio/wav"),
    "application/pdf": View("paper", "application/pdf"),
}
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
_SANDBOX = "default-src 'none'; sandbox"
_PAPER = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
"""`sandbox` would keep the browser's own PDF viewer from opening at all (tried in Chromium); that viewer has no access to our origin.

`papers` looks first.
"""


def shape_of(media_type: str | None) -> Shape | None:
    """How the page shows a file of this kind; None: as a download only."""
    view = VIEWS.get(media_type or "")
    return view.shape if view else None


def rules(view: View | None) -> Mapping[str, str]:
    """The headers beside the content type; None: for a file to keep."""
    return {**_ALWAYS, "Content-Security-Policy": _PAPER if view and view.shape == "paper" else _SANDBOX}
