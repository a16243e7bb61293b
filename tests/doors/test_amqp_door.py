"""The amqp door against a real RabbitMQ."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aio_pika
import jsonschema
import pytest

from config.profile import Profile
from config.settings import DoorSettings
from connectors.contract import Health
from connectors.errors import ConnectorError, CredentialRefused, Malformed, Misconfigured, Refused, StoreAway, Throttled, Unreachable
from demo.rabbitmq import RabbitMQ
from dispatcher.doors import cloud_events, registry
from dispatcher.doors.contract import Added, Addition, Door, DoorUpdate, UnknownComplaint
from normalizer.complaint import PersonalData, Reporter, State
from tests.brokers import BROKER
from tests.doors.examples import filing, number

pytestmark = BROKER
KEY = number(7)
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "published.schema.json").read_text("utf-8"))
_names = itertools.count(1)


def settings(rabbit: RabbitMQ, **more: Any) -> DoorSettings:
    nth = next(_names)
    told = {"url": rabbit.url, "queue": f"laporan-{nth}", "reply_queue": f"kabar-{nth}", "timeout": 10}
    return DoorSettings(kind="amqp", **(told | more))


@contextlib.asynccontextmanager
async def opened(given: DoorSettings, profile: Profile) -> AsyncIterator[Door]:
    door = registry.build("kota", given, profile, public_url="https://lapor.example.go.id")
    try:
        yield door
    finally:
        await door.aclose()


@dataclass
class Line:
    """The test's own end: reads queues, publishes news."""

    channel: Any

    async def read(self, queue: str) -> list[Any]:
        found = await self.channel.get_queue(queue)
        messages = []
        while (message := await found.get(fail=False, no_ack=True)) is not None:
            messages.append(message)
        return messages

    async def one(self, queue: str) -> Any:
        """The next message, awaited."""
        found = await self.channel.get_queue(queue)
        async with found.iterator() as messages:
            async for message in messages:
                await message.ack()
                return message
        raise AssertionError("the queue is gone")

    async def say(self, queue: str, event: Any) -> None:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        await self.channel.default_exchange.publish(aio_pika.Message(body), queue)


@pytest.fixture
async def line(rabbit: RabbitMQ) -> AsyncIterator[Line]:
    async with await aio_pika.connect(rabbit.url) as connection:
        yield Line(await connection.channel(on_return_raises=True))


def news(**more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "n-1",
        "type": cloud_events.STATUS,
        "source": "//simpel.cimahikota.go.id",
        "subject": KEY,
        "time": "2026-11-24T03:00:00Z",
        "data": {"state": "in_progress", "reference": "A-17", "public_text": "Petugas berangkat."},
        **more,
    }


@dataclass
class Kept:
    """What a store of ours would have."""

    updates: asyncio.Queue[DoorUpdate] = field(default_factory=asyncio.Queue)
    pulses: asyncio.Queue[ConnectorError | None] = field(default_factory=asyncio.Queue)
    failures: list[Exception] = field(default_factory=list)

    async def take(self, update: DoorUpdate) -> None:
        if self.failures:
            raise self.failures.pop(0)
        await self.updates.put(update)

    async def pulse(self, error: ConnectorError | None) -> None:
        await self.pulses.put(error)


@contextlib.asynccontextmanager
async def listening(door: Any) -> AsyncIterator[Kept]:
    kept = Kept()
    task = asyncio.create_task(door.listen(kept.take, kept.pulse))
    assert await asyncio.wait_for(kept.pulses.get(), 30) is None
    yield kept
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("dispatcher.doors.amqp.AGAIN_SECONDS", 0.05)
    return


