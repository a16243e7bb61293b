"""A real RabbitMQ, started once a run: tests that use it are marked `BROKER` and run in one worker."""

from __future__ import annotations

import pytest

from demo import rabbitmq

BROKER = [
    pytest.mark.rabbitmq,
    pytest.mark.xdist_group("rabbitmq"),
    pytest.mark.timeout(400),
    pytest.mark.skipif(not rabbitmq.PROGRAM.exists(), reason=rabbitmq.HOW_TO_GET_IT),
]
