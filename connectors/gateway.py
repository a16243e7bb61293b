"""HTTP in: the routes that receivers declare, on the hub's one listener. Knows no platform and no store; `accept` is given.

cap the size -> verify -> read -> keep durably -> answer. The order is the promise: nothing of a forged request is kept, and
nothing is answered with 2xx before it is durable. What is in a message is never a reason for anything but 2xx.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import structlog
from aiohttp import ClientPayloadError, web

from connectors.contract import Accepted, Arrival, Receiver, Request, Route, Unreadable
from connectors.errors import Forged, StoreAway
from connectors.origin import Origin

Accept = Callable[[Sequence[Arrival]], Awaitable[Sequence[Accepted]]]
"""Keeps arrivals durably. Raises StoreAway when nothing was kept."""

COME_AGAIN_SECONDS = 5
"""What a platform reads in Retry-After while our store is away."""

BODY_SECONDS = 30
"""A caller that takes longer to bring its body only holds a place."""

log = structlog.get_logger("gateway")


def mount(
    app: web.Application,
    receivers: Mapping[str, Receiver],
    accept: Accept,
    *,
    public_url: str,
    trusted_proxies: int,
    clock: Callable[[], datetime],
    forged: Callable[[str], None] = lambda account: None,
) -> None:
    """Mount the routes of all receivers, by account name. `forged` is called with the account for every refused request.

    public_url: as platforms call us, without a slash at the end; empty: as the request itself and trusted proxies say.
    """
    origin = Origin(public_url, trusted_proxies)
    for account, receiver in receivers.items():
        for route in receiver.routes():
            door = _Door(account, receiver.about.channels[0], route, accept, origin, clock, forged)
            app.router.add_route(route.method, route.path.replace("{account}", account), door.take)  # a fixed path is found at once


class _Door:
    """One method and path of one account."""

    def __init__(
        self,
        account: str,
        channel: str,
        route: Route,
        accept: Accept,
        origin: Origin,
        clock: Callable[[], datetime],
        forged: Callable[[str], None],
    ) -> None:
        self._account, self._channel, self._route = account, channel, route
        self._accept, self._origin, self._clock, self._forged = accept, origin, clock, forged

    async def take(self, call: web.Request) -> web.Response:
        route = self._route
        try:
            body = await _body(call, route.limit)
        except TimeoutError:
            return _closing(408)
        except (web.RequestPayloadError, ClientPayloadError):  # broken gzip or chunks: no platform sends these
            return _closing(400)
        if body is None:
            return _closing(413)
        request = Request(
            account=self._account,
            method=call.method,
            url=self._origin.url(call),
            headers=call.headers,
            query=dict(call.query) if call.query_string else {},
            body=body,
            remote=self._origin.remote(call),
        )
        refused = _verified(route, request)
        if refused:
            self._forged(self._account)
            return web.Response(status=refused)
        return await self._keep(self._read(request), getattr(route, "thanks", None))

    def _read(self, request: Request) -> Sequence[Arrival]:
        try:
            return self._route.read(request, self._clock())
        except Exception as error:  # a fault of ours must neither lose a message nor make the platform repeat it for ever
            log.error("read_fault", account=request.account, error=type(error).__name__)
            return (Unreadable(channel=self._channel, account=request.account, raw=request.body, reason="fault"),)

    async def _keep(self, arrivals: Sequence[Arrival], thanks: str | None = None) -> web.Response:
        """thanks: XML that a platform wants to read in a 200; most want nothing."""
        try:
            if arrivals:
                await self._accept(arrivals)
        except StoreAway:
            return web.Response(status=503, headers={"Retry-After": str(COME_AGAIN_SECONDS)})
        except Exception as error:  # not durable, whatever it was: the platform must come again
            log.error("accept_fault", error=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": str(COME_AGAIN_SECONDS)})
        return web.Response() if thanks is None else web.Response(text=thanks, content_type="text/xml")


def _verified(route: Route, request: Request) -> int:
    """0, or the status that refuses."""
    try:
        route.verify(request)
    except Forged as error:
        return error.status
    except Exception as error:  # a check that breaks on odd input has not passed
        log.error("verify_fault", account=request.account, error=type(error).__name__)
        return 403
    return 0


async def _body(call: web.Request, limit: int) -> bytes | None:
    """The body, or None as soon as it is known to be over the limit: by Content-Length before a byte is read, else while it streams.

    Compressed bodies are counted as they unpack.
    """
    if (call.content_length or 0) > limit:
        return None
    stream = call.content
    if stream.is_eof():  # all of it came with the headers, as nearly always
        body = stream.read_nowait()
        return body if len(body) <= limit else None
    chunks: list[bytes] = []
    size = 0
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in stream.iter_any():
            size += len(chunk)
            if size > limit:
                return None
            chunks.append(chunk)
    return b"".join(chunks)


def _closing(status: int) -> web.Response:
    """An answer after which the connection ends: what is left of the body is not worth reading."""
    response = web.Response(status=status)
    response.force_close()
    return response
