"""A running hub, and a citizen's HTTP client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from chat_hub import Hub, running


@pytest.fixture
async def idle_hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub that accepts, and whose pipeline does not run."""
    async with running(tmp_path) as hub:
        yield hub


@pytest.fixture
async def hub(idle_hub: Hub) -> Hub:
    """A hub with its pipeline at work."""
    idle_hub.work()
    return idle_hub


@pytest.fixture
async def citizen() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser of its own: cookies and nothing else."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http
