"""Where a connector keeps a small secret that changes by itself (a rotated refresh token): durably, readable only for this hub."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from connectors.contract import Connector


class Vault(Protocol):
    async def load(self, name: str) -> str | None:
        """What was saved last under this name; None when there is nothing that this hub can read."""
        ...

    async def save(self, name: str, secret: str) -> None:
        """Durable when it returns. Raises StoreAway."""
        ...


@runtime_checkable
class Keeps(Connector, Protocol):
    """A connector that has such a secret."""

    def keep_in(self, vault: Vault) -> None:
        """Called once, before anything else is asked of it."""
        ...