async def test_a_complaint_arrives_as_a_cloud_event_under_its_number(rabbit: RabbitMQ, profile: Profile, line: Line):
    """message_id and event id are the tracking number, the data is what the published schema says, marked spans are covered."""
    given = settings(rabbit)
    body = "Lampu mati, hubungi 081234567890"
    words = {"body": body, "personal_data": [PersonalData(kind="phone", start=20, end=32)], "reporter": Reporter(name="Siti Aminah")}
    async with opened(given, profile) as door:
        receipt = await door.submit(filing(KEY, **words), KEY)
        [message] = await line.read(given.options()["queue"])
    event = json.loads(message.body)
    assert receipt.reference == f"token:{KEY}"
    assert (message.message_id, event["id"], event["subject"]) == (KEY, KEY, KEY)
    assert (event["specversion"], event["type"]) == ("1.0", "id.go.satupintu.complaint.registered")
    assert event["source"] == "https://lapor.example.go.id"
    assert message.content_type.startswith("application/cloudevents+json")
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    jsonschema.validate(event["data"], SCHEMA)
    assert "081234567890" not in message.body.decode()
    assert event["data"]["reporter"]["name"] == "Siti Aminah"


async def test_the_queue_is_a_durable_quorum_queue(rabbit: RabbitMQ, profile: Profile, line: Line):
    """Declared the same way it is found; declared as anything else it is refused."""
    given = settings(rabbit)
    async with opened(given, profile) as door:
        await door.submit(filing(KEY), KEY)
        arguments = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
        await line.channel.declare_queue(given.options()["queue"], durable=True, arguments=arguments)
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed):
            await line.channel.declare_queue(given.options()["queue"], durable=True)


async def test_identities_stay_here_unless_the_receiver_may_have_them(rabbit: RabbitMQ, profile: Profile, line: Line):
    """Anonymous: nobody is named, and the data says so; a secret report is refused with a sentence that names the setting."""
    given = settings(rabbit)
    who = {"anonymous": True, "reporter": Reporter(name="Siti Aminah", phone="+6281234567890")}
    async with opened(given, profile) as door:
        await door.submit(filing(KEY, **who), KEY)
        with pytest.raises(Refused, match=r"doors\.kota\.confidential"):
            await door.submit(filing(number(8), confidential=True), number(8))
        [message] = await line.read(given.options()["queue"])
    data = json.loads(message.body)["data"]
    assert (data["anonymous"], data["reporter"]) == (True, None)
    trusted = settings(rabbit, identities=True, confidential=True)
    async with opened(trusted, profile) as door:
        await door.submit(filing(KEY, confidential=True, **who), KEY)
        [message] = await line.read(trusted.options()["queue"])
    data = json.loads(message.body)["data"]
    assert (data["confidential"], data["reporter"]["name"]) == (True, "Siti Aminah")


async def test_what_is_added_later_goes_the_same_way(rabbit: RabbitMQ, profile: Profile, line: Line):
    """Each addition is an event of its own type under its own key; one that became secret tells nothing but that."""
    given = settings(rabbit)
    complaint = filing(KEY).complaint
    told = {"tracking_number": KEY, "reference": "A-17", "at": datetime(2026, 11, 24, tzinfo=UTC)}
    secret = complaint.model_copy(update={"confidential": True})
    async with opened(given, profile) as door:
        await door.add(Added(kind=Addition.SUPPLEMENT, complaint=complaint, text="Masih mati, 081234567890", **told), "tambahan:1")
        await door.add(Added(kind=Addition.RATED, complaint=complaint, rating=2, **told), "tambahan:2")
        await door.add(Added(kind=Addition.HIDDEN, complaint=secret, text="rahasia ya", **told), "tambahan:3")
        messages = await line.read(given.options()["queue"])
    events = [json.loads(message.body) for message in messages]
    for event in events:
        jsonschema.validate(event["data"], SCHEMA)
    assert [message.message_id for message in messages] == ["tambahan:1", "tambahan:2", "tambahan:3"]
    assert [event["type"].rsplit(".")[-1] for event in events] == ["supplemented", "rated", "hidden"]
    assert "081234567890" not in events[0]["data"]["text"]
    assert events[1]["data"]["rating"] == 2
    assert events[2]["data"]["complaint"]["confidential"]
    assert "Gandawijaya" not in messages[2].body.decode()


