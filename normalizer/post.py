"""Public posts: the citizen's own words without the names that the platform puts in front of them."""

from __future__ import annotations

import re
from dataclasses import replace

from connectors.contract import Inbound
from normalizer import chat
from normalizer.message import Message

_NAMES = re.compile(r"^(?:@[A-Za-z0-9_]{1,20}[\s,:]+)+")
_OWN_MEDIA = re.compile(r"\s*https://t\.co/[A-Za-z0-9]{1,20}\s*$")


def is_public(inbound: Inbound) -> bool:
    """Everybody can read it, and everybody will read our answer."""
    return inbound.extra.get("public") is True


def read(inbound: Inbound) -> Message:
    """The text stays as it came. The link that X appends for a post's own photos says nothing; other links stay."""
    message = chat.read(inbound)
    body = _NAMES.sub("", message.text)
    if inbound.attachments:
        body = _OWN_MEDIA.sub("", body)
    return replace(message, body=body.strip())
