"""The JSON API on a loopback port: real store, intake, acts and pipeline; the normaliser runs in this process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from config.settings import Http, Settings
from connectors.open311.client import ABOUT
from desk.app import build
from desk.context import Desk
from dispatcher.pipeline import Pipeline
from dispatcher.taking import Taker
from dispatcher.tracking import draw
from normalizer import tracking
from store import migrate, operators
from store.database import Database
from tests.line.town import ReadHere, Town

KEYS = {
    "api": "kunci-penuh",
    "api:read": "kunci-baca",
    "api:write": "kunci-tulis",
    "api:webhooks": "kunci-kabar",
    "open311": "kunci-open311",
}


@dataclass
class Api:
    """The API at `base`; `town` is the line behind it."""

    town: Town
    base: str
    http: aiohttp.ClientSession
    talks: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def call(self, method: str, path: str, key: str | None = "api", **rest: Any) -> tuple[int, Any, Any]:
        """(status, JSON, headers). key: a scope of KEYS, or any words."""
        headers = {"Authorization": f"Bearer {KEYS.get(key, key)}"} if key is not None else {}
        headers |= rest.pop("headers", {})
        async with self.http.request(method, self.base + path, headers=headers, **rest) as answer:
            assert answer.content_type == "application/json", answer.content_type
            return answer.status, await answer.json(), answer.headers

    async def written(self, story: str) -> str:
        """A citizen in a chat; the printed number."""
        await self.town.accept(self.town.inbound(story, talk=f"telegram:bot:{next(self.talks)}"))
        found: list[Any] = []
        async with asyncio.timeout(20):
            while not found:
                await asyncio.sleep(0.02)
                found = await self.town.rows("SELECT tracking_number FROM complaints WHERE first_words = :words", words=story)
        return tracking.printed(found[0]["tracking_number"])


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Api]:
    db = Database(f"sqlite:///{folder}/hub.db")
    await asyncio.to_thread(migrate.upgrade, db.readers)
    town = Town(db, folder, door="desk")
    readers: Any = ReadHere(town.profile)
    taker = Taker(town.profile, town.replies, {"bot": town.channel.about, "open311": ABOUT}, town.node, draw)
    pipeline = Pipeline(db, town.blobs, town.bell, readers, taker, town.clock, town.node, ["bot", "open311"])
    for scope, key in KEYS.items():
        await add_key(db, scope, key)
    desk = Desk(
        settings=Settings(http=Http(public_url="https://lapor.example")),
        profile=town.profile,
        db=db,
        blobs=town.blobs,
        bell=town.bell,
        acts=town.acts,
        intake=town.intake,
        connectors={},
        secret=b"s" * 32,
        clock=town.clock,
    )
    working = asyncio.create_task(pipeline.run())
    try:
        async with TestServer(build(desk), host="127.0.0.1") as server, aiohttp.ClientSession() as http:
            yield Api(town, str(server.make_url("/api/v1")), http)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await db.aclose()


async def add_key(db: Database, scope: str, key: str) -> None:
    digest, now = operators.digest(key), datetime.now(UTC)
    await db.write(lambda c: operators.add_key(c, name=f"uji {scope}", scope=scope, key_sha256=digest, now=now))