async def test_a_full_queue_pauses_and_loses_nothing(rabbit: RabbitMQ, profile: Profile, line: Line):
    """The broker says no, the lane waits; room again: it is taken."""
    given = settings(rabbit, max_length=1)
    async with opened(given, profile) as door:
        refused = None
        for nth in range(20):  # a quorum queue lets a few more in before it says so
            try:
                await door.submit(filing(number(nth)), number(nth))
            except Throttled as error:
                refused = error
                break
        assert refused is not None
        assert refused.wait > 0
        assert refused.certain
        await line.read(given.options()["queue"])
        await door.submit(filing(KEY), KEY)


async def test_what_no_queue_takes_comes_back_as_an_error(rabbit: RabbitMQ, profile: Profile, line: Line):
    """Unroutable is never silence: it surely did not arrive, and the sentence names the routing key."""
    exchange = await line.channel.declare_exchange("kosong", aio_pika.ExchangeType.TOPIC, durable=True)
    async with opened(settings(rabbit, declare=False, exchange=exchange.name, routing_key="entah"), profile) as door:
        with pytest.raises(Unreachable, match="routing_key") as caught:
            await door.submit(filing(KEY), KEY)
        assert caught.value.certain
    async with opened(settings(rabbit, exchange="lapor", routing_key="lapor.baru"), profile) as door:
        await door.submit(filing(KEY), KEY)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"url": "amqp://guest:salah-sandi@127.0.0.1:{port}/"}, CredentialRefused),
        ({"url": "amqp://guest:guest@127.0.0.1:{port}/entah"}, Misconfigured),
        ({"declare": False, "exchange": "tidak-ada"}, Misconfigured),
    ],
)
async def test_a_wrong_setting_is_named_and_its_value_is_not(rabbit: RabbitMQ, profile: Profile, wrong: dict[str, Any], kind: type):
    """The class stops the door; no password stands in the sentence; `check` says the same."""
    port = rabbit.url.rsplit(":", 1)[1].strip("/")
    given = settings(rabbit, **{name: each.format(port=port) if isinstance(each, str) else each for name, each in wrong.items()})
    async with opened(given, profile) as door:
        with pytest.raises(kind, match=r"doors\.kota") as caught:
            await door.submit(filing(KEY), KEY)
        assert "salah-sandi" not in str(caught.value)
        assert (await door.check()).health is Health.FAILED


async def test_a_queue_of_another_make_is_named(rabbit: RabbitMQ, profile: Profile, line: Line):
    """What somebody else made is neither used nor remade unless declare = false."""
    await line.channel.declare_queue("klasik", durable=True)
    async with opened(settings(rabbit, queue="klasik"), profile) as door:
        with pytest.raises(Misconfigured, match="declare"):
            await door.submit(filing(KEY), KEY)
    async with opened(settings(rabbit, queue="klasik", declare=False), profile) as door:
        await door.submit(filing(KEY), KEY)
        assert (await door.check()).health is Health.OK


