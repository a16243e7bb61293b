"""The line to RabbitMQ through aio-pika: what is declared, one connection, and what each of its errors means to a door.

The connection is opened when it is needed and again when it was lost (docs/decisions): whoever publishes while there is none learns at once
that nothing was sent. aio-pika's own robust connection would hold the call back, and afterwards nobody could say.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import aio_pika
import aiormq.exceptions as wire
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage

from connectors.errors import CredentialRefused, Misconfigured, Throttled, Unreachable
from dispatcher.doors.amqp_settings import Settings
from dispatcher.doors.cloud_events import MEDIA_TYPE

FULL_SECONDS = 30.0
"""How long a lane rests when the queue is full."""
ASIDE = ".dead"
"""The queue beside the reply queue that keeps what could not be read."""


class Rabbit:
    def __init__(self, door: str, ways: Settings) -> None:
        self._door, self._ways = door, ways
        self._key = ways.routing_key or ways.queue
        self._lock = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._sending: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None

    async def publish(self, body: bytes, key: str, kind: str) -> None:
        """Returns once the queue has it on the disk of most of its nodes. Raises ConnectorError."""
        message = aio_pika.Message(
            body,
            message_id=key,
            type=kind,
            content_type=f"{MEDIA_TYPE}; charset=utf-8",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        exchange = await self._outwards()
        with self._meaning(certain=False):
            await exchange.publish(message, self._key, mandatory=True, timeout=self._ways.timeout)

    async def consume(self, heard: Callable[[AbstractIncomingMessage], Awaitable[None]], ready: Callable[[], Awaitable[None]]) -> None:
        """One message after the other, until the line or the queue is lost. Raises ConnectorError."""
        with self._meaning(certain=True):
            async with self._channel() as channel:
                await channel.set_qos(prefetch_count=1)
                queue = await self._replies(channel)
                async with queue.iterator() as messages:
                    await ready()
                    async for message in messages:
                        await heard(message)

    async def look(self) -> tuple[int, int] | None:
        """(waiting in the queue, put aside as unreadable); None when the queue is not there yet and is ours to make. Declares nothing."""
        with self._meaning(certain=True):
            waiting = await self._length(self._ways.queue)
            aside = await self._length(self._ways.reply_queue + ASIDE) if self._ways.reply_queue and self._ways.declare else 0
        if waiting is None and not self._ways.declare:
            raise Misconfigured(f"Antrean doors.{self._door}.queue tidak ada di sana, dan declare = false.")
        return None if waiting is None else (waiting, aside or 0)

    async def aclose(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):  # one that was lost may fail to say goodbye
                await self._connection.close()

    async def _outwards(self) -> AbstractExchange:
        with self._meaning(certain=True):
            async with self._lock:
                if self._exchange is None or self._sending is None or self._sending.is_closed:
                    self._sending = await (await self._line()).channel(publisher_confirms=True, on_return_raises=True)
                    self._exchange = await self._declared(self._sending)
                return self._exchange

    async def _line(self) -> AbstractConnection:
        if self._connection is None or not self._connection.connected.is_set():  # `is_closed` knows only of our own closing
            await self.aclose()
            url, seconds = self._ways.url.get_secret_value(), self._ways.timeout
            try:
                async with asyncio.timeout(seconds):
                    self._connection = await aio_pika.connect(url, timeout=seconds, client_properties={"connection_name": self._door})
            except wire.InvalidFrameError:  # a broker's "no" to the vhost, in a place where aiormq expects only a yes
                raise Misconfigured(f"vhost dalam doors.{self._door}.url tidak ada di sana.") from None
        return self._connection

    @contextlib.asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        async with self._lock:
            channel = await (await self._line()).channel()
        try:
            yield channel
        finally:
            with contextlib.suppress(Exception):
                await channel.close()

    async def _declared(self, channel: AbstractChannel) -> AbstractExchange:
        ways = self._ways
        if not ways.declare:
            return await channel.get_exchange(ways.exchange, ensure=bool(ways.exchange)) if ways.exchange else channel.default_exchange
        arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
        if ways.max_length:
            arguments["x-max-length"] = ways.max_length
        queue = await channel.declare_queue(ways.queue, durable=True, arguments=arguments)
        if not ways.exchange:
            return channel.default_exchange
        exchange = await channel.declare_exchange(ways.exchange, aio_pika.ExchangeType.TOPIC, durable=True)
        await queue.bind(exchange, self._key)
        return exchange

    async def _replies(self, channel: AbstractChannel) -> aio_pika.abc.AbstractQueue:
        """Ours to make: unreadable ones go to a queue beside it, and of several nodes one reads, so that order is kept."""
        name = self._ways.reply_queue
        if not self._ways.declare:
            return await channel.get_queue(name, ensure=True)
        await channel.declare_queue(name + ASIDE, durable=True, arguments={"x-queue-type": "quorum"})
        arguments: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": name + ASIDE,
        }
        return await channel.declare_queue(name, durable=True, arguments=arguments)

    async def _length(self, name: str) -> int | None:
        """A queue that is not there closes the channel it was asked on, so each is asked on its own."""
        async with self._channel() as channel:
            try:
                queue = await channel.declare_queue(name, passive=True, timeout=self._ways.timeout)
            except wire.ChannelNotFoundEntity:
                return None
            return queue.declaration_result.message_count or 0

    @contextlib.contextmanager
    def _meaning(self, *, certain: bool) -> Iterator[None]:
        """certain: nothing can have been sent yet."""
        where = f"doors.{self._door}"
        try:
            yield
        except wire.PublishError:
            raise Unreachable(f"Tidak ada antrean yang menerima {where}.routing_key; pesan dikembalikan.") from None
        except wire.DeliveryError:
            raise Throttled(f"Antrean {where}.queue penuh.", wait=FULL_SECONDS) from None
        except (wire.ProbableAuthenticationError, wire.AuthenticationError):
            raise CredentialRefused(f"{self._door} menolak nama atau sandi dalam {where}.url.") from None
        except wire.ChannelAccessRefused:
            raise CredentialRefused(f"Pengguna dalam {where}.url tidak berhak atas antrean atau exchange-nya.") from None
        except wire.ChannelNotFoundEntity:
            raise Misconfigured(f"Antrean atau exchange {where} tidak ada di sana, dan declare = false.") from None
        except wire.ChannelPreconditionFailed:
            raise Misconfigured(f"Antrean {where} sudah ada dengan sifat lain; samakan, atau pakai declare = false.") from None
        except (TimeoutError, *aio_pika.exceptions.CONNECTION_EXCEPTIONS, wire.ChannelInvalidStateError):
            raise Unreachable(f"{self._door} tidak dapat dihubungi atau terputus.", certain=certain) from None
