"""What an official waits for: whole pages of the desk through the real application, signed in, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection

from bench.people import COMMON, NOW, RARE
from bench.took import Took, repeated_async
from config.profile import Profile
from config.settings import Settings
from desk.app import build
from desk.context import Desk
from desk.operator.sessions import COOKIE
from dispatcher.acts import Acts
from dispatcher.intake import Intake
from dispatcher.replies import Replies
from dispatcher.tracking import draw
from normalizer import tracking
from store import operators, sessions
from store.bell import Bell
from store.blobs import Blobs
from store.database import Database
from store.listing import Filters, page
from store.operators import Role

TOKEN = "bench"


def visits(newest: str, profile: Profile) -> Mapping[str, str]:
    """Addresses below /desk/, by name. `{day}` is another day each time, since the desk keeps the figures of a period for a minute."""

    def inbox(**asked: str) -> str:
        return "?" + urlencode(asked)

    return {
        "page: inbox": "",
        "page: inbox, open ones": inbox(view="open"),
        "page: inbox, overdue ones": inbox(view="overdue"),
        "page: inbox, one agency": inbox(agency=profile.default_agency),
        "page: inbox, open, one channel": inbox(view="open", channel="sms"),
        "page: inbox, one kecamatan": inbox(place=f"{profile.region_code}.01"),
        "page: inbox, a month a year ago": inbox(dari="2025-10-16", sampai="2025-11-14"),
        "page: search, common word": inbox(q=COMMON),
        "page: search, two common words": inbox(q=f"{COMMON} yang"),
        "page: search, rare word": inbox(q=RARE),
        "page: search, common word, one category": inbox(q=COMMON, category=next(iter(profile.categories))),
        "page: one complaint": f"pengaduan/{newest}",
        "page: dashboard, this month": "gambaran?masa=rentang&dari=2026-{day}&sampai=2026-11-20",
        "page: dashboard, a year": "gambaran?masa=rentang&dari=2025-{day}&sampai=2026-11-20",
        "page: reports": "laporan",
        "page: trail": "jejak",
        "page: notices": "pemberitahuan",
    }


async def measure(url: str, profile: Profile, rounds: int) -> Mapping[str, Took]:
    db = Database(url)
    newest = await db.read(lambda session: page(session, Filters(), profile.prefix).lines[0].tracking_number)
    await db.write(_signed_in)
    async with served(db, profile) as server, ClientSession(cookies={COOKIE: TOKEN}) as http:

        async def open_page(path: str, n: int) -> None:
            day = (NOW - timedelta(days=n % 20)).strftime("11-%d")
            async with http.get(server.make_url("/desk/" + path.format(day=day)), allow_redirects=False) as answer:
                text = await answer.text()
                assert answer.status == 200, (path, answer.status, text[:200])

        found = {}
        for name, path in visits(tracking.printed(newest), profile).items():
            found[name] = await repeated_async(lambda n, path=path: open_page(path, n), rounds)
    await db.aclose()
    return found


@asynccontextmanager
async def served(db: Database, profile: Profile) -> AsyncIterator[TestServer]:
    """The application as `run.py` builds it, without what runs beside it."""
    bell, replies = Bell(), Replies(profile, "http://127.0.0.1:8080")
    with tempfile.TemporaryDirectory() as folder:
        blobs = Blobs(Path(folder))
        desk = Desk(
            settings=Settings(), profile=profile, db=db, blobs=blobs, bell=bell, acts=Acts(db, bell, profile, replies, draw, lambda: NOW),
            intake=Intake(db, blobs, bell, lambda: NOW), connectors={}, secret=b"s" * 32, clock=lambda: NOW,
        )  # fmt: skip
        server = TestServer(build(desk), host="127.0.0.1")
        await server.start_server()
        try:
            yield server
        finally:
            await server.close()


def _signed_in(connection: Connection) -> None:
    """Rina, a supervisor, whose session does not run out; nothing where an earlier run left her."""
    digest = operators.digest(TOKEN)
    try:
        who = operators.add(
            connection, name="rina", full_name="Rina", role=Role.SUPERVISOR, now=NOW, token_sha256=operators.digest("setup")
        )
    except operators.OperatorRefused:
        return
    content = {"operator_id": who}
    sessions.begin(connection, digest, operator_id=who, content=content, expires_at=NOW + timedelta(hours=12), now=NOW)


def measured(url: str, profile: Profile, rounds: int) -> Mapping[str, Took]:
    return asyncio.run(measure(url, profile, rounds))
