"""A Twilio account as a connector: called for each message, asks now and then for what it missed, sends, fetches files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from connectors.charges import Budget
from connectors.contract import About, Arrival, Batch, Checked, Cursor, Health, Reply, Route, Sent
from connectors.errors import ConnectorError, Unreachable
from connectors.twilio import media, wire
from connectors.twilio.line import Line
from connectors.twilio.outgoing import WINDOW_HOURS, outgoing, price
from connectors.twilio.receive import PATH, STATUS_PATH, Hook, Status
from connectors.twilio.settings import Settings
from connectors.twilio.wire import PREFIX, SMS, WHATSAPP

__all__ = ["TITLES", "Settings", "TwilioConnector"]

TITLES: Mapping[str, str] = {SMS: "SMS", WHATSAPP: "WhatsApp"}
TEXT_LIMIT = 1600
OVERLAP = timedelta(hours=1)
"""Asked for once more each time: a message may appear in the list later than its own time says."""
PAGE_SIZE = 100


class TwilioConnector:
    """One account of channel `sms` or `whatsapp`. public_url: under which Twilio reaches the hub; empty: no status callbacks."""

    def __init__(
        self,
        account: str,
        channel: str,
        settings: Settings,
        public_url: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        media_pauses: Sequence[float] = media.PAUSES,
    ) -> None:
        self.account, self.channel, self.settings = account, channel, settings
        self._public_url, self._clock, self._pauses = public_url.rstrip("/"), clock, media_pauses
        self._line = Line(account, settings)
        self._api = Client(settings.account_sid, settings.tokens[0], http_client=self._line)
        self._root = f"/2010-04-01/Accounts/{settings.account_sid}"
        self.about = About(
            provider="twilio",
            channels=(channel,),
            title=TITLES[channel],
            text_limit=TEXT_LIMIT,
            window_hours=WINDOW_HOURS if channel == WHATSAPP else 0,
            reports=True,
            source="https://www.twilio.com/docs/messaging/api/message-resource",
        )
        self.budget = Budget(a_day=settings.limit_a_day, a_month=settings.limit_a_month)

    def routes(self) -> Sequence[Route]:
        tokens = self.settings.tokens
        return (Hook(channel=self.channel, tokens=tokens), Status(channel=self.channel, tokens=tokens))

    async def check(self) -> Checked:
        try:
            found = await self._line.ask(f"{self._root}.json")
            if found.get("status") != "active":
                return Checked(health=Health.FAILED, sentence="Akun Twilio ini tidak aktif; lihat pemberitahuannya di Console Twilio.")
            doubt = await self._doubt()
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        if doubt:
            return Checked(health=Health.WARNING, sentence=doubt)
        limit = f"batas {self.settings.limit_a_day} bagian sehari, {self.settings.limit_a_month} sebulan"
        return Checked(health=Health.OK, sentence=f"{TITLES[self.channel]} siap ({limit}).")

    async def _doubt(self) -> str | None:
        """What would keep messages from reaching us, as far as Twilio can be asked."""
        hook = self._public_url + PATH.replace("{account}", self.account)
        if not self._public_url.startswith("https://") and self.settings.api_base == "https://api.twilio.com":
            return "http.public_url belum beralamat https, jadi Twilio tidak dapat memanggil hub; pesan hanya diambil berkala."
        if self.channel == WHATSAPP or not self.settings.numbers or self.settings.messaging_service_sid:
            return None
        for number in self.settings.numbers:
            listed = await self._line.ask(f"{self._root}/IncomingPhoneNumbers.json", PhoneNumber=number)
            owned = listed.get("incoming_phone_numbers")
            if not isinstance(owned, list) or not owned or not isinstance(owned[0], dict):
                return f"Nomor {number} tidak ada di akun Twilio ini. Periksa accounts.{self.account}.numbers."
            if owned[0].get("sms_url") != hook:
                return f'Di Console Twilio, isi "A message comes in" pada nomor {number} dengan {hook} (HTTP POST).'
        return None

    def price(self, reply: Reply) -> int:
        """Paid parts of a reply."""
        return price(reply, self.channel)

    async def send(self, reply: Reply) -> Sent:
        """`certain` of what this raises is False when Twilio may have taken the message."""
        named = outgoing(reply, self.channel, self.settings, self._status_url(), self._clock())
        try:
            message = await self._api.messages.create_async(**named)
            message_id = message.sid
        except (TwilioException, TypeError, KeyError, ValueError, AttributeError) as error:
            raise Unreachable(f"Jawaban Twilio tidak dikenal ({type(error).__name__}).", certain=False) from None
        if not isinstance(message_id, str) or not message_id:
            raise Unreachable("Twilio tidak memberi nomor pesan.", certain=False)
        return Sent(message_id=message_id)

    def _status_url(self) -> str | None:
        return self._public_url + STATUS_PATH.replace("{account}", self.account) if self._public_url else None

    async def download(self, ref: str, limit: int) -> bytes:
        """ref: a MediaUrl, or `<message sid>/Media/<index>` of a message that was listed."""
        return await media.fetch(self._line, self.settings, ref, limit, self._pauses)

    async def pull(self, cursor: Cursor) -> Batch:
        """What the webhooks missed, a page at a time. The cursor: since when, and while pages are left also which one."""
        now, at = self._clock(), dict(cursor or {})
        began = str(at.get("began") or now.isoformat())
        number = int(at.get("number") or 0)
        if at.get("page"):
            found = await self._line.ask(str(at["page"]))
        else:
            found = await self._line.ask(f"{self._root}/Messages.json", **self._wanted(at, now, number))
        listed, page = found.get("messages"), found.get("next_page_uri")
        if not isinstance(listed, list):
            raise Unreachable("Jawaban daftar pesan Twilio tidak dikenal.")
        arrivals = [arrival for message in listed for arrival in self._missed(message, now)]
        more = bool(page) or number + 1 < len(self.settings.numbers)
        if not more:
            return Batch(arrivals=arrivals, cursor={"since": began})
        following: dict[str, str | int] = {"page": str(page), "number": number} if page else {"number": number + 1}
        since: dict[str, str | int] = {"since": str(at["since"])} if at.get("since") else {}
        return Batch(arrivals=arrivals, cursor={**since, "began": began, **following}, more=True)

    def _wanted(self, at: Mapping[str, Any], now: datetime, number: int) -> dict[str, Any]:
        since = datetime.fromisoformat(str(at["since"])) if at.get("since") else now - timedelta(hours=self.settings.lookback_hours)
        wanted = {"PageSize": PAGE_SIZE, "DateSent>": (since - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        if self.settings.numbers:
            wanted["To"] = (PREFIX if self.channel == WHATSAPP else "") + self.settings.numbers[number]
        return wanted

    def _missed(self, message: object, now: datetime) -> Sequence[Arrival]:
        if not isinstance(message, dict) or message.get("direction") != "inbound":
            return ()
        if str(message.get("from", "")).startswith(PREFIX) is not (self.channel == WHATSAPP):
            return ()  # without numbers of our own the list holds the other channel too
        return wire.read(json.dumps(message).encode(), account=self.account, now=now, channel=self.channel)

    async def wakes(self) -> AsyncIterator[None]:
        """By the clock: Twilio says nothing of calls that it gave up."""
        while True:
            await asyncio.sleep(self.settings.reconcile_minutes * 60)
            yield

    async def aclose(self) -> None:
        await self._line.aclose()
