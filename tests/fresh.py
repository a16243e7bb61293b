"""Stores for tests, brought up to date once a run and copied from then on: each test has its own, and eleven steps of schema run once."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from store import migrate
from store.database import engines


def sqlite(folder: Path, name: str = "hub.db") -> str:
    """The URL of a new SQLite store in `folder`, with the newest schema and nothing in it."""
    shutil.copyfile(_sqlite_original(), folder / name)
    return f"sqlite:///{folder}/{name}"


def postgres(server: str) -> str:
    """The URL of a new database on the server at this URL, with the newest schema and nothing in it."""
    return created(server, _postgres_original(server))


@cache
def _sqlite_original() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="satu-pintu-store-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrated(f"sqlite:///{folder}/original.db")
    return folder / "original.db"


@cache
def _postgres_original(server: str) -> str:
    url = created(server)
    _migrated(url)
    return urlsplit(url).path[1:]


def created(server: str, original: str = "template1") -> str:
    name = f"hub_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {original}")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _migrated(url: str) -> None:
    """Closed afterwards: SQLite folds its log into the file, PostgreSQL copies only what nobody is connected to."""
    writer, readers = engines(url)
    migrate.upgrade(writer)
    writer.dispose()
    readers.dispose()
