"""The two ways in which messages reach the bot: it asks for them (`Polling`), or Telegram calls the gateway (`Webhook`)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.contract import Arrival, Batch, Cursor, Request, Route
from connectors.errors import Forged, Misconfigured, Unreachable
from connectors.telegram import wire
from connectors.telegram.client import TelegramConnector
from connectors.telegram.guards import Json, dumped, listed, moment, whole, words
from connectors.telegram.settings import Settings

KINDS = ["message", "edited_message", "business_message", "edited_business_message", "callback_query"]
"""Updates that we ask for; channel posts, reactions and members would only be set aside."""
PAUSE_SECONDS = 0.3
"""Between two questions that brought nothing, so that a server without long polling is not asked in a circle."""
FAULT_LASTS = timedelta(minutes=10)
"""A failed call that is older, with nothing waiting, is history."""
WAITING = 100
"""More messages than this at Telegram are a backlog."""
PATH = "/hooks/telegram/{account}"
BODY_LIMIT = 1_048_576
"""Bytes of one webhook call; an update holds text and references, a few kilobytes."""
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name


def connect(account: str, settings: Settings, secret: bytes, public_url: str) -> Polling | Webhook:
    """The connector for the account's mode. Raises Misconfigured when Telegram could not call us."""
    if settings.mode == "poll":
        return Polling(account, settings)
    if not public_url.startswith("https://") and settings.api_base == "https://api.telegram.org":
        raise Misconfigured(f'Telegram hanya memanggil alamat https. Isi http.public_url, atau pilih accounts.{account}.mode = "poll".')
    return Webhook(account, settings, secret, public_url)


class Polling(TelegramConnector):
    """Asks for updates. The cursor is {"offset": first update wanted}; 0 is from the start of what Telegram still keeps."""

    def __init__(self, account: str, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(account, settings)
        self._clock = clock
        self._prepared = False

    async def prepare(self) -> None:
        await super().prepare()
        self._prepared = True

    async def pull(self, cursor: Cursor) -> Batch:
        """Asking with an offset tells Telegram that all before it is safe.

        After an empty answer the offset goes back to 0: nothing is left before it, and after a quiet week Telegram numbers anew,
        perhaps lower (https://core.telegram.org/bots/api#update), where an old offset would throw messages away unread.
        """
        if not self._prepared:
            await self.prepare()
        offset, wait = int((cursor or {}).get("offset", 0)), self.settings.poll_seconds
        answer = await self.call("getUpdates", wait=wait, offset=offset, timeout=wait, allowed_updates=KINDS)
        if not isinstance(answer, list):
            raise Unreachable("Jawaban getUpdates bukan daftar.")
        now = self._clock()
        arrivals: list[Arrival] = []
        for update in answer:
            arrivals.extend(wire.read(dumped(update), account=self.account, now=now, bot=self.bot))
        seen = [number for update in listed(answer) if (number := whole(update.get("update_id"))) is not None]
        return Batch(arrivals=arrivals, cursor={"offset": max(seen) + 1 if seen else 0}, more=bool(seen))

    async def wakes(self) -> AsyncIterator[None]:
        """The question itself waits for news, so there is nothing else to wait for."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            yield

    async def _open(self) -> None:
        await self.call("deleteWebhook", drop_pending_updates=False)

    def _doubt(self, hook: Json) -> str | None:
        if not words(hook.get("url")):
            return None
        return f"Webhook masih terpasang pada bot ini; `serve` melepasnya, karena accounts.{self.account}.mode adalah poll."


class Webhook(TelegramConnector):
    """Is called. https://core.telegram.org/bots/api#setwebhook"""

    def __init__(
        self,
        account: str,
        settings: Settings,
        secret: bytes,
        public_url: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(account, settings)
        self._clock = clock
        own = settings.secret_token
        self._secret = own.get_secret_value() if own else hmac.new(secret, f"telegram:{account}".encode(), hashlib.sha256).hexdigest()
        self._url = public_url.rstrip("/") + PATH.replace("{account}", account)

    def routes(self) -> Sequence[Route]:
        return (Hook(connector=self, secret=self._secret.encode()),)

    async def _open(self) -> None:
        await self.call("setWebhook", url=self._url, secret_token=self._secret, allowed_updates=KINDS, drop_pending_updates=False)

    def _doubt(self, hook: Json) -> str | None:
        if words(hook.get("url")) != self._url:
            return f"Webhook belum menunjuk ke {self._url}; `serve` memasangnya."
        fault, waiting = words(hook.get("last_error_message")), whole(hook.get("pending_update_count")) or 0
        fresh = self._clock() - moment(hook.get("last_error_date"), self._clock()) < FAULT_LASTS
        if fault and (fresh or waiting):  # Telegram goes on telling of it long after all is well
            return f"Telegram terakhir kali gagal memanggil {self._url}: {fault[:200]} ({waiting} pesan menunggu)."
        if waiting > WAITING:
            return f"{waiting} pesan menunggu di Telegram; periksa apakah {self._url} dapat dipanggil dan hub tidak kelebihan beban."
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The webhook's one URL."""

    connector: TelegramConnector
    secret: bytes
    method: str = "POST"
    path: str = PATH
    limit: int = BODY_LIMIT

    def verify(self, request: Request) -> None:
        sent = request.headers.get(SECRET_HEADER)
        if sent is None:
            raise Forged("Tanpa secret token.", status=401)
        if not hmac.compare_digest(sent.encode(errors="surrogateescape"), self.secret):
            raise Forged("Secret token salah.", status=403)

    def read(self, request: Request, now: datetime) -> Sequence[Arrival]:
        plain = wire.glance(request.body, account=request.account)
        return (plain,) if plain else wire.read(request.body, account=request.account, now=now, bot=self.connector.bot)
