"""What all tests share: the long ones first, each with its own logging, and PostgreSQL's lock where this user may write."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from demo.rabbitmq import RabbitMQ

RUNTIME = Path(os.environ.setdefault("XDG_RUNTIME_DIR", f"{tempfile.gettempdir()}/satu-pintu-{os.getuid()}"))
RUNTIME.mkdir(mode=0o700, exist_ok=True)
(RUNTIME / "python_PostgresServer").mkdir(mode=0o700, exist_ok=True)
"""Without it the servers of all users of a machine share one lock in /tmp, which belongs to whoever came first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: one that began last kept two workers waiting for two minutes."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def rabbit() -> Iterator[RabbitMQ]:
    """Whoever kills it starts it again. Tests that ask for it carry the marks of tests/brokers.py."""
    broker = RabbitMQ()
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
