"""A server of its own for each test: `await serving(**profile)`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from served_hub import Served, Serving, opened


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with contextlib.AsyncExitStack() as stack:

        async def start(**overrides: Any) -> Served:
            return await stack.enter_async_context(opened(tmp_path, **overrides))

        yield start


@pytest.fixture
async def served(serving: Serving) -> Served:
    return await serving()
