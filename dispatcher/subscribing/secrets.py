"""The secrets that subscribers check our signature with: made here, kept sealed with the hub's own."""

from __future__ import annotations

import base64

from store.credentials import box

BYTES = 32


class Seal:
    """`secret`: the hub's."""

    def __init__(self, secret: bytes) -> None:
        self._box = box(secret, b"satu-pintu subscribers")

    def sealed(self, key: str) -> bytes:
        return self._box.encrypt(key.encode())

    def opened(self, sealed: bytes) -> str:
        """Raises InvalidToken when the hub's secret is another one now."""
        return self._box.decrypt(bytes(sealed)).decode()


def written(chance: bytes) -> str:
    """`chance`: BYTES of it. As the libraries of Standard Webhooks want it."""
    return "whsec_" + base64.b64encode(chance).decode()
