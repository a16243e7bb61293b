"""The chat's own address: take a message, and say its number when it is known within a second.

A message is answered only when it is durable, so a browser that hears nothing sends it again under the same id.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import structlog
from aiohttp import web

from connectors.contract import Accepted, Inbound, Unreadable
from connectors.errors import StoreAway
from connectors.webchat import wire
from desk import proof, upload
from desk.context import Desk, desk_of
from desk.proof import Proofs
from desk.visitor import Limits, Visitor, address_of, forget, from_elsewhere, new_visitor, remember, visitor_of
from normalizer.tracking import printed
from store.bell import heard
from store.talk import progress_of

NUMBER_WAIT = 1.0
"""Seconds that an answer waits for the tracking number; after that it comes by the event stream."""
JSON_LIMIT = 128 * 1024
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FIELDS = ("id", "text", "lat", "lon", "command")
LIMITS = web.AppKey("limits", Limits)
PROOFS = web.AppKey("proofs", Proofs)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A message that is safe. `number` is printed, None while it is not known."""

    id: str
    number: str | None


def account_of(desk: Desk) -> str | None:
    """The account of the chat; None when the city switched it off."""
    return next((name for name, one in desk.settings.accounts.items() if one.channel == wire.CHANNEL and one.enabled), None)


def refuse(status: int, code: str, *, wait: int | None = None, **more: str) -> web.Response:
    """An error as {"error": code}; codes are stable, the page has the sentences."""
    headers = {"Retry-After": str(wait)} if wait else {}
    return web.json_response({"error": code, **more}, status=status, headers=headers)


async def post(request: web.Request) -> web.Response:
    """POST /chat/messages."""
    desk = desk_of(request)
    visitor = visitor_of(request) or new_visitor()
    refused = before_reading(request, visitor)
    if refused is not None:
        return refused
    taken = await take(request, visitor)
    if isinstance(taken, web.Response):
        return taken
    response = web.json_response({"id": taken.id, "session": visitor.token, "tracking_number": taken.number})
    if not visitor.by_header:
        remember(response, visitor, desk)
    return response


def before_reading(request: web.Request, visitor: Visitor) -> web.Response | None:
    """What can be refused without a look at the body: origin, size, pace."""
    desk, limits = desk_of(request), request.config_dict[LIMITS]
    if account_of(desk) is None:
        return refuse(404, "closed")
    if from_elsewhere(request, desk):
        return refuse(403, "origin")
    if (request.content_length or 0) > upload.BODY_LIMIT:
        return refuse(413, "body")
    address = address_of(request, desk.settings.http.trusted_proxies)
    unproven = _unproven(request, address)
    if unproven is not None:
        return unproven
    for limit, who in ((Limits.MESSAGES_BY_SESSION, visitor.session), (Limits.MESSAGES_BY_ADDRESS, address)):
        if not limits.hit(limit, "message", who):
            return refuse(429, "pace", wait=limits.wait(limit, "message", who, desk.clock().timestamp()))
    return None


def _unproven(request: web.Request, address: str) -> web.Response | None:
    """None while the address is calm or did its work. Else a challenge; who cannot work waits, as a page without JavaScript does."""
    limits, proofs, now = request.config_dict[LIMITS], request.config_dict[PROOFS], desk_of(request).clock().timestamp()
    if limits.hit(Limits.CALM_BY_ADDRESS, "calm", address) or proofs.good(request.headers.get(proof.HEADER, ""), address, now):
        return None
    wait = limits.wait(Limits.CALM_BY_ADDRESS, "calm", address, now)
    return refuse(429, "proof", wait=wait, challenge=proofs.challenge(address, now))


async def take(request: web.Request, visitor: Visitor) -> Outcome | web.Response:
    """Read, keep, wait a moment for the number. A Response when it was refused."""
    desk = desk_of(request)
    try:
        envelope = await _envelope(request, visitor)
        inbound = _inbound(envelope, desk)
    except upload.TooMuch as error:
        return refuse(413, str(error))
    except ValueError as error:
        return refuse(400, str(error) if str(error) in ("id", "empty") else "shape")
    except web.HTTPUnsupportedMediaType:
        return refuse(415, "type")
    talk = inbound.conversation
    with desk.bell.listening(f"talk:{talk}") as event:
        try:
            (accepted,) = await desk.intake.accept((inbound,))
        except (StoreAway, OSError) as error:
            log.warning("chat.store_away", account=inbound.account, code=type(error).__name__)
            return refuse(503, "store", wait=5)
        number = await _number(desk, accepted, event)
    return Outcome(id=inbound.message_id, number=number)


async def leave(request: web.Request) -> web.Response:
    """POST /chat/forget: this browser's talk is no longer opened by it."""
    if from_elsewhere(request, desk_of(request)):
        return refuse(403, "origin")
    response = web.Response(status=204)
    forget(response)
    return response


async def _envelope(request: web.Request, visitor: Visitor) -> dict[str, object]:
    """The wire's envelope from JSON or multipart. Files are in the blob store on return."""
    if request.content_type == "application/json":
        given = orjson.loads(await _body(request))
        if not isinstance(given, dict):
            raise ValueError("shape")
        return _known(given, visitor)
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    form = await upload.read_form(request)
    try:
        fields = {name: value for name, value in form.fields.items() if value != ""}
        envelope = _known(fields, visitor)
        return envelope | {"files": [file.model_dump() for file in await upload.keep(form, desk_of(request).blobs)]}
    finally:
        form.close()


async def _body(request: web.Request) -> bytes:
    content = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        content += chunk
        if len(content) > JSON_LIMIT:
            raise upload.TooMuch("body")
    return bytes(content)


def _known(given: Mapping[str, object], visitor: Visitor) -> dict[str, object]:
    """Only the fields that we know, under this visitor's session. The id is checked before any file is kept."""
    if not isinstance(given.get("id"), str) or not _ID.fullmatch(str(given["id"])):
        raise ValueError("id")
    return {name: given[name] for name in _FIELDS if given.get(name) is not None} | {"session": visitor.session}


def _inbound(envelope: dict[str, object], desk: Desk) -> Inbound:
    if not any(str(envelope.get(name, "")).strip() for name in ("text", "command", "lat")) and not envelope.get("files"):
        raise ValueError("empty")
    (arrival,) = wire.read(orjson.dumps(envelope), account=account_of(desk) or "", now=desk.clock())
    if not isinstance(arrival, Inbound):
        raise ValueError(arrival.reason if isinstance(arrival, Unreadable) else "shape")
    return arrival


async def _number(desk: Desk, accepted: Accepted, event: asyncio.Event) -> str | None:
    """The printed number of a message, as soon as the pipeline has dealt with it; None after NUMBER_WAIT."""
    loop = asyncio.get_running_loop()
    until = loop.time() + NUMBER_WAIT
    while True:
        try:
            found = await desk.db.read(lambda session: progress_of(session, accepted.inbox_id))
        except StoreAway:
            return None
        if found and found.settled:
            return printed(found.number) if found.number else None
        if (left := until - loop.time()) <= 0:
            return None
        await heard(event, left)
