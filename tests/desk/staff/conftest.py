"""A desk over SQLite in a temporary folder, served on a loopback port, and people who sign in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlmodel import SQLModel
from staging import Browser, Clock, Stage

from config import load
from config.settings import Settings
from desk.app import build
from desk.context import Desk
from store.bell import Bell
from store.blobs import Blobs
from store.database import Database
from store.operators import Role


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    settings = Settings()
    clock = Clock()
    db = Database(f"sqlite:///{tmp_path}/hub.db")
    SQLModel.metadata.create_all(db.writer)
    bell = Bell()
    desk = Desk(
        settings=settings,
        profile=load.profile(settings),
        db=db,
        blobs=Blobs(tmp_path / "blobs"),
        bell=bell,
        acts=None,  # type: ignore[arg-type]
        intake=None,  # type: ignore[arg-type]
        connectors={},
        secret=b"s" * 32,
        clock=clock,
    )
    server = TestServer(build(desk), host="127.0.0.1")
    await server.start_server()
    yield Stage(desk, clock, server)
    await server.close()
    await db.aclose()


@pytest.fixture
async def browser(stage: Stage) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(stage, http)


@pytest.fixture
async def operator(stage: Stage, browser: Browser) -> Browser:
    """A browser in which Rina, an operator, is signed in."""
    await stage.add_operator("rina", Role.OPERATOR)
    status, _ = await browser.sign_in("rina")
    assert status == 200
    return browser
