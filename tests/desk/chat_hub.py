"""A hub on loopback for the chat's tests: the real application, store, intake and pipeline; the normaliser runs in this process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import fresh
from aiohttp.test_utils import TestServer

from config import load
from config.settings import Http, Settings
from connectors.contract import Inbound, Sender
from connectors.webchat.client import ABOUT, WebchatConnector
from connectors.webchat.client import Settings as ChatSettings
from desk.app import build
from desk.context import Desk
from dispatcher.acts import Acts
from dispatcher.intake import Intake
from dispatcher.paying import ReplyPayer
from dispatcher.pipeline import Pipeline
from dispatcher.pulses import Pulses
from dispatcher.replies import Replies
from dispatcher.taking import Taker
from dispatcher.workers import Lane, Tools
from normalizer.normalize import normalize
from normalizer.outcome import Normalized
from normalizer.tracking import compose
from store.bell import Bell
from store.blobs import Blobs
from store.database import Database
from store.tables import Work

WARM = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class ReadHere:
    """The readers' one word, without processes of their own."""

    def __init__(self, profile: Any) -> None:
        self._profile = profile
        # the libraries load now, as a hub's readers do at its start, and not while a page waits two seconds for a number
        words = "Lampu jalan mati di Jalan Amir Machmud RT 02 RW 05, hubungi 081234567890"
        normalize(
            Inbound(channel="manual", account="a", external_id="1", conversation="1", sender=Sender(id="1"), sent_at=WARM, text=words),
            profile,
        )

    async def normalize(self, inbounds: Sequence[Inbound]) -> list[Normalized]:
        return [normalize(inbound, self._profile) for inbound in inbounds]


@dataclass
class Hub:
    desk: Desk
    server: TestServer
    workers: Sequence[Any]
    url: str
    working: list[asyncio.Task[None]] = field(default_factory=list)

    def work(self) -> None:
        """From now on the pipeline and the sender of replies run; before that, what arrives only lies there."""
        self.working = [asyncio.create_task(worker.run()) for worker in self.workers]

    async def move(self, complaint_id: int, to: Any, **rest: Any) -> None:
        await self.desk.acts.move(complaint_id, to, operator="rina", **rest)


@asynccontextmanager
async def running(folder: Path, **http: Any) -> AsyncIterator[Hub]:
    settings = Settings(http=Http(**http))
    profile = load.profile(settings)
    db = Database(fresh.sqlite(folder))
    bell, blobs, clock = Bell(), Blobs(folder / "blobs"), lambda: datetime.now(UTC)
    draw, replies = _draw(), Replies(profile, "http://127.0.0.1:8080")
    intake = Intake(db, blobs, bell, clock)
    pipeline = Pipeline(db, blobs, bell, ReadHere(profile), Taker(profile, replies, {"chat": ABOUT}, "uji", draw), clock, "uji", ["chat"])  # type: ignore[arg-type]
    desk = Desk(
        settings=settings,
        profile=profile,
        db=db,
        blobs=blobs,
        bell=bell,
        acts=Acts(db, bell, profile, replies, draw, clock),
        intake=intake,
        connectors={"chat": WebchatConnector("chat", ChatSettings())},
        secret=b"s" * 32,
        clock=clock,
    )
    server = TestServer(build(desk), host="127.0.0.1")
    await server.start_server()
    tools = Tools(db=db, bell=bell, pulses=Pulses(db, clock), clock=clock, chance=lambda: 0.5, node="uji")
    sender = Lane(Work.REPLY, "chat", ReplyPayer("chat", desk.connectors["chat"]), tools)
    hub = Hub(desk, server, (pipeline, sender), str(server.make_url("")).rstrip("/"))
    try:
        yield hub
    finally:
        for task in hub.working:
            task.cancel()
        await asyncio.gather(*hub.working, return_exceptions=True)
        await server.close()
        await db.aclose()


def _draw() -> Callable[[str], str]:
    counter = itertools.count(1)
    return lambda prefix: compose(prefix, [(next(counter) * 7 + place) % 32 for place in range(7)])


async def until(true: Callable[[], Any], what: str, seconds: float = 10) -> Any:
    """Poll with a deadline; the failure says what never happened."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = true()
        answer = await answer if asyncio.iscoroutine(answer) else answer
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"within {seconds} s: {what}"
        await asyncio.sleep(0.02)


async def numbered(http: aiohttp.ClientSession, hub: Hub, message_id: str, text: str) -> dict[str, Any]:
    """The answer with its number. A busy machine may answer null first; then the same message again, as a browser may at any time."""

    async def ask() -> dict[str, Any] | None:
        answer = await http.post(f"{hub.url}/chat/messages", json={"id": message_id, "text": text})
        assert answer.status == 200
        told: dict[str, Any] = await answer.json()
        return told if told["tracking_number"] else None

    found: dict[str, Any] = await until(ask, "a tracking number", seconds=20)
    return found
