"""X for the contract suite: an account that reads and answers, on the stand-in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from connectors.contract import Reply
from connectors.x.client import Settings, XConnector
from demo.x import X
from tests.channels.asking import Standin

GENUINE = {
    "tweet": {
        "id": "2007129394601984001",
        "text": "@kota_contoh lampu jalan di Jl. Kenanga mati",
        "author_id": "81001",
        "conversation_id": "2007129394601984001",
        "created_at": "2026-01-02T03:00:00.000Z",
        "edit_history_tweet_ids": ["2007129394601984001"],
    },
    "includes": {"users": [{"id": "81001", "name": "Rina Kartika", "username": "rinak"}]},
}


def settings(x: X, **changed: Any) -> Settings:
    given = {**x.secrets, "username": x.username, "api_base": x.address, "timeout_seconds": 0.5, "monthly_reads": 100_000}
    return Settings.model_validate(given | changed)


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    x = X()
    await x.start()
    connector = XConnector("kota", settings(x))
    number = x.post("81001", "@kota_contoh lampu jalan di Jl. Kenanga mati")

    async def trouble(name: str) -> None:
        if name == "refused":
            await x.stop()
        else:
            x.mood(name, times=1000)

    try:
        yield Standin(
            account="kota",
            connector=connector,
            reply=Reply(key="k1", channel="x", account="kota", conversation=f"x:kota:{number}:81001", address=number, text="Nomor CMH-1"),
            genuine=json.dumps(GENUINE).encode(),
            secrets=list(x.secrets.values()),
            trouble=trouble,
        )
    finally:
        await connector.aclose()
        await x.stop()
