from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.kill.line", "tests.kill.hub")

from tests.kill.line import Line  # noqa: E402  after the rewrite is known


@pytest.fixture
async def line(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    """Nothing runs yet: the test begins it. Parameter: webhook or poll."""
    made = Line(tmp_path, getattr(request, "param", "webhook"))
    yield made
    await made.end()
