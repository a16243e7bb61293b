"""What every channel's bytes are read into before the steps begin: plain words, and what the envelope says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import Sender
from normalizer.complaint import EvidenceFile
from normalizer.outcome import Original, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    sender: Sender
    author: Sender | None = None
    """Who complains, where it is not the sender: the first writer of a forwarded mail."""
    sent_at: datetime
    message_id: str = ""
    in_reply_to: str | None = None
    subject: str | None = None
    text: str = ""
    """All readable text as it came, clean."""
    body: str = ""
    """The citizen's own words."""
    note: str | None = None
    """What a forwarder wrote above."""
    original: Original | None = None
    attachments: Sequence[EvidenceFile] = ()
    parts: Sequence[Part] = ()
    """Of a mail: parts[i] is attachments[i]."""
    kinds: Sequence[str] = ()
    """Of the attachments: image, voice, video, document …"""
    set_aside: str | None = None
    """The reason in one word, where the envelope alone shows that nobody complains."""
    auto_generated: bool = False
    bounce: bool = False
