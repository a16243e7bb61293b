"""What the contract suite and the case runner need to know of a provider: its `standin.py` gives it.

tests/channels/<provider>/standin.py has `opened()`, an async context manager that yields a Standin, and leaves nothing behind.
A provider of which a question cannot be asked says so in `exempt`, with the reason.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from connectors.contract import Connector, Receiver, Reply

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 2, 4, 0, tzinfo=UTC)
TROUBLES = ("refused", "hang", "throttled", "throttled_no_wait", "error_500", "html", "broken_utf8", "random", "empty")
"""What a platform does on a bad day; `refused` is a closed port, `hang` takes the question and never answers."""


@dataclass(frozen=True, kw_only=True)
class Standin:
    """A connector pointed at a loopback stand-in of its platform."""

    account: str
    connector: Connector
    reply: Reply
    """One that the platform takes."""
    genuine: bytes
    """Bytes of one message as the platform sends it."""
    secrets: Sequence[str]
    """What may never be logged or told."""
    trouble: Callable[[str], Awaitable[None]]
    """Called with one of TROUBLES: from now on every call to the platform meets it."""
    receiver: Receiver | None = None
    """The connector that is called."""
    sign: Callable[[bytes], Mapping[str, str]] = lambda body: {}
    """The headers with which the platform would send a body."""
    sign_for: Callable[[str, bytes], Mapping[str, str]] | None = None
    """The same, where the address that is called is signed too."""
    exempt: Mapping[str, str] = field(default_factory=dict)
    """Question (see `asked`) -> why it makes no sense here."""

    def signed(self, url: str, body: bytes) -> Mapping[str, str]:
        """Genuine headers of a call."""
        return self.sign_for(url, body) if self.sign_for else self.sign(body)

    def url(self, path: str) -> str:
        """The public address of one of its routes."""
        return "https://hub.example" + path.replace("{account}", self.account)

    def asked(self, question: str) -> None:
        """Skips the test, with the reason, when the provider is exempt from its question."""
        if question in self.exempt:
            pytest.skip(f"{question}: {self.exempt[question]}")


def providers() -> Sequence[str]:
    """Every provider folder that has a stand-in."""
    return sorted(path.parent.name for path in HERE.glob("*/standin.py"))


def opened(provider: str) -> AbstractAsyncContextManager[Standin]:
    found: AbstractAsyncContextManager[Standin] = import_module(f"tests.channels.{provider}.standin").opened()
    return found
