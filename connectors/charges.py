"""For connectors whose sends cost money: what one costs, and how much an account may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from connectors.contract import Connector, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Paid parts (segments, messages) that automatic replies may use. 0: none at all."""

    a_day: int
    a_month: int


@runtime_checkable
class Charges(Connector, Protocol):
    """A connector that pays for what it sends."""

    @property
    def budget(self) -> Budget: ...

    def price(self, reply: Reply) -> int:
        """Paid parts of this reply; counted before it is sent."""
        ...
