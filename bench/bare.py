"""The yardstick: a bare aiohttp handler that makes each body durable with the same group commit, and does nothing else.

`python bench/bare.py FILE` commits through the hub's own writer (`store.database`); `--raw` through sqlite3 itself, which tells what that
writer costs.

One SQLite row a request under a unique key (counted: nothing is read), WAL,
synchronous=FULL; what waits is committed together, nobody waits for company. No signature, no parsing, no second column.
It prints its URL.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[1]))
from store.database import Database

GROUP = 128


TABLE = "CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL)"
INSERT = "INSERT INTO inbox (key, body) VALUES (?, ?) ON CONFLICT DO NOTHING"
Rows = list[tuple[str, bytes]]


class Raw:
    """sqlite3 in a thread of its own."""

    def __init__(self, path: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._db = self._thread.submit(self._open, path).result()

    def _open(self, path: str) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
            db.execute(statement)
        return db

    async def commit(self, rows: Rows) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, rows)

    def _commit(self, rows: Rows) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(INSERT, rows)
        self._db.execute("COMMIT")


class Same:
    """The hub's writer."""

    def __init__(self, path: str) -> None:
        self._db = Database(f"sqlite:///{path}")
        self._made = False

    async def commit(self, rows: Rows) -> None:
        if not self._made:
            await self._db.write(lambda connection: connection.exec_driver_sql(TABLE))
            self._made = True
        await self._db.write(lambda connection: connection.exec_driver_sql(INSERT, rows))


class Bare:
    def __init__(self, store: Raw | Same) -> None:
        self._store = store
        self._numbers = count(time.time_ns())
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def _flush(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            await self._store.commit([(f"{next(self._numbers)}:1", body) for body, _ in group])
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


async def run(path: str, raw: bool) -> None:
    app = web.Application()
    app.router.add_post("/hooks/bare", Bare(Raw(path) if raw else Same(path)).post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/bare", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], "--raw" in sys.argv))
