"""The keys of a Twilio account in hub.toml."""

from __future__ import annotations

import re

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator, model_validator

SID = re.compile(r"[0-9a-fA-F]{32}")
KINDS = {"account_sid": "AC", "messaging_service_sid": "MG", "template_sid": "HX"}
PHONE = re.compile(r"\+\d{5,15}|\d{3,8}|[A-Za-z0-9 ]{2,11}")
"""A number in E.164, a short code, or an alphanumeric sender."""


class Settings(BaseModel, frozen=True, extra="forbid"):
    account_sid: str
    auth_token: SecretStr
    """By environment or secrets file only."""
    auth_tokens_old: tuple[SecretStr, ...] = ()
    """While the token is rotated: signatures and calls with these are good too."""
    numbers: tuple[str, ...] = ()
    """Our numbers, as citizens write to them: +62…; the first one sends where nobody wrote before."""
    messaging_service_sid: str | None = None
    """A pool of numbers that sends instead."""
    template_sid: str | None = None
    """WhatsApp: the approved template (HX…) for answers after 24 hours; its variable {{1}} is the answer."""
    limit_a_day: int = Field(default=1000, ge=0)
    """Paid parts (SMS segments, WhatsApp messages) after which automatic answers stop for the day."""
    limit_a_month: int = Field(default=20_000, ge=0)
    reconcile_minutes: float = Field(default=10.0, gt=0, le=1440)
    """How often the hub asks Twilio whether a message was missed."""
    lookback_hours: float = Field(default=24.0, gt=0, le=9600)
    """How far back the very first such question reaches."""
    media_hosts: tuple[str, ...] = ("twilio.com", "twiliocdn.com", "s3-external-1.amazonaws.com")
    """Hosts, with all below them, from which files are fetched. The token goes to api_base only."""
    api_base: str = "https://api.twilio.com"
    """A region of Twilio, or a stand-in."""
    answer_seconds: float = Field(default=20.0, gt=0)
    """How long we wait for an answer."""

    @field_validator("account_sid", "messaging_service_sid", "template_sid")
    @classmethod
    def _sid(cls, sid: str | None, info: ValidationInfo) -> str | None:
        kind = KINDS[info.field_name or ""]
        if sid is not None and not (sid.startswith(kind) and SID.fullmatch(sid[2:])):
            raise ValueError(f"bukan SID Twilio ({kind}, lalu 32 angka atau huruf a sampai f)")
        return sid

    @field_validator("numbers")
    @classmethod
    def _numbers(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        bare = tuple(number.removeprefix("whatsapp:").strip() for number in numbers)
        if not all(PHONE.fullmatch(number) for number in bare):
            raise ValueError("tulis nomor dengan kode negara, misalnya +6281234567890")
        return bare

    @field_validator("api_base")
    @classmethod
    def _api_base(cls, address: str) -> str:
        if not address.startswith(("http://", "https://")):
            raise ValueError("harus diawali https:// atau http://")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _somebody_sends(self) -> Settings:
        if not self.numbers and not self.messaging_service_sid:
            raise ValueError("isi numbers atau messaging_service_sid")
        return self

    @property
    def tokens(self) -> tuple[str, ...]:
        """The newest first."""
        return tuple(token.get_secret_value() for token in (self.auth_token, *self.auth_tokens_old))
