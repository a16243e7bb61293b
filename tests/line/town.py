"""The line without its edges: real store, intake, pipeline, lanes, normaliser; clock, channel and door belong to the test."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from config import load
from config.settings import Settings
from connectors.contract import About, Accepted, Attachment, Checked, FollowUp, Health, Inbound, Reply, Sender, Sent
from connectors.errors import ConnectorError, RecipientGone
from dispatcher.acts import Acts
from dispatcher.adding import AddPayer
from dispatcher.breaker import Breaker
from dispatcher.cleaning import Cleaner
from dispatcher.doors.contract import Added, Cursor, DoorUpdates, Filing, Receipt
from dispatcher.intake import Intake
from dispatcher.links import Links
from dispatcher.paying import FetchPayer, ForwardPayer, ReplyPayer
from dispatcher.pipeline import Pipeline
from dispatcher.pulses import Pulses
from dispatcher.replies import Replies
from dispatcher.taking import Taker
from dispatcher.tracking import draw
from dispatcher.workers import Lane, Tools
from normalizer import mime
from normalizer.cleaning import Cleaned, clean
from normalizer.normalize import normalize
from normalizer.tracking import stored
from store.bell import Bell
from store.blobs import Blobs
from store.database import Database
from store.tables import Work

ABOUT = About(provider="test", channels=("telegram",), title="Kanal uji", follow_up=FollowUp.WINDOW, asks_place=True)
START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class Channel:
    """A platform of the test's own: takes every reply, or fails as it was told. It deduplicates nothing."""

    sent: list[Reply] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    taken_before_failing: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    about: About = ABOUT

    async def send(self, reply: Reply) -> Sent:
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, ConnectorError) and not failure.certain and self.taken_before_failing:
                self.sent.append(reply)
            raise failure
        self.sent.append(reply)
        return Sent(message_id=f"sent-{len(self.sent)}")

    async def download(self, ref: str, limit: int) -> bytes:
        if self.failures:
            raise self.failures.pop(0)
        if ref not in self.files:
            raise RecipientGone("berkas sudah tidak ada")
        return self.files[ref]

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="siap")

    async def aclose(self) -> None:
        return None


@dataclass
class City:
    """A door of the test's own, that can lose its answer."""

    name: str = "kota"
    kind: str = "test"
    can_find: bool = True
    taken: list[str] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    asked: int = 0
    takes_additions: bool = True
    adds_once: bool = True
    added: list[tuple[str, Added]] = field(default_factory=list)
    news: list[Any] = field(default_factory=list)
    cursors: list[Cursor] = field(default_factory=list)

    async def submit(self, filing: Filing, key: str) -> Receipt:
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, ConnectorError) and not failure.certain:
                self.taken.append(key)
            raise failure
        self.taken.append(key)
        self.filings.append(filing)
        return Receipt(reference=f"ref-{len(self.taken)}", at=START)

    async def find(self, key: str, since: datetime) -> Receipt | None:
        self.asked += 1
        return Receipt(reference=f"ref-{self.taken.index(key) + 1}", at=START) if key in self.taken else None

    async def add(self, added: Added, key: str) -> None:
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, ConnectorError) and not failure.certain:
                self.added.append((key, added))
            raise failure
        self.added.append((key, added))

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        self.cursors.append(cursor)
        return DoorUpdates(updates=tuple(self.news), cursor={"seen": len(self.cursors)})

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="siap")

    async def aclose(self) -> None:
        return None


class ReadHere:
    """The readers' words without processes of their own: the same normaliser."""

    def __init__(self, profile: Any) -> None:
        self._profile = profile

    async def normalize(self, inbounds: Sequence[Inbound]) -> list[Any]:
        return [normalize(inbound, self._profile) for inbound in inbounds]

    async def part(self, raw: bytes, index: int) -> bytes:
        return mime.part(raw, index)

    async def clean(self, content: bytes) -> Cleaned:
        return clean(content)


