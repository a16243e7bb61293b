"""No channel's test may leave a secret or a citizen's word in a log."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog


class Ear:
    """Everything that was logged, by us and by libraries, down to debug."""

    def __init__(self, caplog: pytest.LogCaptureFixture, events: list[structlog.typing.EventDict]) -> None:
        self._caplog, self._events = caplog, events

    @property
    def heard(self) -> str:
        records = [f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}" for record in self._caplog.records]
        return "\n".join([*map(str, self._events), *records])


@pytest.fixture
def ear(caplog: pytest.LogCaptureFixture) -> Iterator[Ear]:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as events:
        yield Ear(caplog, events)
