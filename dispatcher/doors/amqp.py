"""A city's own RabbitMQ: complaints go into a queue, receipts and news come out of another. CloudEvents 1.0 JSON both ways.

message_id is our key. After a lost confirmation the same event is published again under the same key: on the wire it may then stand twice,
and the receiver, which reads by key, has it once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health
from connectors.errors import ConnectorError, Malformed, StoreAway
from dispatcher.doors import cloud_events
from dispatcher.doors.amqp_settings import Settings as Settings
from dispatcher.doors.contract import Added, Clock, DoorUpdates, Filing, Pulse, Receipt, Take, UnknownComplaint
from dispatcher.doors.published import Receiver, extended, published

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from dispatcher.doors.rabbit import Rabbit

TOKEN = "token:"  # noqa: S105  their number follows through the reply queue
BODY_LIMIT = 1_048_576
"""Bytes of one message from the reply queue."""
AGAIN_SECONDS = 5.0
"""Between two looks at a broker, or a store of ours, that is away."""


class AmqpDoor:
    """`kind = "amqp"`. `find` never has to ask: a repeat under the same key is harmless to whoever reads by key."""

    kind = "amqp"
    can_find = True
    takes_additions = True
    adds_once = True

    def __init__(self, name: str, settings: Settings, profile: Profile, clock: Clock) -> None:
        self.name = name
        self._settings, self._profile, self._clock = settings, profile, clock
        self._source = settings.source or f"urn:satu-pintu:{profile.prefix.lower()}"
        self._receiver = Receiver(confidential=settings.confidential, identities=settings.identities)
        self._opened: Rabbit | None = None

    async def submit(self, filing: Filing, key: str) -> Receipt:
        event = cloud_events.registered(published(filing, self._receiver, self.name), self._source)
        await self._rabbit().publish(event, key, cloud_events.REGISTERED)
        return Receipt(reference=TOKEN + key, at=self._clock())

    async def find(self, key: str, since: datetime) -> Receipt | None:
        """None: publish again. A queue cannot be asked what lies in it, and a repeat with this key changes nothing."""
        return None

    async def add(self, added: Added, key: str) -> None:
        event = cloud_events.added(extended(added, self._receiver, self.name), key, self._source)
        await self._rabbit().publish(event, key, cloud_events.ADDED[added.kind])

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """Nothing to fetch: news comes through `listen`."""
        return DoorUpdates(updates=(), cursor=cursor)

    async def check(self) -> Checked:
        try:
            found = await self._rabbit().look()
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        if found is None:
            return Checked(health=Health.WARNING, sentence=f"{self.name} menjawab; antreannya dibuat saat laporan pertama dikirim.")
        waiting, aside = found
        if aside:
            sentence = (
                f"{aside} kabar dari {self.name} tidak terbaca dan disisihkan di {self._settings.reply_queue}.dead; periksa pengirimnya."
            )
            return Checked(health=Health.WARNING, sentence=sentence)
        return Checked(health=Health.OK, sentence=f"{self.name} menjawab; {waiting} pesan menunggu di antreannya.")

    async def aclose(self) -> None:
        if self._opened is not None:
            await self._opened.aclose()

    async def listen(self, take: Take, pulse: Pulse) -> None:
        """One message after the other, so that news keeps its order; the broker lets one node at a time read (single active consumer)."""
        if not self._settings.reply_queue:
            return
        while True:
            try:
                await self._rabbit().consume(lambda message: self._heard(message, take, pulse), lambda: pulse(None))
            except ConnectorError as error:
                await pulse(error)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _heard(self, message: AbstractIncomingMessage, take: Take, pulse: Pulse) -> None:
        """Acknowledged once it is durable here; what cannot be read goes to the queue's dead-letter exchange, never round again."""
        try:
            if len(message.body) > BODY_LIMIT:
                raise Malformed(f"Lebih dari {BODY_LIMIT} bita.")
            update = cloud_events.news(message.body, self._profile.prefix, self._clock())
            while update is not None:
                try:
                    await take(update)
                    break
                except StoreAway:
                    await asyncio.sleep(AGAIN_SECONDS)
        except UnknownComplaint:
            await self._aside(message, Malformed("Kabar tentang laporan yang bukan milik pintu ini."), pulse)
        except Malformed as error:
            await self._aside(message, error, pulse)
        except Exception as error:  # a fault of ours: kept there with the others, never round and round
            await self._aside(message, Malformed(f"Kabar tidak dapat diolah ({type(error).__name__})."), pulse)
        else:
            await message.ack()

    async def _aside(self, message: AbstractIncomingMessage, why: Malformed, pulse: Pulse) -> None:
        await message.reject(requeue=False)
        await pulse(why)

    def _rabbit(self) -> Rabbit:
        """aio_pika is imported when the door is first used, not by every hub."""
        if self._opened is None:
            from dispatcher.doors.rabbit import Rabbit

            self._opened = Rabbit(self.name, self._settings)
        return self._opened


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> AmqpDoor:
    return AmqpDoor(name, Settings.model_validate(options), profile, clock)
