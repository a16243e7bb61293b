"""One city under test: Telegram and the door outside, a hub that may die, and what must hold whatever happened to it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp

from demo.telegram import Telegram
from dispatcher.subscribing.book import Book
from normalizer import tracking
from store.bell import Bell
from store.database import Database
from store.events import Event
from tests import fresh
from tests.kill.hub import HOOK_SECRET, SECRET, TOKEN, City, Hub, free_port, quoted, rows, until
from tests.line.hearing import Ear

CONFIG = """
[store]
url = {url}
blobs = {blobs}

[http]
public_url = "http://127.0.0.1:{port}"

[doors.kota]
kind = "open311"
base = {base}
default_service = "umum"
timeout = 5

[accounts.bot]
channel = "telegram"
mode = "{mode}"
api_base = {api}
poll_seconds = 1

[api]
webhook_networks = ["127.0.0.0/8"]

[profile_overrides]
door = "kota"

[profile_overrides.intake]
settle_seconds = 0.2
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
WORDS = "Lampu jalan di Jl. Gandawijaya RT 03 RW 05 mati sejak tiga hari, mohon diperbaiki. Kode rumah {}."


class Line:
    """`await line.begin()` starts what stands outside; each `hub()` is another life of the same hub."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder, self.mode, self.port = folder, mode, free_port()
        self.city, self.telegram = City(folder), Telegram(TOKEN)
        self.store = folder / "hub.db"
        self.lives: list[Hub] = []
        self.chats: list[int] = []
        self.ear: Ear | None = None

    async def begin(self, *, city: bool = True) -> None:
        await self.telegram.start()
        if city:
            await self.city.start()

    async def listen(self) -> None:
        """Another system is told of events. Before the first life only: its store is made here."""
        self.ear = ear = Ear(lambda: datetime.now(UTC))
        await ear.start()
        db = Database(fresh.sqlite(self.folder))
        book = Book(db, Bell(), SECRET.encode(), (ip_network("127.0.0.0/8"),), ear.clock)
        ear.secret = await book.add(name="dasbor", url=ear.url, wanted=set(Event), agency=None, operator="ani")
        await db.aclose()

    async def end(self) -> None:
        if self.ear is not None:
            await self.ear.stop()
        for hub in self.lives:
            await hub.stop()
        await self.telegram.stop()
        await self.city.stop()

    async def hub(self, fault: str | None = None, *, born: bool = True) -> Hub:
        config = CONFIG.format(
            url=quoted(f"sqlite:///{self.store}"),
            blobs=quoted(str(self.folder / "blobs")),
            port=self.port,
            base=quoted(self.city.base),
            mode=self.mode,
            api=quoted(self.telegram.address),
        )
        hub = Hub(self.folder, config, fault=fault, port=self.port, born=born)
        self.lives.append(hub)
        await hub.start()
        return hub

    def complain(self, count: int = 3, *, photo: bool = True) -> None:
        """So many citizens write, the last one with a photo."""
        for nth in range(count):
            chat = 5001 + len(self.chats)
            self.chats.append(chat)
            words = WORDS.format(chat)
            if photo and nth == count - 1:
                file_id = self.telegram.keep(PIXEL)
                sizes = [{"file_id": file_id, "file_unique_id": file_id, "width": 1, "height": 1, "file_size": len(PIXEL)}]
                self.telegram.message({"photo": sizes, "caption": words}, chat_id=chat)
            else:
                self.telegram.say(chat, words)

    async def settled(self, seconds: float = 60) -> None:
        """Everything that was said is a complaint, and nothing is owed any more."""
        try:
            await until(self._settled, seconds, "every message is registered and nothing is owed")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.owed()}\n{self.lives[-1].output()[-4000:]}") from None

    async def settled_or_dead(self, hub: Hub, seconds: float = 45) -> None:
        await until(lambda: not hub.running or self._settled(), seconds, "the hub dies or has nothing left to do")

    def _settled(self) -> bool:
        return self.store.exists() and len(self.complaints()) >= len(self.chats) and not self.owed()

    def owed(self) -> list[dict[str, Any]]:
        return rows(self.store, "SELECT key, kind, attempts, last_error FROM outbox WHERE state = 'owed'")

    def complaints(self) -> list[dict[str, Any]]:
        return rows(self.store, "SELECT * FROM complaints")

    def acknowledgements(self) -> dict[str, dict[str, Any]]:
        """Outbox rows of acknowledgements by tracking number in stored form."""
        found = rows(self.store, "SELECT * FROM outbox WHERE key LIKE 'ack:%'")
        return {row["key"].removeprefix("ack:"): row for row in found}

    def assert_once(self) -> None:
        """Each accepted message: one complaint, one forward, one acknowledgement, or an uncertain one that went at most once more."""
        complaints = self.complaints()
        talks = [row["conversation"] for row in complaints]
        assert Counter(talks) == Counter(f"telegram:bot:{chat}" for chat in self.chats)
        numbers = {row["conversation"]: tracking.printed(row["tracking_number"]) for row in complaints}
        assert Counter(self.city.taken()) == Counter(numbers.values())
        assert all(row["door_reference"] and row["forwarded_at"] for row in complaints)
        acknowledgements = self.acknowledgements()
        for chat in self.chats:
            number = numbers[f"telegram:bot:{chat}"]
            row = acknowledgements[number.replace("-", "")]
            sent = [text for text in self.telegram.answers(chat) if number in text]
            assert len(sent) == len(self.telegram.answers(chat)), "an answer without the number, or with another one"
            assert len(sent) == 1 or (row["unsure"] and len(sent) <= 2), f"{len(sent)} acknowledgements, unsure={row['unsure']}"
            assert row["state"] == "done" or (row["state"] == "uncertain" and sent)
        self._assert_evidence()

    def assert_told(self) -> None:
        """Each event of each complaint arrived; what came again came under the same id, and there are no others."""
        assert self.ear
        owed = {row["key"].removeprefix("tell:dasbor:") for row in rows(self.store, "SELECT key FROM outbox WHERE kind = 'tell'")}
        told = dict(self.ear.heard)
        assert set(told) == owed
        registered = Counter(event["subject"] for event in told.values() if event["type"].endswith("registered"))
        assert registered == Counter(tracking.printed(row["tracking_number"]) for row in self.complaints())

    def _assert_evidence(self) -> None:
        for row in rows(self.store, "SELECT sha256 FROM evidence"):
            assert row["sha256"]
            assert (self.folder / "blobs" / row["sha256"][:2] / row["sha256"]).read_bytes() == PIXEL

    async def hook(self, update: dict[str, Any], secret: str = HOOK_SECRET) -> int:
        return await hook(f"http://127.0.0.1:{self.port}", update, secret)


async def hook(url: str, update: dict[str, Any], secret: str = HOOK_SECRET) -> int:
    """Calls the webhook as Telegram does; the status, 0 when nobody answers."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    try:
        async with aiohttp.ClientSession() as session, session.post(f"{url}/hooks/telegram/bot", json=update, headers=headers) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


def update(number: int, chat: int, text: str) -> dict[str, Any]:
    person = {"id": chat, "first_name": "Siti"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": person | {"type": "private"},
        "from": person | {"is_bot": False},
        "text": text,
    }
    return {"update_id": number, "message": message}


MODES: Sequence[str] = ("webhook", "poll")
