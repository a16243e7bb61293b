"""News that a door brings itself, at a hub that runs: signed call back, durable, once; and the citizen's complaint moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

import run
from config.settings import Account, DoorSettings, Http, Log, Settings, Store
from demo.door_webhook import SECRET, CitySystem
from dispatcher.doors import cloud_events


@pytest.fixture
async def system() -> AsyncIterator[CitySystem]:
    running = CitySystem()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def hub(system: CitySystem, tmp_path: Path) -> AsyncIterator[Any]:
    settings = Settings(
        store=Store(url=f"sqlite:///{tmp_path}/hub.db", blobs=tmp_path / "blobs"),
        http=Http(port=0),
        log=Log(level="error"),
        secret="rahasia untuk uji",
        accounts={"chat": Account(channel="webchat")},
        doors={"sistem": DoorSettings(kind="webhook", url=f"{system.base}/laporan", secret=SECRET)},
        profile_overrides={"door": "sistem", "intake": {"settle_seconds": 0.1}},
    )
    async with run.running(settings) as running:
        yield running


async def rows(hub: Any, sql: str) -> list[Any]:
    return await hub.db.read(lambda session: [row._mapping for row in session.connection().execute(text(sql))])


async def until(hub: Any, sql: str) -> Any:
    """The first row of what must come to be."""
    async with asyncio.timeout(60):
        while not (found := await rows(hub, sql)):
            await asyncio.sleep(0.05)
    return found[0]


async def test_the_citys_system_calls_back(hub: Any, system: CitySystem):
    """Forged: 401 and counted. Signed: 200 and the state moved, the second time 200 and nothing more. Strange or unreadable: 404, 422."""
    async with aiohttp.ClientSession() as browser:
        await browser.post(
            f"{hub.url}/chat/messages", json={"id": "a-1", "text": "Lampu jalan mati di Jl. Gandawijaya sejak kemarin malam"}
        )
    complaint = await until(hub, "SELECT * FROM complaints WHERE door_reference IS NOT NULL")
    number = complaint["tracking_number"]
    assert (complaint["door"], complaint["door_reference"], system.calls[0].key) == ("sistem", "A-1", number)
    hook = f"{hub.url}/hooks/door/sistem"
    news = {
        "specversion": "1.0",
        "id": "17",
        "source": "//sistem",
        "type": cloud_events.STATUS,
        "subject": number,
        "data": {"state": "verified", "public_text": "Sudah kami terima."},
    }
    assert await CitySystem("whsec_" + "WFla" * 12).call_back(hook, news) == 401
    assert [await system.call_back(hook, news) for _ in range(3)] == [200, 200, 200]
    [moved] = await rows(hub, "SELECT * FROM complaints")
    told = await rows(hub, "SELECT * FROM timeline WHERE source = 'sistem' AND kind = 'state'")
    assert (moved["state"], len(told)) == ("verified", 1)
    receipt = {**news, "id": "18", "type": cloud_events.RECEIPT, "data": {"reference": "SIMPEL-9"}}
    assert await system.call_back(hook, receipt) == 200
    [moved] = await rows(hub, "SELECT * FROM complaints")
    assert moved["door_reference"] == "SIMPEL-9"
    assert await system.call_back(hook, {**news, "subject": None, "data": {"reference": "entah"}}) == 404
    assert await system.call_back(hook, {**news, "data": {"state": "entah"}}) == 422
    assert await system.call_back(hook, {**news, "type": cloud_events.CHECK}) == 200
    assert await system.call_back(hook, {**news, "note": "x" * 1_100_000}) == 413
    assert await system.call_back(f"{hub.url}/hooks/door/desk", news) == 404
    [pulse] = await rows(hub, "SELECT * FROM pulses WHERE name = 'door:sistem'")
    assert pulse["forged"] == 1
