"""The shape of hub.toml. `config.load` reads it with environment and secrets folder.

Unknown keys are refused by name; secrets print as stars.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, field_validator, model_serializer
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.profile import Reports

STARS = "**********"
NAME = re.compile(r"[a-z][a-z0-9_]*")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Store(Section):
    url: str = "sqlite:///var/hub.db"
    """sqlite:///path or postgresql://…"""
    blobs: Path = Path("var/blobs")

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Without the database password."""
        yield "url", re.sub(r"(://[^:/@]*:)[^@]*@", rf"\1{STARS}@", self.url)
        yield "blobs", self.blobs


class Http(Section):
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """As citizens and platforms see it, without a slash at the end; empty: http://host:port."""
    trusted_proxies: int = 0
    """How many proxies of ours stand in front (X-Forwarded-For is believed that far)."""
    embed_origins: tuple[str, ...] = ()
    """Sites that may embed the chat, for example https://cimahikota.go.id."""
    link_days: int = Field(default=30, ge=1, le=365)
    """How long a door may fetch evidence under the links that it was sent."""


class Log(Section):
    level: str = "info"
    json_lines: bool = Field(default=False, validation_alias=AliasChoices("json", "json_lines"))


class Workers(Section):
    normalizers: int = 1
    """Processes that read messages; each can be killed without loss."""
    normalize_seconds: float = 20.0
    """A message that takes longer is quarantined."""
    senders: int = 8
    """Owed work under way at once, over all lanes."""


class Alerts(Section):
    """Who hears of trouble with accounts, doors and queues, and when. Without addresses the desk alone tells."""

    emails: tuple[str, ...] = ()
    email_account: str = ""
    """The account that sends these and the daily reminders; empty: the first e-mail account."""
    telegram_account: str = ""
    telegram_chat: str = ""
    """The operators' chat or group, as the bot knows it: "-1001234567890"."""
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    """Between them nothing is told; it is told afterwards, if it still stands. Both the same: no quiet hours."""
    failing_minutes: float = Field(default=15, ge=0)
    """An account or door that fails is told of after this time."""
    backlog: int = Field(default=500, ge=1)
    """Messages and debts that wait."""
    silence_hours: float = Field(default=24, ge=0)
    """An account that is usually written to and hears nothing for so long, and for `silence_times` its usual pause; 0: never."""
    silence_times: float = Field(default=10, ge=1)
    expiry_days: int = Field(default=14, ge=0)
    """So long before an account's or door's `credential_until` somebody is told."""


class Map(Section):
    """Where the pictures of a map come from. Without any, pages draw a place by themselves and ask nobody."""

    tiles: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.-]+(:\d+)?/[^\s\"'<>]*)?$")
    """Address with {z}, {x} and {y}: "https://peta.example.go.id/{z}/{x}/{y}.png". Whoever runs it learns which places are looked at."""
    attribution: str = ""
    """Who made the map; most ask to be named: "© Kontributor OpenStreetMap"."""

    @property
    def host(self) -> str:
        """What the content policy lets pictures come from: "https://peta.example.go.id"."""
        return "/".join(self.tiles.split("/")[:3])


class Api(Section):
    webhook_networks: tuple[IPvAnyNetwork, ...] = ()
    """Inner networks in which systems may be told of events: "10.0.0.0/8". Without any, only public addresses are called."""


class Configured(BaseModel):
    """A table whose further keys are read by the provider's or door's own settings. Any of them may be a secret, so all print as stars."""

    model_config = ConfigDict(frozen=True, extra="allow")
    credential_until: date | None = None
    """The last day on which the platform takes its token or password, as the platform's own console says: none tells it over its API."""

    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name in type(self).model_fields:
            yield name, getattr(self, name)
        for name in self.options():
            yield name, STARS

    @model_serializer(mode="plain")
    def _starred(self) -> dict[str, Any]:
        return {str(name): value for name, value in self.__repr_args__()}


class Account(Configured):
    """One configured instance of a channel."""

    channel: str
    enabled: bool = True


class DoorSettings(Configured):
    kind: str


class Settings(BaseSettings):
    """The whole of hub.toml. Without any: SQLite and files under ./var, web chat, the desk as the door."""

    model_config = SettingsConfigDict(env_prefix="SATUPINTU__", env_nested_delimiter="__", extra="forbid", frozen=True)
    profile: str = "cimahi"
    """A city in config/cities, or the path of a TOML file."""
    secret: SecretStr | None = None
    """Signs sessions and mail tokens; made and kept in var/secret when not set."""
    store: Store = Store()
    http: Http = Http()
    log: Log = Log()
    workers: Workers = Workers()
    alerts: Alerts = Alerts()
    map: Map = Map()
    reports: Reports = Reports()
    """Goes before the profile's; the desk's settings go before both."""
    api: Api = Api()
    accounts: dict[str, Account] = {
        "chat": Account(channel="webchat"),
        "desk": Account(channel="manual"),
        "open311": Account(channel="open311"),
    }
    doors: dict[str, DoorSettings] = {}
    profile_overrides: dict[str, Any] = {}
    """Values that replace the profile's, by its own keys; what an office changes without a file of its own."""

    @field_validator("accounts", "doors")
    @classmethod
    def _names_fit_addresses(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Names stand in web addresses and environment variables."""
        for name in value:
            if not NAME.fullmatch(name) or "__" in name:
                raise ValueError(
                    f"nama {name!r} tidak dapat dipakai; pakai huruf kecil, angka dan garis bawah tunggal, misalnya kominfo_bot"
                )
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `config.load` hands over: a Settings made in a test does not depend on the machine it runs on."""
        return (init_settings,)
