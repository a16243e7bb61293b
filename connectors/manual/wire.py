"""An entry at the front desk as JSON -> Inbound. Pure: the desk's page (or the command line) made the entry and kept its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.contract import Arrival, Attachment, Inbound, Place, Sender, Unreadable

CHANNEL = "manual"
TEXT_LIMIT = 20_000
FILE_LIMIT = 10


class Way(StrEnum):
    """How the citizen came."""

    VISIT = "visit"
    CALL = "call"
    LETTER = "letter"
    LEAFLET = "leaflet"
    """On a form that an agency hands out and collects."""


class File(BaseModel):
    """A scan that already lies in the blob store."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    filename: str | None = Field(default=None, max_length=255)
    media_type: str = "application/octet-stream"
    size: int = Field(ge=0)


class Entry(BaseModel):
    """What an operator typed. `id` is made with the form (a uuid), so that a form sent twice is one complaint."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    id: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    operator: str = Field(min_length=1, max_length=100)
    """Login name of whoever typed it in."""
    way: Way = Way.VISIT
    name: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=254)
    address: str | None = Field(default=None, max_length=500)
    """The citizen's postal address."""
    subject: str | None = Field(default=None, max_length=200)
    text: str = Field(default="", max_length=TEXT_LIMIT)
    place: str | None = Field(default=None, max_length=500)
    """Where it happened, in words."""
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    received_at: AwareDatetime | None = None
    """When the letter came or the call was taken; now when not said."""
    anonymous: bool = False
    confidential: bool = False
    handed_in_by: str | None = Field(default=None, max_length=60)
    """Code of the agency that brought it."""
    files: tuple[File, ...] = Field(default=(), max_length=FILE_LIMIT)

    @model_validator(mode="after")
    def _says_something(self) -> Entry:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        if not (self.text or self.files):
            raise ValueError("empty")
        return self


def read(raw: bytes, *, account: str, now: datetime, **_: Any) -> Sequence[Arrival]:
    """One Inbound from one entry; Unreadable with reason `shape` when it is not one."""
    try:
        entry = Entry.model_validate_json(raw)
    except ValidationError:
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason="shape"),)
    return (
        Inbound(
            channel=CHANNEL,
            account=account,
            external_id=entry.id,
            message_id=entry.id,
            conversation=f"{CHANNEL}:{account}:{entry.id}",
            sender=Sender(id=entry.id, name=entry.name or None, address=entry.email or None, phone=entry.phone or None),
            sent_at=entry.received_at or now,
            subject=entry.subject or None,
            text=entry.text,
            attachments=tuple(
                Attachment(sha256=file.sha256, filename=file.filename, media_type=file.media_type, size=file.size, kind="document")
                for file in entry.files
            ),
            place=_place(entry),
            staff=True,
            extra=_extra(entry),
            raw=raw,
        ),
    )


def _place(entry: Entry) -> Place | None:
    if entry.lat is None and not entry.place:
        return None
    return Place(lat=entry.lat, lon=entry.lon, text=entry.place or None)


def _extra(entry: Entry) -> dict[str, str | int | float | bool]:
    """What only the front desk knows: who typed, how the citizen came, and the flags that they asked for."""
    return {
        "entered_by": entry.operator,
        "way": entry.way.value,
        "anonymous": entry.anonymous,
        "confidential": entry.confidential,
        **({"address": entry.address} if entry.address else {}),
        **({"handed_in_by": entry.handed_in_by} if entry.handed_in_by else {}),
    }
