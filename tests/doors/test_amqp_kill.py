"""RabbitMQ dies under a thousand complaints and comes back: nothing is lost, and whoever reads by key has each once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import aio_pika

from config.settings import DoorSettings
from demo.rabbitmq import RabbitMQ
from dispatcher.breaker import Breaker
from dispatcher.doors import registry
from dispatcher.paying import ForwardPayer
from dispatcher.workers import Lane
from store import migrate
from store.database import Database
from store.tables import Work
from tests.brokers import BROKER
from tests.doors.examples import number
from tests.doors.owing import owe_many
from tests.line.town import Town

pytestmark = BROKER
COMPLAINTS, BEFORE = 1000, 200
"""BEFORE: so many were confirmed when it dies."""
QUEUE = "seribu"


class Awake(Town):
    """A town whose clock goes by itself."""

    def clock(self) -> datetime:
        return datetime.now(UTC)


async def confirmed(town: Town, many: int) -> None:
    while (await town.rows("SELECT count(*) AS n FROM outbox WHERE state = 'done'"))[0]["n"] < many:
        await asyncio.sleep(0.05)


async def drained(url: str) -> list[aio_pika.abc.AbstractIncomingMessage]:
    """Everything that lies in the queue."""
    async with await aio_pika.connect(url, timeout=20) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        messages = []
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            messages.append(message)
        return messages


async def test_rabbitmq_dies_under_a_thousand_complaints(rabbit: RabbitMQ, tmp_path: Path):
    """SIGKILL while they go out, then a restart: every debt is paid, every key is in the queue, and what stands there twice is the very
    same event, of which the hub knows that it was unsure."""
    db = Database(f"sqlite:///{tmp_path}/hub.db")
    await asyncio.to_thread(migrate.upgrade, db.writer)
    town = Awake(db, tmp_path)
    await db.write(lambda connection: owe_many(connection, range(COMPLAINTS), town.clock()))
    door = registry.build("kota", DoorSettings(kind="amqp", url=rabbit.url, queue=QUEUE, timeout=5), town.profile)
    lane = Lane(
        Work.FORWARD, "kota", ForwardPayer(door, db, town.clock, town.cleaner, town.links), town.tools, breaker=Breaker(chance=lambda: 0.0)
    )
    running = asyncio.create_task(lane.run())
    try:
        await confirmed(town, BEFORE)
        await asyncio.to_thread(rabbit.kill)
        assert await town.rows("SELECT id FROM outbox WHERE state = 'owed'"), "it died too late to matter"
        await asyncio.to_thread(rabbit.start)
        await confirmed(town, COMPLAINTS)
    finally:
        running.cancel()
        await asyncio.wait([running])
        await door.aclose()
    messages = await drained(rabbit.url)
    unsure = {row["key"].partition(":")[2] for row in await town.rows("SELECT key FROM outbox WHERE unsure")}
    await db.aclose()
    keys = Counter(str(message.message_id) for message in messages)
    assert set(keys) == {number(nth) for nth in range(COMPLAINTS)}
    assert {key for key, times in keys.items() if times > 1} <= unsure
    assert all(json.loads(message.body)["id"] == message.message_id for message in messages)
