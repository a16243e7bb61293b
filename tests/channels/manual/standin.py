"""The front desk for the contract suite: there is no platform behind it, and no way back through it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.contract import Reply
from connectors.manual.client import ManualConnector, Settings
from tests.channels.asking import Standin

NO_PLATFORM = "entries come from our own page; nothing is called"
PAPER = "the answer is the printed receipt"


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    async def trouble(name: str) -> None:
        raise AssertionError(NO_PLATFORM)

    yield Standin(
        account="desk",
        connector=ManualConnector("desk", Settings()),
        reply=Reply(key="k1", channel="manual", account="desk", conversation="manual:desk:1", address="", text="-"),
        genuine=json.dumps({"id": "0190a1b2-0000-7000-8000-000000000001", "operator": "rina", "text": "Lampu jalan mati"}).encode(),
        secrets=[],
        trouble=trouble,
        exempt={"check": NO_PLATFORM, "send": PAPER},
    )
