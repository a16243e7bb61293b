"""An official at the desk of a real hub: signs in, holds a complaint open, changes a setting. Their account stands in the store already."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
from argon2 import PasswordHasher

from store import operators
from store.database import engines
from store.operators import Role
from tests.kill.hub import Hub

PASSWORD = "kebun teh sore hari"
QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


def appoint(url: str, *names: str) -> None:
    """Admins with a password, straight into the store at this URL."""
    writer, readers = engines(url)
    with writer.begin() as connection:
        for name in names:
            token, now = operators.digest(name), datetime.now(UTC)
            operators.add(connection, name=name, full_name=name.title(), role=Role.ADMIN, agency=None, now=now, token_sha256=token)
            operators.finish_setup(connection, token_sha256=token, name=name, full_name="", password=QUICK, now=now)
    writer.dispose()
    readers.dispose()


class Official:
    def __init__(self, hub: Hub, http: aiohttp.ClientSession) -> None:
        self.hub, self.http = hub, http

    async def page(self, path: str) -> str:
        async with self.http.get(f"{self.hub.url}{path}") as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return await answer.text()

    async def send(self, page: str, path: str, **fields: str) -> str:
        """The form of `page`, sent to `path`."""
        csrf, seen = (re.search(rf'name="{name}" value="(\w+)"', page) for name in ("csrf", "seen"))
        assert csrf
        sent = {"csrf": csrf[1], **({"seen": seen[1]} if seen else {}), **fields}
        async with self.http.post(f"{self.hub.url}{path}", data=sent) as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return await answer.text()

    @asynccontextmanager
    async def beside(self, number: str) -> AsyncIterator[aiohttp.StreamReader]:
        """The line that a complaint's page holds."""
        async with self.http.get(f"{self.hub.url}/desk/pengaduan/{number}/bersama") as line:
            assert line.status == 200
            yield line.content


@asynccontextmanager
async def signed_in(hub: Hub, name: str) -> AsyncIterator[Official]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        official = Official(hub, http)
        await official.send(await official.page("/desk/login"), "/desk/login", name=name, password=PASSWORD)
        yield official


async def told(line: aiohttp.StreamReader, seconds: float = 30) -> list[str]:
    """The next list of sentences about colleagues."""
    async with asyncio.timeout(seconds):
        while True:
            text = (await line.readline()).decode()
            if text.startswith("data:"):
                return [sentence for _, sentence in json.loads(text.removeprefix("data:"))]