async def test_a_broker_that_is_not_there_is_a_certain_failure(profile: Profile):
    """Nothing was sent, so it may be sent again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"amqp://guest:guest@127.0.0.1:{free.getsockname()[1]}/"
    async with opened(DoorSettings(kind="amqp", url=url, queue="laporan"), profile) as door:
        with pytest.raises(Unreachable) as caught:
            await door.submit(filing(KEY), KEY)
        assert caught.value.certain
        assert (await door.check()).health is Health.FAILED


async def test_a_check_makes_no_queue(rabbit: RabbitMQ, profile: Profile, line: Line):
    """Looking changes nothing."""
    given = settings(rabbit)
    async with opened(given, profile) as door:
        assert (await door.check()).health is Health.WARNING
    with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
        await line.channel.declare_queue(given.options()["queue"], passive=True)


async def test_news_is_acknowledged_once_it_is_durable(rabbit: RabbitMQ, profile: Profile, line: Line, impatient: None):
    """A store that is away is waited for with the message in hand; then the broker is told, and does not bring it again."""
    given = settings(rabbit)
    queue = given.options()["reply_queue"]
    async with opened(given, profile) as door, listening(door) as kept:
        kept.failures = [StoreAway("penuh"), StoreAway("penuh")]
        await line.say(queue, news())
        update = await asyncio.wait_for(kept.updates.get(), 30)
        assert (update.tracking_number, update.reference, update.state) == (KEY, "A-17", State.IN_PROGRESS)
        assert update.external_id == "//simpel.cimahikota.go.id#n-1"
        await line.say(queue, news(id="n-2", type=cloud_events.RECEIPT, data={"reference": "A-18"}))
        assert (await asyncio.wait_for(kept.updates.get(), 30)).reference == "A-18"
    async with opened(given, profile) as door, listening(door) as kept:
        await line.say(queue, news(id="n-3"))
        assert (await asyncio.wait_for(kept.updates.get(), 30)).external_id.endswith("#n-3")


async def test_what_dies_before_it_is_durable_is_brought_again(rabbit: RabbitMQ, profile: Profile, line: Line, impatient: None):
    """A hub that is killed between reading and keeping loses nothing."""
    given = settings(rabbit)
    async with opened(given, profile) as door, listening(door) as kept:
        kept.failures = [StoreAway("penuh")] * 10_000
        await line.say(given.options()["reply_queue"], news())
        while len(kept.failures) == 10_000:
            await asyncio.sleep(0.01)
    async with opened(given, profile) as door, listening(door) as kept:
        assert (await asyncio.wait_for(kept.updates.get(), 30)).external_id.endswith("#n-1")


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"bukan json",
        bytes(range(256)),
        b'{"a":"\xff"}',
        b"[]",
        news(specversion="0.3"),
        news(type="lain"),
        news(subject="CMH-0000-0001", data={}),
        news(data={"state": "entah"}),
        news(type=cloud_events.RECEIPT, data={}),
        news(data={"state": "closed", "public_text": "x" * 20_000}),
    ],
    ids=range(11),
)
async def test_what_cannot_be_read_is_put_aside_once(rabbit: RabbitMQ, profile: Profile, line: Line, bad: Any):
    """Told to operators, kept in the queue beside, never brought again; what follows is read."""
    given = settings(rabbit)
    queue = given.options()["reply_queue"]
    async with opened(given, profile) as door, listening(door) as kept:
        await line.say(queue, bad)
        await line.say(queue, news())
        assert (await asyncio.wait_for(kept.updates.get(), 30)).external_id.endswith("#n-1")
        error = await asyncio.wait_for(kept.pulses.get(), 30)
        assert isinstance(error, Malformed)
        assert "x" * 100 not in error.sentence
    aside = await asyncio.wait_for(line.one(f"{queue}.dead"), 30)
    assert aside.body == (bad if isinstance(bad, bytes) else json.dumps(bad).encode())


async def test_news_of_a_strange_complaint_and_our_own_faults_are_put_aside_too(rabbit: RabbitMQ, profile: Profile, line: Line):
    """Neither goes round and round; `check` counts what lies there."""
    given = settings(rabbit)
    async with opened(given, profile) as door, listening(door) as kept:
        kept.failures = [UnknownComplaint(), RuntimeError("kesalahan kita")]
        for nth in range(3):
            await line.say(given.options()["reply_queue"], news(id=f"n-{nth}"))
        assert (await asyncio.wait_for(kept.updates.get(), 30)).external_id.endswith("#n-2")
        await door.submit(filing(KEY), KEY)
        while (await door.check()).health is not Health.WARNING:
            await asyncio.sleep(0.05)
        assert (await door.check()).sentence.startswith("2 kabar")
