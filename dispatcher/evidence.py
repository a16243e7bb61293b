"""What kind of file it is: the bytes say so, not its name."""

from __future__ import annotations

import puremagic

UNKNOWN = "application/octet-stream"


def media_type(content: bytes) -> str:
    """The media type by the file's first bytes; UNKNOWN when nothing fits."""
    try:
        return puremagic.from_string(content, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return UNKNOWN
