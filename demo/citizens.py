"""Citizens of the demonstration: each writes through a real channel and waits, as citizens do, for the answer in that channel.

Invented people and places; their phones and addresses lead nowhere.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from uuid import uuid4

import aiohttp

from demo.mailbox import Mailbox
from demo.telegram import Telegram
from demo.twilio import Twilio
from demo.webhook import Application
from demo.x import X
from dispatcher import entering
from dispatcher.intake import Intake
from normalizer import tracking
from store.database import Database

ANSWER_SECONDS = 30.0
STORIES = (
    "Lampu jalan di Jl. Gatot Subroto RT 03 RW 05 Kelurahan Karangmekar mati sejak tiga hari lalu, gelap sekali kalau malam.",
    "Selamat siang min, sampah di dekat Pasar Antri sudah seminggu tidak diangkut, baunya sampai ke rumah warga.",
    "Izin lapor pak, jalan berlubang di Jl. Amir Machmud depan sekolah, tadi pagi ada motor jatuh.",
    "Drainase di Perum Pondok Mas Blok C tersumbat, setiap hujan air masuk ke halaman warga.",
    "Air PDAM di RW 11 Cibeureum keruh dan sering mati pagi hari, mohon dicek.",
)


class Citizen(Protocol):
    """Writes once and returns the tracking number that the answer named, in stored form; None when no answer came."""

    channel: str
    name: str

    async def write(self, story: str) -> str | None: ...


async def _until(look: Callable[[], str | None], seconds: float = ANSWER_SECONDS) -> str | None:
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := look()) is None and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return found


class ChatCitizen:
    channel = "webchat"

    def __init__(self, url: str, prefix: str, name: str) -> None:
        self._url, self._prefix, self.name = url, prefix, name

    async def write(self, story: str) -> str | None:
        """A browser of its own, that reads its history like the page does."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": self._url}) as browser:
            async with browser.post(f"{self._url}/chat/messages", json={"id": uuid4().hex, "text": story}) as answer:
                answer.raise_for_status()
            deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
            while asyncio.get_running_loop().time() < deadline:
                async with browser.get(f"{self._url}/chat/history") as history:
                    said = [each["text"] for each in (await history.json())["messages"] if each["from"] == "us"]
                if said and (number := tracking.find(self._prefix, said[0])):
                    return number
                await asyncio.sleep(0.1)
        return None


class TelegramCitizen:
    channel = "telegram"

    def __init__(self, platform: Telegram, prefix: str, name: str, chat_id: int) -> None:
        self._platform, self._prefix, self.name, self._chat = platform, prefix, name, chat_id

    async def write(self, story: str) -> str | None:
        before = len(self._platform.answers(self._chat))
        self._platform.say(self._chat, story, self.name)
        return await _until(lambda: _first(self._prefix, self._platform.answers(self._chat)[before:]))


class XCitizen:
    channel = "x"

    def __init__(self, platform: X, prefix: str, name: str, number: int) -> None:
        self._platform, self._prefix, self.name, self._id = platform, prefix, name, str(number)

    async def write(self, story: str) -> str | None:
        """In public, with the city's name in front; the answer stands under the post."""
        handle = re.sub("[^a-z]", "_", self.name.lower())
        self._platform.person(self._id, self.name, handle)
        post = self._platform.post(self._id, f"@{self._platform.username} {story}")
        return await _until(lambda: _first(self._prefix, self._platform.answers(post)))


class AppCitizen:
    channel = "webhook"

    def __init__(self, application: Application, url: str, prefix: str, name: str) -> None:
        self._application, self._prefix, self.name = application, prefix, name
        self._hook, self._id = f"{url}/hooks/webhook/aplikasi", f"warga-{uuid4().hex[:8]}"

    async def write(self, story: str) -> str | None:
        """In the city's own application, which hands it over and shows the answer."""
        message = {"id": uuid4().hex, "sender": self._id, "name": self.name, "text": story, "lat": -6.8722, "lon": 107.5425}
        await self._application.say(self._hook, message)
        return await _until(lambda: _first(self._prefix, self._application.answers(self._id)))


class PhoneCitizen:
    """Writes by SMS or WhatsApp to one of the city's numbers, and reads what comes back on the same phone."""

    def __init__(self, platform: Twilio, hook: str, prefix: str, name: str, channel: str, phone: str, number: str) -> None:
        self._platform, self._hook, self._prefix, self.name, self.channel = platform, hook, prefix, name, channel
        scheme = "whatsapp:" if channel == "whatsapp" else ""
        self._phone, self._number = scheme + phone, scheme + number

    async def write(self, story: str) -> str | None:
        self._platform.hooks[self._number] = self._hook
        before = len(self._platform.answers(self._phone))
        await self._platform.write(self._phone, self._number, story, name=self.name)
        return await _until(lambda: _first(self._prefix, self._platform.answers(self._phone)[before:]))


class MailCitizen:
    channel = "email"

    def __init__(self, box: Mailbox, prefix: str, name: str) -> None:
        self._box, self._prefix, self.name = box, prefix, name
        self._address = f"{re.sub('[^a-z]', '.', name.lower())}.{uuid4().hex[:6]}@warga.example"

    async def write(self, story: str) -> str | None:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{self.name} <{self._address}>", self._box.address
        mail["Subject"], mail["Message-ID"] = "Laporan warga", f"<{uuid4().hex}@warga.example>"
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail.set_content(f"Yth. Bapak/Ibu,\n\n{story}\n\nTerima kasih,\n{self.name}\n")
        await self._box.deliver(mail.as_bytes())
        return await _until(lambda: _first(self._prefix, self._answers()))

    def _answers(self) -> list[str]:
        return [_read(sent.content) for sent in self._box.sent if self._address in sent.recipients]


def _read(mail: bytes) -> str:
    """As a mail program shows it: on the wire a number may be cut by the end of a line."""
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body else ""


class SystemCitizen:
    """Writes in another city system's app, which posts to our Open311 server and shows the number."""

    channel = "open311"

    def __init__(self, url: str, prefix: str, name: str, key: str) -> None:
        self._base, self._prefix, self.name, self._key = f"{url}/open311/v2", prefix, name, key

    async def write(self, story: str) -> str | None:
        first, _, last = self.name.partition(" ")
        fields = {"api_key": self._key, "service_code": "umum", "address_string": "Jl. Amir Machmud", "description": story}
        async with aiohttp.ClientSession() as session:
            posted = session.post(f"{self._base}/requests.json", data={**fields, "first_name": first, "last_name": last})
            async with posted as answer:
                [row] = await answer.json()
            deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
            while not row.get("service_request_id") and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.2)
                async with session.get(f"{self._base}/tokens/{row['token']}.json") as answer:
                    [row] = await answer.json()
        return tracking.find(self._prefix, row.get("service_request_id") or "")


class DeskVisitor:
    """Comes to the counter; an operator types, and hands over the receipt."""

    channel = "manual"

    def __init__(self, intake: Intake, db: Database, name: str) -> None:
        self._intake, self._db, self.name = intake, db, name

    async def write(self, story: str) -> str | None:
        entry = {"id": str(uuid4()), "operator": "demo", "way": "visit", "name": self.name, "text": story}
        row = await entering.enter(self._intake, entry, account="desk", now=datetime.now(UTC))
        return await entering.number_of(self._db, row, ANSWER_SECONDS)


def _first(prefix: str, texts: Sequence[str]) -> str | None:
    return next((number for text in texts if (number := tracking.find(prefix, text))), None)
