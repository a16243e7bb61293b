"""One database, two engines behind a URL: SQLite on one machine, PostgreSQL on many. Only this room knows which.

All writes go through ONE writer thread that commits in groups: it takes what waits (at most `GROUP`), runs it in one
transaction and commits once. Nobody waits for company, so an idle store answers at once and a busy one shares its fsync.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session

from connectors.errors import StoreAway

T = TypeVar("T")
GROUP = 128
"""Writes in one commit at most; more gains nothing measurable and lets the first one wait longer."""
READERS = 4
CHECKPOINT_PAGES = 16_000
"""64 MB of log before it is written back into the file: SQLite's own 4 MB would interrupt a burst many times a second."""
AGAIN = 5
"""Tries of a lone write that lost a deadlock or a lock; each waits for the other side, so few are needed."""


def engines(url: str) -> tuple[Engine, Engine]:
    """(writer, readers) for a store URL: sqlite:///path or postgresql://…"""
    if url.startswith("postgresql"):
        address = "postgresql+psycopg" + url[url.index("://") :]
        writer = create_engine(address, pool_size=1, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
        return writer, create_engine(address, pool_size=READERS, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return _sqlite(url, "BEGIN IMMEDIATE", 1), _sqlite(url, "BEGIN", READERS)


class _Hinted(SQLiteCompiler):
    """Writes `Select.with_hint(table, "INDEXED BY …", "sqlite")`, which SQLAlchemy does for other engines only."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _sqlite(url: str, begin: str, size: int) -> Engine:
    engine = create_engine(
        url, pool_size=size, max_overflow=0, hide_parameters=True, connect_args={"timeout": 10, "check_same_thread": False}
    )
    engine.dialect.statement_compiler = _Hinted

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that a write locks at its start
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


@dataclass(frozen=True, slots=True)
class _Write:
    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Database:
    """The store's two words: `read` and `write`. Both take a function, so that a transaction is a plain piece of code."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.postgres = url.startswith("postgresql")
        self.writer, self.readers = engines(url)
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._thread = threading.Thread(target=self._serve, name="store-write", daemon=True)
        self._connection: Connection | None = None
        self._thread.start()

    async def write(self, run: Callable[[Connection], T]) -> T:
        """Run in the writer's transaction; returns once it is durable.

        `run` may be run again (alone, when a neighbour in its group failed), so it must not act on anything but the connection.
        Raises StoreAway when the store is full, locked or gone, else what `run` raised.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Write(run, future, loop))
        return await future

    async def read(self, run: Callable[[Session], T]) -> T:
        """Run in a reader's session, in a thread. What it returns must not need the session any more."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, run)

    def _read(self, run: Callable[[Session], T]) -> T:
        try:
            with Session(self.readers, expire_on_commit=False) as session:
                return run(session)
        except (OperationalError, InterfaceError) as error:
            raise StoreAway(_name(error)) from error

    async def aclose(self) -> None:
        """Finish what was handed in, then let go."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._pool.shutdown()
        self.readers.dispose()
        self.writer.dispose()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            while len(group) < GROUP and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)  # the end comes after this group
                    break
                group.append(following)
            self._commit(group)
        self._let_go()

    def _commit(self, group: list[_Write]) -> None:
        try:
            results = self._transaction(group)
        except Exception as error:
            if len(group) == 1:
                self._alone(group[0], error)
            else:
                for write in group:  # one of them is to blame: each for itself
                    self._commit([write])
        else:
            group[0].loop.call_soon_threadsafe(_deliver, group, results)

    def _alone(self, write: _Write, error: Exception) -> None:
        for _ in range(AGAIN):
            if not (self.postgres and isinstance(error, OperationalError) and _lost_a_race(error)):
                break
            try:
                results = self._transaction([write])
            except Exception as again:
                error = again
            else:
                write.loop.call_soon_threadsafe(_deliver, [write], results)
                return
        away = isinstance(error, OperationalError | InterfaceError)
        write.loop.call_soon_threadsafe(_fail, write.future, StoreAway(_name(error)) if away else error)

    def _transaction(self, group: list[_Write]) -> list[Any]:
        if self._connection is None:
            self._connection = self.writer.connect()
        try:
            with self._connection.begin():
                return [write.run(self._connection) for write in group]
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error, InterfaceError):
                self._let_go()
            raise

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _deliver(group: list[_Write], results: list[Any]) -> None:
    for write, result in zip(group, results, strict=True):
        if not write.future.done():
            write.future.set_result(result)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _name(error: Exception) -> str:
    """The kind of trouble only: a driver's text may carry parameters."""
    return type(getattr(error, "orig", None) or error).__name__


def _lost_a_race(error: DBAPIError) -> bool:
    """40P01 deadlock, 40001 serialisation, 55P03 lock not available."""
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001", "55P03"}