class Town:
    """A city with one Telegram-like account `bot` and one door `kota`."""

    def __init__(self, db: Database, folder: Path, *, node: str = "node-1", about: About = ABOUT, **overrides: Any) -> None:
        self.db, self.node = db, node
        self.now = START
        self.profile = load.profile(Settings(profile_overrides={"door": "kota", **overrides}))
        self.channel, self.city, self.bell, self.blobs = Channel(about=about), City(), Bell(), Blobs(folder / "blobs")
        self.replies = Replies(self.profile, "https://lapor.example")
        self.tools = Tools(db=db, bell=self.bell, pulses=Pulses(db, self.clock), clock=self.clock, chance=lambda: 0.5, node=node)
        self.intake = Intake(db, self.blobs, self.bell, self.clock)
        taker = Taker(self.profile, self.replies, {"bot": self.channel.about}, node, draw)
        readers: Any = ReadHere(self.profile)
        self.pipeline = Pipeline(db, self.blobs, self.bell, readers, taker, self.clock, node, ["bot", "lain"])
        self.acts = Acts(db, self.bell, self.profile, self.replies, draw, self.clock)
        self.cleaner = cleaner = Cleaner(db, self.blobs, readers, self.clock)
        self.links = Links(b"s" * 32, "https://lapor.example", timedelta(days=30), self.clock)
        self.reply_lane = Lane(Work.REPLY, "bot", ReplyPayer("bot", self.channel), self.tools)
        self.fetch_lane = Lane(Work.FETCH, "bot", FetchPayer(self.channel, db, self.blobs, readers, cleaner), self.tools)
        self.breaker = Breaker(chance=lambda: 0.5)
        forward = ForwardPayer(self.city, db, self.clock, cleaner, self.links)
        self.forward_lane = Lane(Work.FORWARD, "kota", forward, self.tools, breaker=self.breaker)
        self.add_lane = Lane(Work.ADD, "kota", AddPayer(self.city, db, self.clock, cleaner, self.links), self.tools, breaker=self.breaker)
        self._ids = itertools.count(1)

    def clock(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def inbound(self, words: str = "", *, talk: str = "telegram:bot:7", account: str = "bot", **more: Any) -> Inbound:
        number = next(self._ids)
        values: dict[str, Any] = {
            "channel": "telegram",
            "account": account,
            "external_id": f"7:{number}",
            "message_id": str(number),
            "conversation": talk,
            "sender": Sender(id="7", name="Siti Aminah"),
            "sent_at": self.now,
            "text": words,
            "reply_address": "7",
            "raw": b"{}",
        }
        return Inbound(**{**values, **more})

    async def accept(self, *inbounds: Inbound) -> Sequence[Accepted]:
        return await self.intake.accept(inbounds)

    async def take(self) -> None:
        """The pipeline until nothing waits."""
        while await self.pipeline.turn():
            pass

    async def say(self, words: str = "", **more: Any) -> None:
        await self.accept(self.inbound(words, **more))
        await self.take()

    async def photo(self, **more: Any) -> None:
        await self.say(attachments=(Attachment(ref="foto", media_type="image/jpeg", kind="image"),), **more)

    async def pay(self, lane: Lane | None = None) -> None:
        """Everything that is due in a lane, once begun to its end."""
        lane = lane or self.reply_lane
        while await lane.turn() or lane._running:
            while lane._running:
                await asyncio.wait(lane._running)
                await asyncio.sleep(0)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        return await self.db.read(lambda session: [row._mapping for row in session.connection().execute(text(sql), values)])

    async def complaints(self) -> list[Any]:
        return await self.rows("SELECT * FROM complaints ORDER BY id")

    async def owed(self, kind: str = "reply") -> list[Any]:
        return await self.rows("SELECT * FROM outbox WHERE kind = :kind ORDER BY id", kind=kind)

    async def outcomes(self) -> list[str]:
        return [row["outcome"] for row in await self.rows("SELECT outcome FROM inbox ORDER BY id")]

    def stored(self, printed: str) -> str:
        number = stored(self.profile.prefix, printed)
        assert number
        return number
