"""A desk over SQLite in a temporary folder, served on a loopback port, and people who sign in."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import fresh
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from chat_hub import ReadHere
from sqlalchemy import insert

from config import load
from config.settings import Http, Map, Settings
from connectors.manual.client import ABOUT
from desk.app import build
from desk.context import Desk
from dispatcher.acts import Acts
from dispatcher.intake import Intake
from dispatcher.pipeline import Pipeline
from dispatcher.replies import Replies
from dispatcher.taking import Taker
from dispatcher.tracking import draw
from normalizer import tracking
from store import operators
from store.bell import Bell
from store.blobs import Blobs
from store.database import Database
from store.operators import Role
from store.tables import ComplaintRow

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PASSWORD = "kebun teh sore hari"


# cheap on purpose: what argon2 costs is not what these tests ask
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """The running desk and ways to put things into its store."""

    desk: Desk
    clock: Clock
    server: TestServer
    replies: Replies
    draws: Any = field(default_factory=lambda: itertools.count(1))

    @asynccontextmanager
    async def line(self) -> AsyncIterator[None]:
        """The pipeline at work, so that what is accepted becomes a complaint."""
        desk = self.desk
        taker = Taker(desk.profile, self.replies, {"desk": ABOUT}, "uji", draw)
        pipeline = Pipeline(desk.db, desk.blobs, desk.bell, ReadHere(desk.profile), taker, self.clock, "uji", ["desk"])  # type: ignore[arg-type]
        working = asyncio.create_task(pipeline.run())
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def read(self, query: Any) -> list[Any]:
        """Rows of a query, as a test wants to look at them."""
        return list(await self.desk.db.read(lambda session: session.exec(query).all()))

    async def add(self, row: Any) -> Any:
        """Any row, straight into its table; its key."""
        values = {name: value for name, value in row.model_dump().items() if name != "id"}
        result = await self.desk.db.write(lambda c: c.execute(insert(type(row)).values(**values)).inserted_primary_key)
        return result[0]

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def add_operator(self, name: str, role: Role, agency: str | None = None) -> None:
        digest = operators.digest(f"token-{name}")
        await self.desk.db.write(
            lambda c: operators.add(c, name=name, full_name=name.title(), role=role, agency=agency, now=NOW, token_sha256=digest)
        )
        await self.desk.db.write(
            lambda c: operators.finish_setup(c, token_sha256=digest, name=name, full_name="", password=QUICK_HASH, now=NOW)
        )

    async def add_complaint(self, **values: Any) -> str:
        """A complaint straight into the table; returns its printed number."""
        n = next(self.draws)
        number = tracking.compose("CMH", [n // 1024 % 32, n // 32 % 32, n % 32, 5, 9, 30, 2])
        at = NOW - timedelta(days=2) + timedelta(minutes=n)
        row = {
            "tracking_number": number,
            "title": f"Lampu jalan mati di Jalan Amir Machmud nomor {n}",
            "first_words": "lampu jln mati sdh 3 hari min, hub 081234567890",
            "body": "Lampu jalan mati sudah tiga hari, hubungi 081234567890",
            "channel": "telegram",
            "account": "kominfo_bot",
            "conversation": f"telegram:kominfo_bot:{n}",
            "state_at": at,
            "registered_at": at,
            "last_words_at": at,
            "submitted_at": at,
            "category": None,
            "agency": None,
            "reporter": {"name": "Siti Rahmawati", "phone": "+6281234567890"},
            "provenance": {"channel": "telegram", "account": "kominfo_bot", "external_id": f"1:{n}", "received_at": at.isoformat()},
        } | values
        row = {name: value for name, value in ComplaintRow.model_validate(row).model_dump().items() if name != "id"}
        await self.desk.db.write(lambda c: c.execute(insert(ComplaintRow).values(**row)))
        return tracking.printed(number)


@asynccontextmanager
async def staged(folder: Path, *, map: Map | None = None, more: dict[str, Any] | None = None, **http: Any) -> AsyncIterator[Stage]:
    """Store, acts, intake and desk as `run.py` puts them together; only the normaliser's own process is left out."""
    settings, clock = Settings(http=Http(**http), map=map or Map(), **(more or {})), Clock()
    profile = load.profile(settings)
    db = Database(fresh.sqlite(folder))
    bell, blobs = Bell(), Blobs(folder / "blobs")
    replies = Replies(profile, "http://127.0.0.1:8080")
    desk = Desk(
        settings=settings,
        profile=profile,
        db=db,
        blobs=blobs,
        bell=bell,
        acts=Acts(db, bell, profile, replies, draw, clock),
        intake=Intake(db, blobs, bell, clock),
        connectors={},
        secret=b"s" * 32,
        clock=clock,
    )
    server = TestServer(build(desk), host="127.0.0.1")
    await server.start_server()
    try:
        yield Stage(desk, clock, server, replies)
    finally:
        await server.close()
        await db.aclose()


@dataclass
class Browser:
    """A person with a cookie jar who fills in the form of the page that they see."""

    stage: Stage
    http: aiohttp.ClientSession

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with self.http.get(self.stage.url(path), **more) as answer:
            return answer.status, await answer.text(errors="replace")

    async def post(self, path: str, fields: dict[str, Any] | aiohttp.FormData, *, page: str | None = None, **more: Any) -> tuple[int, str]:
        """Sends a form with the token of `page` (the page itself when not said)."""
        _, html = await self.get(page or path)
        return await self.send(path, {"csrf": csrf_of(html), **fields}, **more)

    async def send(self, path: str, fields: Any, **more: Any) -> tuple[int, str]:
        async with self.http.post(self.stage.url(path), data=fields, **more) as answer:
            return answer.status, await answer.text(errors="replace")

    async def sign_in(self, name: str, password: str = PASSWORD) -> tuple[int, str]:
        return await self.post("/desk/login", {"name": name, "password": password})


def csrf_of(html: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', html)
    assert found, "no form on the page"
    return found.group(1)
