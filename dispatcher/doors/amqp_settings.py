"""What hub.toml says of a door of the kind "amqp"."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    url: SecretStr
    """amqps://user:password@host/vhost (amqp:// inside the office's own network); by environment or secrets file only."""
    queue: str = Field(min_length=1, max_length=255)
    """Where complaints go."""
    exchange: str = Field(default="", max_length=255)
    """Empty: straight into the queue. Else a topic exchange with `routing_key`."""
    routing_key: str = Field(default="", max_length=255)
    """The name of the queue when not set."""
    reply_queue: str = Field(default="", max_length=255)
    """Where receipts and news come from; empty: none come."""
    declare: bool = True
    """False: queues and exchange are somebody else's; they are looked at and never made."""
    max_length: int | None = Field(default=None, ge=1)
    """Messages that the queue holds at most; a full queue refuses, and complaints wait here."""
    source: str = ""
    """`source` of our events; the hub's public address when not set."""
    confidential: bool = False
    """True: they keep secret reports secret, so they may be sent."""
    identities: bool = False
    """True: they may have the names of people who asked to be anonymous, and personal data that stands in the words."""
    timeout: float = Field(default=20.0, gt=0)
    """Seconds for connecting, and for one confirmation."""

    @field_validator("url")
    @classmethod
    def _url(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("amqp://", "amqps://")):
            raise ValueError("harus berbentuk amqps://pengguna:sandi@server/vhost")
        return url

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.queue == self.reply_queue:
            raise ValueError("queue dan reply_queue harus berbeda")
        return self
