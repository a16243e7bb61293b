"""POST requests and GET tokens/{token}: another system hands a complaint over, and learns its number at once or a little later."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog
from aiohttp import web

from connectors.contract import Accepted, Inbound
from connectors.open311 import wire
from desk import upload
from desk.context import Desk, desk_of
from desk.open311 import catalogue
from desk.open311.answers import Trouble
from desk.open311.gate import PACE, Pace, account_of, right_city, told
from desk.visitor import address_of
from normalizer.tracking import printed
from store import operators, public_requests
from store.bell import heard
from store.talk import progress_of

NUMBER_WAIT = 1.0
"""Seconds that an answer waits for the tracking number; after that the sender gets a token."""
BODY_LIMIT = 128 * 1024
"""Bytes of a urlencoded body: 4,000 characters and what goes with them, every byte escaped."""
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](?:\[\])?")
_PLAIN = (
    "description",
    "address_string",
    "address_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "device_id",
    "account_id",
    "media_url",
)
_LONG = {name: field.metadata[0].max_length for name, field in wire.Posted.model_fields.items() if name in _PLAIN and field.metadata}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Given:
    """A body as it was read. Of a field that came twice the last one counts; attributes may repeat."""

    fields: Mapping[str, str]
    attributes: Mapping[str, list[str]] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()


async def post(request: web.Request) -> web.Response:
    """POST requests. The body is read only after the caps, and files are kept only for a good key."""
    desk, account = desk_of(request), account_of(desk_of(request))
    given = await _given(request, desk)
    system = await _system(request, desk, given.fields.get("api_key", ""))
    right_city(given.fields, desk)
    posted = _posted(desk, given, system)
    (inbound,) = wire.read(orjson.dumps(posted), account=account or "", now=desk.clock())
    if not isinstance(inbound, Inbound):
        raise Trouble(400, "a field is too long or not valid")
    with desk.bell.listening(f"talk:{inbound.conversation}") as event:
        (accepted,) = await desk.intake.accept((inbound,))
        number = await number_of(desk, accepted, event)
    log.info("open311.posted", account=account, tracking_number=number, inbox_id=accepted.inbox_id)
    named = {"service_request_id": printed(number)} if number else {"token": inbound.external_id}
    row = {**named, "service_notice": None, "account_id": posted.get("account_id")}
    return told(request, "service_requests", [row], status=201)


async def redeemed(request: web.Request) -> web.Response:
    """GET tokens/{token}: without a number while the request is not registered yet."""
    desk, token = desk_of(request), request.match_info["token"][:64]
    account = account_of(desk) or ""
    known, number = await desk.db.read(lambda session: public_requests.ticket(session, wire.CHANNEL, account, token))
    if not known:
        raise Trouble(404, "token provided was not found")
    row = {"service_request_id": printed(number) if number else None, "token": token}
    return told(request, "service_requests", [row])


async def _given(request: web.Request, desk: Desk) -> Given:
    """Raises Trouble 413 or 400. Multipart is not the standard's way, but clients send pictures so."""
    if request.content_type == "multipart/form-data":
        if (request.content_length or 0) > upload.BODY_LIMIT:
            raise Trouble(413, "the body is too large")
        try:
            form = await upload.read_form(request)
        except upload.TooMuch:
            raise Trouble(413, "the body is too large") from None
        except ValueError:
            raise Trouble(400, "the body could not be read") from None
        try:
            files = () if not await _is_key(desk, form.fields.get("api_key", "")) else await upload.keep(form, desk.blobs)
            return _sorted(list(form.fields.items()), tuple(file.model_dump() for file in files))
        finally:
            form.close()
    content = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        content += chunk
        if len(content) > BODY_LIMIT:
            raise Trouble(413, "the body is too large")
    try:
        return _sorted(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise Trouble(400, "the body could not be read") from None


def _sorted(pairs: list[tuple[str, str]], files: tuple[Mapping[str, Any], ...] = ()) -> Given:
    attributes: dict[str, list[str]] = {}
    for name, value in pairs:
        if (match := _ATTRIBUTE.fullmatch(name)) and value.strip():
            attributes.setdefault(match[1], []).append(value.strip())
    return Given({name: value.strip() for name, value in pairs}, attributes, files)


async def _is_key(desk: Desk, key: str) -> bool:
    return bool(key) and await desk.db.read(lambda session: operators.key_of(session, operators.digest(key), "open311")) is not None


async def _system(request: web.Request, desk: Desk, key: str) -> str:
    """The name of the system behind an API key. Only its hash is looked up. Raises Trouble 403 or 429."""
    pace, now = request.config_dict[PACE], desk.clock().timestamp()
    address = address_of(request, desk.settings.http.trusted_proxies)
    pace.look(Pace.WRONG_KEYS, "wrong", address, now)
    found = await desk.db.read(lambda session: operators.key_of(session, operators.digest(key), "open311")) if key else None
    if found is None:
        pace.take(Pace.WRONG_KEYS, "wrong", address, now)
        raise Trouble(403, "api_key was not provided or is not valid")
    pace.take(Pace.POSTS_BY_KEY, "post", str(found.id), now)
    return found.name


def _posted(desk: Desk, given: Given, system: str) -> dict[str, Any]:
    """The wire's request. Raises Trouble with the first thing that is wrong, as the protocol words it."""
    profile, fields = desk.profile, given.fields
    code = fields.get("service_code", "")
    if not code:
        raise Trouble(400, "service_code was not provided")
    if not catalogue.known(profile, code):
        raise Trouble(404, "service_code provided was not found")
    point = _point(fields)
    if not (point or fields.get("address_string") or fields.get("address_id")):
        raise Trouble(400, "lat and long, address_string or address_id was not provided")
    for name, most in _LONG.items():
        if len(fields.get(name, "")) > most:
            raise Trouble(400, f"{name} must not exceed {most} characters")
    keys = catalogue.categories_of(profile, code)
    return {
        "id": secrets.token_hex(16),
        "system": system,
        "category": keys[0] if keys else None,
        "service_name": catalogue.name_of(profile, code),
        "answers": _answers(desk, code, given.attributes),
        "files": given.files,
        **point,
        **{name: fields[name] for name in _PLAIN if fields.get(name)},
    }


def _point(fields: Mapping[str, str]) -> dict[str, float]:
    written = {name: fields[name] for name in ("lat", "long") if fields.get(name)}
    if not written:
        return {}
    try:
        point = {name: float(value) for name, value in written.items()}
    except ValueError:
        raise Trouble(400, "lat and long must be decimal degrees") from None
    if len(point) != 2 or not (-90 <= point["lat"] <= 90 and -180 <= point["long"] <= 180):
        raise Trouble(400, "lat and long must be given together, in decimal degrees (WGS84)")
    return point


def _answers(desk: Desk, code: str, given: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """(question, answer) of the service's attributes; a list's key is told by its name."""
    told_of = []
    for one in catalogue.attributes_of(desk.profile, code):
        values = given.get(one.code, [])
        if one.required and not values:
            raise Trouble(400, f"attribute[{one.code}] was not provided")
        if one.values and any(value not in one.values for value in values):
            raise Trouble(400, f"attribute[{one.code}] is not one of the values of the service definition")
        if values:
            told_of.append((one.question, ", ".join(one.values.get(value, value) for value in values)[:1000]))
    return told_of


async def number_of(desk: Desk, accepted: Accepted, event: asyncio.Event) -> str | None:
    """The stored number, as soon as the pipeline has dealt with it; None after NUMBER_WAIT."""
    loop = asyncio.get_running_loop()
    until = loop.time() + NUMBER_WAIT
    while True:
        found = await desk.db.read(lambda session: progress_of(session, accepted.inbox_id))
        if found and found.settled:
            return found.number
        if (left := until - loop.time()) <= 0:
            return None
        await heard(event, left)
