"""A little work for the browser when an address writes suspiciously often: nothing for a citizen, dear for a flood. No third party.

The browser looks for a number so that SHA-256 of "challenge~number" begins with `BITS` zeros, and sends both in `X-Chat-Proof`.
A challenge is signed, belongs to an address, is good for two minutes and once. On many nodes each remembers its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

HEADER = "X-Chat-Proof"
BITS = 13
"""8,192 tries on average: about a second on an old phone."""
SECONDS = 120
_LONGEST = 300


class Proofs:
    def __init__(self, secret: bytes, salt: Callable[[], str] = lambda: secrets.token_hex(8)) -> None:
        self._key, self._salt = hmac.digest(secret, b"chat proof", "sha256"), salt
        self._used: dict[str, int] = {}

    def challenge(self, address: str, now: float) -> str:
        """expires.salt.bits.signature"""
        body = f"{int(now) + SECONDS}.{self._salt()}.{BITS}"
        return f"{body}.{self._signature(body, address)}"

    def good(self, given: str, address: str, now: float) -> bool:
        """Whether this address did the work of a challenge of ours, for the first time."""
        challenge, tilde, _ = given.partition("~")
        body, _, signature = challenge.rpartition(".")
        if not tilde or len(given) > _LONGEST or not given.isascii() or body.count(".") != 2:
            return False
        if not hmac.compare_digest(signature, self._signature(body, address)):
            return False
        expires, salt, bits = body.split(".")
        if int(expires) < now or int.from_bytes(hashlib.sha256(given.encode()).digest()[:4], "big") >> (32 - int(bits)):
            return False
        self._used = {each: until for each, until in self._used.items() if until >= now}
        if salt in self._used:
            return False
        self._used[salt] = int(expires)
        return True

    def _signature(self, body: str, address: str) -> str:
        return hmac.new(self._key, f"{body}:{address}".encode(), hashlib.sha256).hexdigest()[:32]
