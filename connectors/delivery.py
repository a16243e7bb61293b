"""What a platform tells later of a message that we sent: on its way, delivered, read, or lost. Its news come in any order, and twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    ACCEPTED = "accepted"
    """Our own word: the platform took it and gave it its id."""
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One state that one message of ours has reached."""

    channel: str
    account: str
    message_id: str
    """The platform's id, as `Sent.message_id` gave it."""
    state: DeliveryState
    at: datetime
    code: str | None = None
    """Of a failed one: the code of the error of connectors.errors that it would have been, had it been known while sending."""
    sentence: str = ""
    """For an operator; never a citizen's words or number."""
    raw: bytes = b""

    @property
    def key(self) -> str:
        return f"{self.message_id}:{self.state}"


_RANK = {state: rank for rank, state in enumerate(DeliveryState)}


def standing(states: Iterable[DeliveryState]) -> DeliveryState | None:
    """Where a message stands when these were heard, in whatever order: the furthest. Who read it has it, whatever came later."""
    return max(states, key=_RANK.__getitem__, default=None)
