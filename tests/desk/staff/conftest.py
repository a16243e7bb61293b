"""A desk over SQLite in a temporary folder, served on a loopback port, and people who sign in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from staging import Browser, Stage, staged

from store.operators import Role


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as running:
        yield running


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
