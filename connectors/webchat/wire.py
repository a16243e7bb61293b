"""The chat's envelope as JSON -> Inbound. Pure: the page that took the message (`desk/chat.py`) made the envelope and kept the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from connectors.contract import Arrival, Attachment, Inbound, Place, Sender, Unreadable

CHANNEL = "webchat"
TEXT_LIMIT = 8000
"""Characters of one message; the longest complaints of a real export stay under 4,000."""
FILE_LIMIT = 10
_KINDS = {"image": "image", "audio": "audio", "video": "video"}


class File(BaseModel):
    """A file that already lies in the blob store. Its media type was read from the bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    filename: str | None = Field(default=None, max_length=255)
    media_type: str
    size: int = Field(ge=0)


class Envelope(BaseModel):
    """One message of one session. `session` is the hash of the browser's token, never the token."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    session: str = Field(pattern=r"^[0-9a-f]{32}$")
    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    text: str = Field(default="", max_length=TEXT_LIMIT)
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    command: Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True, min_length=1, max_length=64)] | None = None
    files: tuple[File, ...] = Field(default=(), max_length=FILE_LIMIT)

    @model_validator(mode="after")
    def _says_something(self) -> Envelope:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        if not (self.text.strip() or self.files or self.command or self.lat is not None):
            raise ValueError("empty")
        return self


def conversation(account: str, session: str) -> str:
    """The line of talk of one session hash."""
    return f"{CHANNEL}:{account}:{session}"


def external_id(session: str, message_id: str) -> str:
    return f"{session}:{message_id}"


def read(raw: bytes, *, account: str, now: datetime, **_: Any) -> Sequence[Arrival]:
    """One Inbound from one envelope; Unreadable with reason `shape` when it is not one."""
    try:
        envelope = Envelope.model_validate_json(raw)
    except ValidationError:
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason="shape"),)
    return (
        Inbound(
            channel=CHANNEL,
            account=account,
            external_id=external_id(envelope.session, envelope.id),
            message_id=envelope.id,
            conversation=conversation(account, envelope.session),
            sender=Sender(id=envelope.session),
            sent_at=now,
            text=envelope.text,
            attachments=tuple(_attachment(file) for file in envelope.files),
            place=None if envelope.lat is None else Place(lat=envelope.lat, lon=envelope.lon),
            reply_address=envelope.session,
            command=envelope.command,
            raw=raw,
        ),
    )


def _attachment(file: File) -> Attachment:
    kind = _KINDS.get(file.media_type.split("/")[0], "document")
    return Attachment(sha256=file.sha256, filename=file.filename, media_type=file.media_type, size=file.size, kind=kind)
