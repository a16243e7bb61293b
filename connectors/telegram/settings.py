"""The keys of a Telegram account in hub.toml."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator


class Settings(BaseModel, frozen=True, extra="forbid"):
    token: SecretStr
    """From @BotFather; by environment or secrets file only."""
    mode: Literal["poll", "webhook"] = "poll"
    """poll needs no public address; webhook needs http.public_url."""
    secret_token: SecretStr | None = None
    """What Telegram sends along with each webhook call; derived from the hub's secret when not set."""
    username: str | None = None
    """The bot's name without @; learnt from Telegram when not set."""
    api_base: str = "https://api.telegram.org"
    """Another server of the Bot API, a proxy, or a stand-in."""
    poll_seconds: int = Field(default=25, ge=0, le=50)
    """How long Telegram may keep one question for news open."""
    answer_seconds: float = Field(default=20.0, gt=0)
    """How long we wait for any other answer."""

    @field_validator("token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        """It becomes part of every address, so only what BotFather uses may stand in it."""
        bare = token.get_secret_value().strip()
        if not bare or not all(letter.isascii() and (letter.isalnum() or letter in ":_-") for letter in bare):
            raise ValueError("bukan token @BotFather (angka, titik dua, huruf)")
        return SecretStr(bare)

    @field_validator("secret_token")
    @classmethod
    def _secret_token(cls, secret: SecretStr | None) -> SecretStr | None:
        """1-256 of A-Z a-z 0-9 _ -: https://core.telegram.org/bots/api#setwebhook"""
        bare = secret.get_secret_value() if secret else "_"
        if not 1 <= len(bare) <= 256 or not all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in bare):
            raise ValueError("hanya huruf, angka, _ dan -, paling panjang 256")
        return secret

    @field_validator("username")
    @classmethod
    def _username(cls, name: str | None) -> str | None:
        return name.strip().removeprefix("@") or None if name else None

    @field_validator("api_base")
    @classmethod
    def _api_base(cls, address: str) -> str:
        if not address.startswith(("http://", "https://")):
            raise ValueError("harus diawali https:// atau http://")
        return address.rstrip("/")

    @property
    def bot_id(self) -> int | None:
        """A token starts with the bot's own id."""
        number = self.token.get_secret_value().partition(":")[0]
        return int(number) if number.isdigit() and len(number) < 20 else None
