"""The hub's Open311 server on a real port: real store, intake, pipeline and pages; the normaliser runs in this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import fresh
from aiohttp.test_utils import TestServer

from config.settings import Http, Settings
from connectors.open311.client import ABOUT
from desk.app import build
from desk.context import Desk
from dispatcher.pipeline import Pipeline
from dispatcher.taking import Taker
from dispatcher.tracking import draw
from normalizer import tracking
from normalizer.complaint import State
from store import operators
from store.database import Database
from tests.line.town import ReadHere, Town

KEY = "kunci-untuk-mengirim"
ATTRIBUTES = [
    {"code": "TIANG", "question": "Nomor tiang", "required": True},
    {"code": "SEJAK", "question": "Sejak", "datatype": "singlevaluelist", "values": {"1": "hari ini", "2": "lebih lama"}},
]


@dataclass
class Served:
    """The server at `base`; `town` is the line behind it. `key` is good for posting."""

    town: Town
    base: str
    key: str = KEY

    async def call(self, method: str, path: str, **rest: Any) -> tuple[int, Any, Any]:
        """(status, JSON or text, headers)."""
        async with aiohttp.ClientSession() as session, session.request(method, f"{self.base}/{path}", **rest) as answer:
            whole = await (answer.json() if answer.content_type == "application/json" else answer.text())
            return answer.status, whole, answer.headers

    async def post(self, **fields: str) -> tuple[int, Any, Any]:
        given = {"api_key": self.key, "service_code": "sampah", "address_string": "Jl. Amir Machmud 5", "description": "Sampah menumpuk"}
        return await self.call("POST", "requests.json", data={name: value for name, value in {**given, **fields}.items() if value})

    async def number(self, **fields: str) -> str:
        """Posts, and the printed number, whether at once or by the token."""
        status, [row], _ = await self.post(**fields)
        assert status == 201, row
        while not row.get("service_request_id"):
            await asyncio.sleep(0.1)
            _, [row], _ = await self.call("GET", f"tokens/{row['token']}.json")
        return str(row["service_request_id"])

    async def write(self, story: str) -> str:
        """A citizen in a chat; the printed number."""
        await self.town.accept(self.town.inbound(story))
        while not (rows := await self.town.rows("SELECT tracking_number FROM complaints WHERE channel = 'telegram'")):
            await asyncio.sleep(0.02)
        return tracking.printed(rows[0]["tracking_number"])

    async def close(self, printed: str, words: str) -> None:
        """What an operator does."""
        number = self.town.stored(printed)
        [row] = await self.town.rows("SELECT id FROM complaints WHERE tracking_number = :n", n=number)
        await self.town.acts.move(row["id"], State.CLOSED, operator="rina", text=words)


Serving = Callable[..., Awaitable[Served]]


@contextlib.asynccontextmanager
async def opened(folder: Path, **overrides: Any) -> AsyncIterator[Served]:
    """overrides: of the profile."""
    db = Database(fresh.sqlite(folder))
    profile = {"door": "desk", "categories": {"penerangan_jalan": {"attributes": ATTRIBUTES}}, **overrides}
    town = Town(db, folder, **profile)
    readers: Any = ReadHere(town.profile)
    taker = Taker(town.profile, town.replies, {"bot": town.channel.about, "open311": ABOUT}, town.node, draw)
    pipeline = Pipeline(db, town.blobs, town.bell, readers, taker, town.clock, town.node, ["bot", "open311"])
    await db.write(
        lambda c: operators.add_key(c, name="Aplikasi provinsi", scope="open311", key_sha256=operators.digest(KEY), now=datetime.now(UTC))
    )
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
    async with TestServer(build(desk), host="127.0.0.1") as server:
        yield Served(town, str(server.make_url("/open311/v2")))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await db.aclose()
