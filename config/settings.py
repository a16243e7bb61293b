"""Settings: hub.toml, then environment (`SATUPINTU__STORE__URL=…`), then files of a secrets folder. Unknown keys are refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Store(Section):
    url: str = "sqlite:///var/hub.db"
    """sqlite:///path or postgresql://…"""
    blobs: Path = Path("var/blobs")


class Http(Section):
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """As citizens and platforms see it, without a slash at the end; empty: http://host:port."""
    trusted_proxies: int = 0
    """How many proxies of ours stand in front (X-Forwarded-For is believed that far)."""
    embed_origins: tuple[str, ...] = ()
    """Sites that may embed the chat, for example https://cimahikota.go.id."""


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


class Account(BaseModel):
    """One configured instance of a channel. What else it needs is read by its provider's own settings."""

    model_config = ConfigDict(frozen=True, extra="allow")
    channel: str
    enabled: bool = True

    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class DoorSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")
    kind: str

    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Settings(BaseSettings):
    """The whole of hub.toml. Without any: SQLite and files under ./var, web chat, the desk as the door."""

    model_config = SettingsConfigDict(
        env_prefix="SATUPINTU__", env_nested_delimiter="__", extra="forbid", frozen=True, nested_model_default_partial_update=True
    )
    profile: str = "cimahi"
    """A city in config/cities, or the path of a TOML file."""
    secret: SecretStr | None = None
    """Signs sessions and mail tokens; made and kept in var/secret when not set."""
    store: Store = Store()
    http: Http = Http()
    log: Log = Log()
    workers: Workers = Workers()
    accounts: dict[str, Account] = {"chat": Account(channel="webchat"), "desk": Account(channel="manual")}
    doors: dict[str, DoorSettings] = {}
    profile_overrides: dict[str, Any] = {}
    """Values that replace the profile's, by its own keys; what an office changes without a file of its own."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, file_secret_settings, TomlConfigSettingsSource(settings_cls))
