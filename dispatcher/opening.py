"""Opens what was kept unopened: the channel's own reader, when the line takes the message up (docs/decisions/0015)."""

from __future__ import annotations

from datetime import datetime

import structlog

from connectors import registry
from connectors.contract import Inbound, Unreadable

log = structlog.get_logger()


def opened(channel: str, account: str, raw: bytes, received_at: datetime) -> Inbound | Unreadable:
    """Never raises: what cannot be read any more is kept for a person, as if it had come so."""
    try:
        read = registry.reader(channel)(raw, account, received_at)
    except Exception as error:
        log.error("opening.fault", channel=channel, account=account, error=type(error).__name__)
        return Unreadable(channel=channel, account=account, raw=raw, reason="fault")
    messages = [each for each in read if isinstance(each, Inbound | Unreadable)]
    return messages[0] if len(messages) == 1 else Unreadable(channel=channel, account=account, raw=raw, reason="shape")
