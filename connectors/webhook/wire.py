"""One message of another application as JSON -> Inbound. Pure. What it needs and what it leaves alone stands in the package's docstring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from connectors.contract import Arrival, Attachment, Inbound, Place, Sender, Unreadable

CHANNEL = "webhook"
FILE_LIMIT = 10
_KINDS = {"image": "image", "audio": "audio", "video": "video"}


def _clean(value: object) -> object:
    """No database takes NUL, and half an emoji is nothing that UTF-8 can write."""
    return value.replace("\x00", "�").encode(errors="replace").decode().strip() if isinstance(value, str) else value


def _written(value: object) -> object:
    """Ids are texts; an application that counts may send a number."""
    return str(value) if type(value) is int else _clean(value)


Text = Annotated[str, BeforeValidator(_clean)]
Id = Annotated[str, BeforeValidator(_written), Field(min_length=1, max_length=200)]


class File(BaseModel):
    """A file that lies with the application; it is fetched later."""

    model_config = ConfigDict(frozen=True)
    url: Text = Field(min_length=1, max_length=2000)
    filename: Text | None = Field(default=None, max_length=255)
    media_type: Text | None = Field(default=None, max_length=100)
    size: int | None = Field(default=None, ge=0)


class Message(BaseModel):
    """What one call brings. Unknown keys are left alone, so that an application may send more than we read."""

    model_config = ConfigDict(frozen=True)
    id: Id
    sender: Id | None = None
    name: Text | None = Field(default=None, max_length=200)
    phone: Text | None = Field(default=None, max_length=40)
    email: Text | None = Field(default=None, max_length=254)
    subject: Text | None = Field(default=None, max_length=500)
    text: Text = Field(default="", max_length=20_000)
    place: Text | None = Field(default=None, max_length=500)
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    sent_at: AwareDatetime | None = None
    in_reply_to: Id | None = None
    command: Text | None = Field(default=None, max_length=64)
    anonymous: bool = False
    confidential: bool = False
    files: tuple[File, ...] = Field(default=(), max_length=FILE_LIMIT)

    @model_validator(mode="after")
    def _says_something(self) -> Message:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        if not (self.text or self.files or self.command or self.lat is not None):
            raise ValueError("empty")
        return self

    @property
    def line(self) -> str:
        """Whose talk it is: the application's own id of the citizen, else how they can be reached, else this message alone."""
        return self.sender or self.phone or (self.email or "").lower() or self.id


def read(raw: bytes, *, account: str, now: datetime, replies: bool = True, **_: Any) -> Sequence[Arrival]:
    """One Inbound; Unreadable with reason `json` or `shape`. replies: the account has a callback_url, so somebody can be answered."""
    try:
        message = Message.model_validate_json(raw)
    except ValidationError as error:
        reason = "json" if error.errors(include_input=False, include_url=False)[0]["type"] == "json_invalid" else "shape"
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason=reason),)
    except (ValueError, RecursionError):
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason="json"),)
    return (_inbound(message, raw, account, now, replies),)


def _inbound(message: Message, raw: bytes, account: str, now: datetime, replies: bool) -> Inbound:
    email = message.email.lower() if message.email else None
    return Inbound(
        channel=CHANNEL,
        account=account,
        external_id=message.id,
        message_id=message.id,
        conversation=f"{CHANNEL}:{account}:{message.line}",
        sender=Sender(id=message.line, name=message.name or None, address=email or message.phone or None, phone=message.phone or None),
        sent_at=_moment(message.sent_at, now),
        subject=message.subject or None,
        text=message.text,
        attachments=tuple(_attachment(file) for file in message.files),
        place=_place(message),
        reply_address=message.line if replies else None,
        in_reply_to=message.in_reply_to,
        command=(message.command or "").lower() or None,
        extra=_extra(message),
        raw=raw,
    )


def _moment(sent_at: datetime | None, now: datetime) -> datetime:
    """A clock of this century; what lies in the future came now."""
    if sent_at is None or not 2000 <= sent_at.year < 2200:
        return now
    return min(sent_at.astimezone(UTC), now)


def _attachment(file: File) -> Attachment:
    kind = _KINDS.get((file.media_type or "").split("/")[0], "file")
    return Attachment(ref=file.url, filename=file.filename, media_type=file.media_type, size=file.size, kind=kind)


def _place(message: Message) -> Place | None:
    if message.lat is None and not message.place:
        return None
    return Place(lat=message.lat, lon=message.lon, text=message.place or None)


def _extra(message: Message) -> Mapping[str, bool]:
    """What the citizen asked for; only what is true, so that a plain message carries nothing."""
    flags = {"anonymous": message.anonymous, "confidential": message.confidential}
    return {name: True for name, wanted in flags.items() if wanted}
