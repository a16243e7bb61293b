"""The two addresses that Twilio calls: for each message, and for each state of our own ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.contract import Arrival, Request
from connectors.twilio import sign, wire

PATH = "/hooks/twilio/{account}"
STATUS_PATH = f"{PATH}/status"
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
"""What Twilio reads without a warning (12300): our answer comes by itself."""
BODY_LIMIT = 262_144
"""Bytes; a form holds text and references, a few kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A citizen's message."""

    channel: str
    tokens: Sequence[str] = field(repr=False)
    method: str = "POST"
    path: str = PATH
    limit: int = BODY_LIMIT
    thanks: str = NO_ANSWER

    def verify(self, request: Request) -> None:
        sign.verify(request, self.tokens)

    def read(self, request: Request, now: datetime) -> Sequence[Arrival]:
        return wire.read(request.body, account=request.account, now=now, channel=self.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What became of one of ours."""

    channel: str
    tokens: Sequence[str] = field(repr=False)
    method: str = "POST"
    path: str = STATUS_PATH
    limit: int = BODY_LIMIT

    def verify(self, request: Request) -> None:
        sign.verify(request, self.tokens)

    def read(self, request: Request, now: datetime) -> Sequence[Arrival]:
        return wire.status(request.body, account=request.account, now=now, channel=self.channel)
