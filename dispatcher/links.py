"""Links under which a door may fetch evidence: signed, good for a while. They lead to the cleaned copy, never to the original.

A link is a secret like a ticket: it stands in what a door is sent and nowhere else, never in a log. Its page is `desk/evidence.py`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from store import cleanings
from store.tables import EvidenceRow

PATH = "/berkas"
_TICKET = struct.Struct(">?xxxIQ")
"""Whether the receiver may have secret reports, the second at which it ends, the evidence: 16 bytes, 64 letters with the signature."""
_LETTERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a good link leads to. `secret`: its receiver may have secret reports."""

    evidence_id: int
    secret: bool


class Links:
    """`secret` is the hub's; `base` the public address without a slash at the end."""

    def __init__(self, secret: bytes, base: str, life: timedelta, clock: Callable[[], datetime]) -> None:
        self._key = hmac.digest(secret, b"satu-pintu evidence links", "sha256")
        self._base, self._life, self._clock = base.rstrip("/"), life, clock

    def to(self, evidence_id: int, *, secret: bool) -> str:
        """secret: the complaint is confidential now, so only a door that may have such reports is given this link. A link that was made
        before the citizen asked for secrecy opens nothing from then on."""
        ticket = _TICKET.pack(secret, int((self._clock() + self._life).timestamp()), evidence_id)
        return f"{self._base}{PATH}/{base64.urlsafe_b64encode(ticket + self._signature(ticket)).decode()}"

    def opened(self, token: str) -> Opened | None:
        """None for everything but a link of ours that has not run out."""
        if len(token) != _LETTERS or not token.isascii():
            return None
        try:
            content = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        ticket, signature = content[: _TICKET.size], content[_TICKET.size :]
        if not hmac.compare_digest(signature, self._signature(ticket)):
            return None
        secret, ends, evidence_id = _TICKET.unpack(ticket)
        return Opened(evidence_id=evidence_id, secret=secret) if self._clock().timestamp() < ends else None

    def media(self, session: Session, files: Sequence[EvidenceRow], *, confidential: bool) -> list[str]:
        """A link to each of these files that has a cleaned copy, in their order: for `Filing.media` and `Added.media`."""
        clean = cleanings.of(session.connection(), [file.sha256 for file in files if file.sha256])
        leaving = [file.id for file in files if file.id and (found := clean.get(file.sha256 or "")) and found.cleaned]
        return [self.to(evidence_id, secret=confidential) for evidence_id in leaving]

    def _signature(self, ticket: bytes) -> bytes:
        return hmac.digest(self._key, ticket, hashlib.sha256)
