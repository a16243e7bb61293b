"""News that a door brings itself: from its queue, or called in at POST /hooks/door/{name}. It ends where pulled news ends: `news.apply`.

cap the size -> verify -> read -> keep durably -> answer. Unlike a platform, the other side is a system of the city: it is told 4xx when its
news cannot be used, so that it still has it and its makers see why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientPayloadError, web
from sqlalchemy import Connection

from config.profile import Profile
from connectors.contract import Request
from connectors.errors import ConnectorError, Forged, Malformed, StoreAway
from connectors.origin import Origin
from dispatcher import news
from dispatcher.doors.contract import Door, DoorUpdate, Listens, Receives, UnknownComplaint
from dispatcher.replies import Replies
from dispatcher.workers import Tools

PATH = "/hooks/door/{name}"
BODY_LIMIT = 1_048_576
"""Bytes of one call."""
BODY_SECONDS = 30
COME_AGAIN_SECONDS = 5
RESTART_SECONDS = 5.0
log = structlog.get_logger()


class Pushed:
    def __init__(self, tools: Tools, profile: Profile, replies: Replies) -> None:
        self._tools, self._profile, self._replies = tools, profile, replies

    async def take(self, door: str, update: DoorUpdate) -> None:
        """Returns once it is durable; the same news twice changes nothing. Raises UnknownComplaint or StoreAway."""
        now = self._tools.clock()

        def write(connection: Connection) -> bool:
            if not news.known(connection, door, update):
                raise UnknownComplaint
            return news.apply(connection, self._profile, self._replies, door, update, now)

        told = await self._tools.db.write(write)
        await self._tools.pulses.ok(f"door:{door}")
        if told:
            log.info("door.news", door=door, count=1)
            self._tools.bell.ring("outbox")
            self._tools.bell.ring("desk")

    async def pulse(self, door: str, error: ConnectorError | None) -> None:
        if error is not None:
            log.warning("door.trouble", door=door, code=error.code)
        await self._tools.pulses.pulse(f"door:{door}", error)

    def listening(self, doors: Mapping[str, Door]) -> dict[str, Coroutine[Any, Any, None]]:
        """By name, each to run as a task until it is cancelled."""
        return {f"door:{name}": self._listen(door) for name, door in doors.items() if isinstance(door, Listens)}

    async def _listen(self, door: Listens) -> None:
        while True:
            try:
                return await door.listen(partial(self.take, door.name), partial(self.pulse, door.name))
            except Exception as error:  # a fault of ours or of our store: the news stays in the queue
                log.error("door.fault", door=door.name, code=type(error).__name__)
                await asyncio.sleep(RESTART_SECONDS)

    def mount(self, app: web.Application, doors: Mapping[str, Door], public_url: str, trusted_proxies: int) -> None:
        origin, open_to = Origin(public_url, trusted_proxies), {name: door for name, door in doors.items() if isinstance(door, Receives)}

        async def called(call: web.Request) -> web.Response:
            door = open_to.get(call.match_info["name"])
            return web.Response(status=404) if door is None else await self._called(door, call, origin)

        app.router.add_post(PATH, called)

    async def _called(self, door: Receives, call: web.Request, origin: Origin) -> web.Response:
        try:
            body = await _body(call)
        except (TimeoutError, ClientPayloadError, web.RequestPayloadError):
            return _closing(400)
        if body is None:
            return _closing(413)
        request = Request(
            account=door.name,
            method=call.method,
            url=origin.url(call),
            headers=call.headers,
            query={},
            body=body,
            remote=origin.remote(call),
        )
        try:
            door.verify(request)
        except Forged as error:
            log.warning("door.forged", door=door.name)
            await self._tools.pulses.forged(f"door:{door.name}")
            return web.Response(status=error.status)
        return await self._kept(door, request)

    async def _kept(self, door: Receives, request: Request) -> web.Response:
        """200 only for what is durable; 422 and 404 mean: keep it and look at it, 503: come again."""
        try:
            update = door.read(request, self._tools.clock())
            if update is not None:
                await self.take(door.name, update)
        except Malformed as error:
            await self.pulse(door.name, error)
            return web.json_response({"error": error.sentence}, status=422)
        except UnknownComplaint:
            return web.json_response({"error": "Laporan ini tidak ada pada pintu ini."}, status=404)
        except StoreAway:
            return web.Response(status=503, headers={"Retry-After": str(COME_AGAIN_SECONDS)})
        return web.json_response({})


async def _body(call: web.Request) -> bytes | None:
    """None as soon as it is known to be over the limit."""
    if (call.content_length or 0) > BODY_LIMIT:
        return None
    content = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in call.content.iter_any():
            content += chunk
            if len(content) > BODY_LIMIT:
                return None
    return bytes(content)


def _closing(status: int) -> web.Response:
    """An answer after which the connection ends: what is left of the body is not worth reading."""
    response = web.Response(status=status)
    response.force_close()
    return response
