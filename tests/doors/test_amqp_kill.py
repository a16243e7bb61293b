"""RabbitMQ dies under a thousand complaints and comes back: nothing is lost, and whoever reads by key reads each once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aio_pika
from sqlalchemy import Connection, text
from sqlmodel import Session

from config.profile import Profile
from config.settings import DoorSettings
from demo.rabbitmq import RabbitMQ
from dispatcher.cleaning import Cleaner
from dispatcher.doors import registry
from dispatcher.doors.contract import utc_now
from dispatcher.paying import ForwardPayer
from dispatcher.pulses import Pulses
from dispatcher.registering import owe_forward
from dispatcher.workers import Lane, Tools
from store import complaints, migrate
from store.bell import Bell
from store.database import Database
from store.tables import Work
from tests.brokers import BROKER
from tests.doors.examples import filing, number

pytestmark = BROKER
MANY = 1000


class Reader:
    """The city's own system: reads the queue, and counts by key."""

    def __init__(self, url: str, queue: str) -> None:
        self._url, self._queue = url, queue
        self.seen: Counter[str] = Counter()
        self.reached: dict[int, asyncio.Event] = {300: asyncio.Event(), MANY: asyncio.Event()}

    async def run(self) -> None:
        """Comes back as often as it is cut off."""
        while True:
            with contextlib.suppress(Exception):
                async with await aio_pika.connect(self._url, timeout=5) as connection:
                    channel = await connection.channel()
                    await channel.set_qos(prefetch_count=20)
                    arguments = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
                    queue = await channel.declare_queue(self._queue, durable=True, arguments=arguments)
                    async with queue.iterator() as messages:
                        async for message in messages:
                            self._count(message.message_id or "")
                            await message.ack()
            await asyncio.sleep(0.2)

    def _count(self, key: str) -> None:
        self.seen[key] += 1
        for many, event in self.reached.items():
            if len(self.seen) >= many:
                event.set()


def _registered(connection: Connection, nth: int, profile: Profile, now: datetime) -> None:
    values = filing(number(nth), title=f"Lampu mati {nth}").complaint.model_dump(mode="json")
    row = {
        **values,
        "submitted_at": now,
        "tracking_number": number(nth),
        "channel": "telegram",
        "account": "bot",
        "conversation": f"telegram:bot:{nth}",
        "state_at": now,
        "registered_at": now,
        "last_words_at": now,
        "door": "kota",
    }
    complaint_id = complaints.add(connection, row)
    assert complaint_id is not None
    owe_forward(connection, complaint_id, number(nth), "kota", now, now)


async def test_rabbitmq_dies_under_a_thousand_complaints(rabbit: RabbitMQ, profile: Profile, tmp_path: Path):
    """SIGKILL with hundreds under way, then a restart: each complaint is in the queue, once by its key, and each debt is paid."""
    db = Database(f"sqlite:///{tmp_path}/hub.db")
    await asyncio.to_thread(migrate.upgrade, db.readers)
    bell, now = Bell(), datetime.now(UTC)
    await db.write(lambda connection: [_registered(connection, nth, profile, now) for nth in range(MANY)])
    tools = Tools(db=db, bell=bell, pulses=Pulses(db, utc_now), clock=utc_now, chance=lambda: 0.0, node="uji")
    door = registry.build("kota", DoorSettings(kind="amqp", url=rabbit.url, queue="seribu", timeout=5), profile)
    nothing_to_clean: Any = None
    lane = Lane(Work.FORWARD, "kota", ForwardPayer(door, db, utc_now, Cleaner(db, nothing_to_clean, nothing_to_clean, utc_now)), tools)
    reader = Reader(rabbit.url, "seribu")
    tasks = [asyncio.create_task(reader.run()), asyncio.create_task(lane.run())]
    try:
        await asyncio.wait_for(reader.reached[300].wait(), 120)
        await asyncio.to_thread(rabbit.kill)
        await asyncio.to_thread(rabbit.start)
        await asyncio.wait_for(reader.reached[MANY].wait(), 200)
        async with asyncio.timeout(30):
            while await db.read(_owed):  # noqa: ASYNC110  a lane tells nobody that it has nothing left
                await asyncio.sleep(0.1)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await door.aclose()
        await db.aclose()
    assert set(reader.seen) == {number(nth) for nth in range(MANY)}
    print(f"on the wire: {sum(reader.seen.values())}, by key: {len(reader.seen)}")


def _owed(session: Session) -> int:
    return session.connection().execute(text("SELECT count(*) FROM outbox WHERE state <> 'done'")).scalar_one()
