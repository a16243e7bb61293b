"""Inbounds whose connector has read the words already: chat, Telegram, the front desk, short messages."""

from __future__ import annotations

from connectors.contract import Attachment, Inbound
from normalizer.characters import clean, one_line, tidy
from normalizer.complaint import EvidenceFile
from normalizer.message import Message

_FILENAME_LIMIT = 120
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def read(inbound: Inbound) -> Message:
    text = tidy(clean(inbound.text))
    return Message(
        sender=inbound.sender,
        sent_at=inbound.sent_at,
        message_id=inbound.message_id,
        in_reply_to=inbound.in_reply_to,
        subject=one_line(inbound.subject, 300) if inbound.subject else None,
        text=text,
        body=text,
        attachments=[evidence(attachment) for attachment in inbound.attachments],
        kinds=[kind_of(attachment.kind, attachment.media_type) for attachment in inbound.attachments],
        set_aside=inbound.service,
    )


def evidence(attachment: Attachment) -> EvidenceFile:
    return EvidenceFile(
        filename=safe_name(attachment.filename), media_type=attachment.media_type, size=attachment.size, sha256=attachment.sha256
    )


def safe_name(name: str | None) -> str | None:
    """A file name without folders, control or bidi characters, at most 120 characters with its ending kept; None when nothing is left."""
    if not name:
        return None
    bare = one_line(name.replace("\\", "/").rsplit("/", 1)[-1], 5_000).translate(_FORBIDDEN).strip(". ")
    if len(bare) > _FILENAME_LIMIT:
        stem, dot, ending = bare.rpartition(".")
        bare = stem[: _FILENAME_LIMIT - 12] + dot + ending[:10] if dot else bare[:_FILENAME_LIMIT]
    return bare or None


def kind_of(kind: str, media_type: str | None) -> str:
    """The announced kind; for a plain file what its media type says."""
    if kind not in ("file", "document") or not media_type:
        return kind
    family = media_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else kind
