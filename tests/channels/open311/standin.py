"""The Open311 server's channel for the contract suite: there is no platform behind it, and no way back through it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.contract import Reply
from connectors.open311.client import Open311Connector, Settings
from tests.channels.asking import Standin

NO_PLATFORM = "requests come to our own server; nothing is called"
ASKED = "the other system asks for the status"


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    async def trouble(name: str) -> None:
        raise AssertionError(NO_PLATFORM)

    yield Standin(
        account="open311",
        connector=Open311Connector("open311", Settings()),
        reply=Reply(key="k1", channel="open311", account="open311", conversation="open311:open311:1", address="", text="-"),
        genuine=json.dumps({"id": "0" * 32, "system": "Aplikasi", "description": "Lampu jalan mati", "address_string": "Jl. A"}).encode(),
        secrets=[],
        trouble=trouble,
        exempt={"check": NO_PLATFORM, "send": ASKED},
    )
