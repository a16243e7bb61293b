from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kill.line import Line


@pytest.fixture
async def line(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    """Nothing runs yet: the test begins it. Parameter: webhook or poll."""
    made = Line(tmp_path, getattr(request, "param", "webhook"))
    yield made
    await made.end()
