"""A posted service request as JSON -> Inbound. Pure: the hub's Open311 server checked the key and the fields, and made the id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.contract import Arrival, Attachment, Inbound, Place, Sender, Unreadable

CHANNEL = "open311"
TEXT_LIMIT = 4000
"""Characters; POST Service Request, `description`."""
LINK = "Tautan lampiran: "
"""Opens the line of the words that holds a `media_url`."""


class File(BaseModel):
    """A picture that was posted itself (not the standard's way) and already lies in the blob store."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    filename: str | None = Field(default=None, max_length=255)
    media_type: str = "application/octet-stream"
    size: int = Field(ge=0)


class Posted(BaseModel):
    """One request. `id` is ours (random), so that it is the token too; `system` is the name of the API key that posted it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    system: str = Field(min_length=1, max_length=200)
    category: str | None = Field(default=None, max_length=100)
    """Key of the profile's category behind the service code."""
    service_name: str = Field(default="", max_length=300)
    description: str = Field(default="", max_length=TEXT_LIMIT)
    answers: tuple[tuple[str, str], ...] = Field(default=(), max_length=50)
    """(question, answer) of the service's attributes."""
    lat: float | None = Field(default=None, ge=-90, le=90)
    long: float | None = Field(default=None, ge=-180, le=180)
    address_string: str | None = Field(default=None, max_length=500)
    address_id: str | None = Field(default=None, max_length=100)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    first_name: str | None = Field(default=None, max_length=100)
    last_name: str | None = Field(default=None, max_length=100)
    device_id: str | None = Field(default=None, max_length=200)
    account_id: str | None = Field(default=None, max_length=200)
    media_url: str | None = Field(default=None, max_length=2000)
    files: tuple[File, ...] = Field(default=(), max_length=10)


def read(raw: bytes, *, account: str, now: datetime, **_: Any) -> Sequence[Arrival]:
    """One Inbound from one request; Unreadable with reason `shape` when it is not one."""
    try:
        posted = Posted.model_validate_json(raw)
    except ValidationError:
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason="shape"),)
    name = " ".join(part for part in (posted.first_name, posted.last_name) if part)
    return (
        Inbound(
            channel=CHANNEL,
            account=account,
            external_id=posted.id,
            message_id=posted.id,
            conversation=f"{CHANNEL}:{account}:{posted.id}",
            sender=Sender(id=posted.id, name=name or None, address=posted.email or None, phone=posted.phone or None),
            sent_at=now,
            text=_words(posted),
            attachments=tuple(
                Attachment(sha256=file.sha256, filename=file.filename, media_type=file.media_type, size=file.size, kind="document")
                for file in posted.files
            ),
            place=_place(posted),
            extra=_extra(posted),
            raw=raw,
        ),
    )


def _words(posted: Posted) -> str:
    """The description as it came; then the answers and the link, a line each."""
    lines = [posted.description or posted.service_name]
    lines += [f"{question}: {answer}" for question, answer in posted.answers]
    return "\n".join(lines + ([LINK + posted.media_url] if posted.media_url else []))


def _place(posted: Posted) -> Place | None:
    words = posted.address_string or (f"address_id {posted.address_id}" if posted.address_id else None)
    if posted.lat is None or posted.long is None:
        return Place(text=words) if words else None
    return Place(lat=posted.lat, lon=posted.long, text=words)


def _extra(posted: Posted) -> dict[str, str | int | float | bool]:
    """`admitted`: whoever chooses a service complains, whatever the words are. `entered_by`: the system, for the provenance."""
    told = {"entered_by": posted.system, "category": posted.category, "device_id": posted.device_id, "account_id": posted.account_id}
    return {"admitted": True, **{key: value for key, value in told.items() if value}}
