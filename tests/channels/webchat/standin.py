"""The web chat for the contract suite: there is no platform behind it that could have a bad day."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.contract import Reply
from connectors.webchat.client import Settings, WebchatConnector
from tests.channels.asking import TROUBLES, Standin

SESSION = "0123456789abcdef" * 2
NO_PLATFORM = "the stored reply is the message; nothing is called"


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    async def trouble(name: str) -> None:
        raise AssertionError(NO_PLATFORM)

    yield Standin(
        account="chat",
        connector=WebchatConnector("chat", Settings()),
        reply=Reply(
            key="k1",
            channel="webchat",
            account="chat",
            conversation=f"webchat:chat:{SESSION}",
            address=SESSION,
            text="Laporan Anda kami catat.",
        ),
        genuine=json.dumps({"session": SESSION, "id": "m1", "text": "Lampu jalan mati"}).encode(),
        secrets=[],
        trouble=trouble,
        exempt={"check": NO_PLATFORM, **{f"send:{name}": NO_PLATFORM for name in TROUBLES}},
    )
