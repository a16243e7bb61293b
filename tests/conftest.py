"""Logging is the process's own: a test that sets it up must not set it up for the next one."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from demo.rabbitmq import RabbitMQ


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
