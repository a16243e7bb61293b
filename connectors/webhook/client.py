"""Another application as a connector: it calls us, and is called back with the answers where it names an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from connectors.contract import About, Arrival, Checked, Health, Reply, Request, Route, Sent
from connectors.errors import ConnectorError, Refused
from connectors.webhook import signing, wire
from connectors.webhook.line import Line, safe

ABOUT = About(
    provider="webhook",
    channels=("webhook",),
    title="Aplikasi lain",
    text_limit=4096,
    repeatable=True,
    source="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
)
PATH = "/hooks/webhook/{account}"
BODY_LIMIT = 1_048_576
"""Bytes of one call; it holds words and references, files are fetched."""


class Settings(BaseModel, frozen=True, extra="forbid"):
    secret: SecretStr
    """whsec_… for both directions; by environment or secrets file only."""
    previous_secret: SecretStr | None = None
    """The one before, still believed while the other side changes over."""
    callback_url: str | None = None
    """Where answers are POSTed; without it nobody is answered through this channel."""
    file_hosts: tuple[str, ...] = ()
    """Hosts from which files may be fetched, besides the one of callback_url."""
    tolerance_seconds: float = Field(default=300.0, gt=0, le=3600)
    timeout_seconds: float = Field(default=20.0, gt=0)

    @field_validator("secret", "previous_secret")
    @classmethod
    def _secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            signing.key_of(secret.get_secret_value().strip())
        return secret and SecretStr(secret.get_secret_value().strip())

    @field_validator("callback_url")
    @classmethod
    def _callback_url(cls, url: str | None) -> str | None:
        if url and not safe(url):
            raise ValueError("harus alamat https:// (http:// hanya di mesin ini)")
        return url or None

    @field_validator("file_hosts")
    @classmethod
    def _file_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(host.strip().lower() for host in hosts)


class WebhookConnector:
    def __init__(self, account: str, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.account, self.settings, self._clock = account, settings, clock
        keys = [one.get_secret_value() for one in (settings.secret, settings.previous_secret) if one is not None]
        self._keys = [signing.key_of(key) for key in keys]
        self._line = Line(account, self._keys[0], settings.timeout_seconds, clock)
        own = urlsplit(settings.callback_url or "").hostname
        self._hosts = frozenset((*settings.file_hosts, *([own] if own else [])))

    @property
    def about(self) -> About:
        return ABOUT if self.settings.callback_url else replace(ABOUT, replies=False)

    async def check(self) -> Checked:
        if not self.settings.callback_url:
            return Checked(health=Health.OK, sentence="Siap menerima; tanpa callback_url tidak ada balasan lewat aplikasi ini.")
        try:
            await self._line.post(self.settings.callback_url, f"check:{self.account}", {"type": "check"})
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        return Checked(health=Health.OK, sentence="Siap: aplikasi di seberang menjawab dan tanda tangannya cocok.")

    async def send(self, reply: Reply) -> Sent:
        """The other side knows a repeated reply by its id. Raises Refused where the account has no way back."""
        if not self.settings.callback_url:
            raise Refused(f"accounts.{self.account}.callback_url tidak diisi, jadi tidak ada jalan untuk membalas.")
        answer = await self._line.post(self.settings.callback_url, reply.key, _told(reply))
        number = answer.get("id")
        return Sent(message_id=str(number)[:200] if isinstance(number, str | int) else None)

    async def download(self, ref: str, limit: int) -> bytes:
        """Only from the named hosts, and only over a safe line: whoever signs must not lead us anywhere else."""
        if not safe(ref) or urlsplit(ref).hostname not in self._hosts:
            raise Refused(f"Berkas ini di luar daftar accounts.{self.account}.file_hosts.")
        return await self._line.get(ref, limit)

    def routes(self) -> Sequence[Route]:
        return (Hook(keys=tuple(self._keys), settings=self.settings, clock=self._clock),)

    async def aclose(self) -> None:
        await self._line.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The one URL that the application calls."""

    keys: Sequence[bytes]
    settings: Settings
    clock: Callable[[], datetime]
    method: str = "POST"
    path: str = PATH
    limit: int = BODY_LIMIT

    def verify(self, request: Request) -> None:
        signing.verify(self.keys, request.headers, request.body, self.clock(), self.settings.tolerance_seconds)

    def read(self, request: Request, now: datetime) -> Sequence[Arrival]:
        return wire.read(request.body, account=request.account, now=now, replies=self.settings.callback_url is not None)


def _told(reply: Reply) -> dict[str, object]:
    return {
        "type": "reply",
        "id": reply.key,
        "to": reply.address,
        "in_reply_to": reply.in_reply_to,
        "subject": reply.subject,
        "text": reply.text,
        "buttons": [{"text": button.text, "command": button.command} for button in reply.buttons],
        "automatic": reply.automatic,
    }
