"""One hub on one SQLite file; and what a new hub may take over from one that died."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from store import cursors, inbox, outbox


class StoreTaken(Exception):
    """Another hub runs on this SQLite file."""


@contextlib.contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the SQLite file's lock while the hub runs; the kernel lets go when a hub dies. Nothing to do on PostgreSQL."""
    if url.startswith("postgresql"):
        yield
        return
    path = Path(url.removeprefix("sqlite:///") + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreTaken(f"store.url: {url} sedang dipakai oleh hub lain. Hentikan hub itu, atau pakai PostgreSQL.") from None
        yield


def take_over(connection: Connection, node: str, now: datetime) -> None:
    """Leases of a dead hub. On PostgreSQL other nodes may be alive, so theirs run out by themselves."""
    if connection.dialect.name == "sqlite":
        inbox.free(connection, node)
        outbox.mark_interrupted(connection, node, now)
        cursors.free(connection, node, now)
