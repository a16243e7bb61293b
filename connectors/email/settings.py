"""The keys of an e-mail account in hub.toml."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from connectors.email.headers import is_address

_PORTS = {("imap", "ssl"): 993, ("imap", "starttls"): 143, ("imap", "none"): 143}
_TOKEN_URLS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}
_SCOPES = {
    "google": "",
    "microsoft": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
}
"""Google's scope stands in the refresh token; https://developers.google.com/gmail/imap/xoauth2-protocol,
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"""
_PORTS |= {("smtp", "ssl"): 465, ("smtp", "starttls"): 587, ("smtp", "none"): 25}


class Server(BaseModel, frozen=True, extra="forbid"):
    """One of the two servers of a mailbox. Name and password are the account's unless the server has its own."""

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    """Not set: the usual one (IMAP 993/143, SMTP 465/587)."""
    tls: Literal["ssl", "starttls", "none"] = "ssl"
    ca_file: Path | None = None
    """The office's own certificate authority (PEM), where the system's do not know it."""
    username: str | None = None
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.tls == "none" and not _is_loopback(self.host):
            raise ValueError('tls = "none" hanya boleh untuk server di mesin yang sama (127.0.0.1); pakai "ssl" atau "starttls"')
        return self

    @field_validator("ca_file")
    @classmethod
    def _there(cls, value: Path | None) -> Path | None:
        if value and not value.is_file():
            raise ValueError("berkas itu tidak ada")
        return value

    def port_for(self, protocol: Literal["imap", "smtp"]) -> int:
        return self.port or _PORTS[protocol, self.tls]

    def context(self) -> ssl.SSLContext | None:
        """Verifies certificate and name always; None without TLS. Raises OSError when ca_file cannot be read."""
        return None if self.tls == "none" else ssl.create_default_context(cafile=self.ca_file)


class OAuth(BaseModel, frozen=True, extra="forbid"):
    """How to get access tokens, for providers that take no passwords. The refresh token is made once, by a person who logs in."""

    provider: Literal["google", "microsoft"]
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    refresh_token: SecretStr
    tenant: str = Field(default="common", pattern=r"^[A-Za-z0-9.-]{1,100}$")
    """Microsoft: the organisation's directory."""
    token_url: str | None = None
    """Not set: the provider's own."""
    scope: str | None = None
    """Not set: what reading and sending mail needs."""

    @field_validator("token_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("https://"):
            host = value.removeprefix("http://").partition("/")[0].partition(":")[0]
            if not value.startswith("http://") or not _is_loopback(host):
                raise ValueError("harus diawali https://")
        return value

    @property
    def endpoint(self) -> str:
        return self.token_url or _TOKEN_URLS[self.provider].format(tenant=self.tenant)

    def form(self, refresh_token: str) -> dict[str, str]:
        """https://www.rfc-editor.org/rfc/rfc6749#section-6"""
        secret = self.client_secret.get_secret_value() if self.client_secret else None
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self.client_id,
            "client_secret": secret,
            "scope": self.scope or _SCOPES[self.provider],
        }
        return {name: value for name, value in fields.items() if value}


class Settings(BaseModel, frozen=True, extra="forbid"):
    """`[accounts.NAME]` with channel = "email". The manual is `connectors/email/__init__.py`."""

    address: str
    """Our own address: answers come from it."""
    name: str = "Layanan Pengaduan"
    """The office's name beside the address."""
    username: str | None = None
    """Not set: the address."""
    imap: Server
    smtp: Server
    oauth: OAuth | None = None
    """In place of a password: Gmail and Microsoft 365."""
    password: SecretStr | None = Field(default=None, validate_default=True)
    aliases: tuple[str, ...] = ()
    """Further addresses of this mailbox; mail from them is our own."""
    staff: tuple[str, ...] = ()
    """Operators who forward citizens' mails: addresses, or a whole `@domain`."""
    folder: str = "INBOX"
    since: date | None = None
    """Mails that the server received earlier are not read; not set: the whole folder is."""
    after: Literal["nothing", "seen", "move"] = "nothing"
    """What becomes of a mail in the mailbox once the hub has it safely."""
    done_folder: str = "Selesai"
    max_bytes: int = Field(default=30_000_000, ge=1000)
    """Of a larger mail only the beginning is fetched."""
    batch: int = Field(default=50, ge=1, le=1000)
    """Mails in one pull, at most."""
    idle: bool = True
    poll_seconds: float = Field(default=60, gt=0, le=1500)
    """How often to look in any case. An IDLE lasts no longer: servers may end it after 30 minutes (RFC 2177)."""
    timeout_seconds: float = Field(default=30, gt=0)
    silence_hours: float = Field(default=0, ge=0)
    """No mail for so long is told on the desk: the mailbox may be cut off from the world. 0: never."""
    answers_per_hour: int = Field(default=10, ge=1)
    """Automatic answers to one address; a guard against two machines that answer each other."""
    answers_per_day: int = Field(default=40, ge=1)

    @field_validator("address")
    @classmethod
    def _address(cls, value: str) -> str:
        if not is_address(value) or not value.isascii():
            raise ValueError("bukan alamat surel")
        return value

    @field_validator("password")
    @classmethod
    def _one_way_in(cls, value: SecretStr | None, told: ValidationInfo) -> SecretStr | None:
        if "oauth" not in told.data:  # it has mistakes of its own, which are told instead
            return value
        oauth, servers = told.data["oauth"], (told.data.get("imap"), told.data.get("smtp"))
        if value and oauth:
            raise ValueError("isi salah satu saja: password atau oauth")
        if not (value or oauth or all(server and server.password for server in servers)):
            raise PydanticCustomError("missing", "isi password, atau oauth untuk Gmail dan Microsoft 365")
        return value

    @field_validator("name", "folder", "done_folder", "username")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and (not value.strip() or not value.isprintable()):
            raise ValueError("harus satu baris dan tidak kosong")
        return value

    @field_validator("aliases", "staff")
    @classmethod
    def _lower(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one.strip().lower() for one in value)

    @model_validator(mode="after")
    def _two_folders(self) -> Self:
        if self.after == "move" and self.folder == self.done_folder:
            raise ValueError("done_folder harus berbeda dari folder")
        return self

    @property
    def own(self) -> frozenset[str]:
        return frozenset((self.address.lower(), *self.aliases))

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()

    def username_for(self, server: Server) -> str:
        return server.username or self.username or self.address

    def password_for(self, server: Server) -> str | None:
        """None: this server is entered with an access token."""
        secret = server.password or self.password
        return secret.get_secret_value() if secret else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
