"""The yardstick: a bare aiohttp handler that makes each body durable with the same group commit, and does nothing else.

One SQLite row a request under a unique key (counted: nothing is read), WAL,
synchronous=FULL; what waits is committed together, nobody waits for company. No signature, no parsing, no second column.
`python bench/bare.py FILE` prints its URL.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from aiohttp import web

GROUP = 128


class Bare:
    def __init__(self, path: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._numbers = count(time.time_ns())
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._db = self._thread.submit(self._open, path).result()

    def _open(self, path: str) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL)")
        return db

    def _commit(self, rows: list[tuple[str, bytes]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT INTO inbox (key, body) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
        self._db.execute("COMMIT")

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            await loop.run_in_executor(self._thread, self._commit, [(f"{next(self._numbers)}:1", body) for body, _ in group])
            for _, future in group:
                future.set_result(None)
        self._flushing = None

    async def post(self, request: web.Request) -> web.Response:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((await request.read(), future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await future
        return web.Response()


async def run(path: str) -> None:
    app = web.Application()
    app.router.add_post("/hooks/bare", Bare(path).post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/bare", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
