"""What stands before every call of the JSON API: the key, its scope, its pace, the caps; then the parsing. Errors as {code, message}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ValidationError

from connectors.errors import StoreAway
from desk.api.operations import WHOLE, Call, Operation, Trouble
from desk.api.shapes import Problem
from desk.context import Desk, desk_of
from desk.visitor import address_of
from dispatcher.acts import ActRefused
from store import operators
from store.people import ApiKeyRow

BODY_LIMIT = 128 * 1024
"""Bytes: 10,000 characters, nearly all of them escaped."""
LONGEST_KEY = 200
CALLS_BY_KEY = RateLimitItemPerMinute(600)
WRONG_KEYS = RateLimitItemPerMinute(300)
"""Of one address. Nobody guesses a key of 256 bits: this spares the store. A call without a key asks it nothing, and is not counted."""
SCOPES = (WHOLE, "api:read", "api:write", "api:webhooks")
log = structlog.get_logger()


class Pace:
    """Moving windows in memory. On many nodes each counts for itself."""

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def take(self, limit: RateLimitItem, who: str, now: float) -> None:
        """Counts one. Raises Trouble 429 when there were too many."""
        if not self._windows.hit(limit, who):
            wait = max(1, int(self._windows.get_window_stats(limit, who).reset_time - now) + 1)
            raise Trouble(429, "too_many", "Terlalu banyak permintaan. Coba lagi sebentar.", wait)


PACE = web.AppKey("api_pace", Pace)


def served(operation: Operation) -> Handler:
    """The operation behind the gate."""

    async def gate(request: web.Request) -> web.StreamResponse:
        key = await _admitted(request, operation)
        return await _answered(request, operation, key_id=key.id or 0, key_name=key.name)

    return _explained(gate)


def looked_at(operation: Operation) -> Handler:
    """The same answer for a page of the desk: its session stands for the key, its role for the scope. For operations that only look."""
    if operation.method != "GET":
        raise ValueError(f"{operation.name} changes something: a session alone does not guard it")

    async def gate(request: web.Request) -> web.StreamResponse:
        return await _answered(request, operation, key_id=0, key_name="")

    return _explained(gate)


async def _admitted(request: web.Request, operation: Operation) -> ApiKeyRow:
    """Raises Trouble 401, 403 or 429."""
    desk = desk_of(request)
    key = await _key(request, desk)
    if key.scope not in operation.opened_by:
        raise Trouble(403, "scope", f"Kunci ini tidak mencakup {operation.scope}.")
    request.config_dict[PACE].take(CALLS_BY_KEY, str(key.id), desk.clock().timestamp())
    return key


async def _answered(request: web.Request, operation: Operation, *, key_id: int, key_name: str) -> web.StreamResponse:
    asked = await _asked(request, operation)
    parts = {name: request.match_info[name] for name in operation.parts}
    call = Call(desk=desk_of(request), key_id=key_id, key_name=key_name, asked=asked, **parts)
    return _json(await operation.work(call), operation.status)


def nowhere(methods: Sequence[str]) -> Handler:
    """An address that is called in another way than with its methods; without any it does not exist."""

    async def refuse(request: web.Request) -> web.StreamResponse:
        if methods:
            return _told(405, "method", "Alamat ini tidak dapat dipanggil begitu.", {"Allow": ", ".join(methods)})
        return _told(404, "unknown", "Alamat ini tidak ada.")

    return refuse


def _explained(answer: Handler) -> Handler:
    """Whatever goes wrong is told in one form. Around each answer, not as a middleware, which the platforms' hooks would pay for too."""

    async def explained(request: web.Request) -> web.StreamResponse:
        try:
            return await answer(request)
        except Trouble as trouble:
            return _told(trouble.status, trouble.code, trouble.message, {"Retry-After": str(trouble.wait)} if trouble.wait else {})
        except ActRefused as refused:
            return _told(409, "refused", str(refused))
        except (StoreAway, OSError) as error:
            log.warning("api.store_away", code=type(error).__name__)
            return _told(503, "away", "Basis data sedang tidak terjangkau. Coba lagi sebentar.", {"Retry-After": "5"})

    return explained


async def _key(request: web.Request, desk: Desk) -> ApiKeyRow:
    """Only the hash is looked up, so how long it takes tells nothing of the key. Raises Trouble 401, or 429 for many wrong ones."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and key.isascii() and 0 < len(key) <= LONGEST_KEY:
        found = await desk.db.read(lambda session: operators.key_of(session, operators.digest(key.strip()), *SCOPES))
        if found is not None:
            return found
        address = address_of(request, desk.settings.http.trusted_proxies)
        request.config_dict[PACE].take(WRONG_KEYS, f"wrong:{address}", desk.clock().timestamp())
    raise Trouble(401, "key", "Sertakan kunci API yang berlaku: Authorization: Bearer …")


async def _asked(request: web.Request, operation: Operation) -> BaseModel:
    """Query or body as the operation's model. Raises Trouble 413, 415 or 422 with the names of the fields, never with what was sent."""
    try:
        query = operation.query.model_validate(_single(request))
        if operation.body is None:
            return query
        if request.content_type != "application/json":
            raise Trouble(415, "media_type", "Isi permintaan harus application/json.")
        return operation.body.model_validate_json(await _body(request), strict=True)
    except ValidationError as error:
        raise Trouble(422, "invalid", "Periksa lagi: " + "; ".join(_odd(mistake) for mistake in error.errors()[:5])) from None


def _single(request: web.Request) -> dict[str, str]:
    if len(set(request.query)) != len(request.query):
        raise Trouble(422, "invalid", "Satu parameter hanya boleh disebut sekali.")
    return dict(request.query)


async def _body(request: web.Request) -> bytes:
    """Read piece by piece, so that no more than the limit is ever held."""
    content = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        content += chunk
        if len(content) > BODY_LIMIT:
            raise Trouble(413, "too_large", "Isi permintaan terlalu besar.")
    return bytes(content)


def _odd(mistake: Any) -> str:
    """Field and kind of mistake: `text (string_too_long)`. A name that the caller made up is cut."""
    return f"{'.'.join(str(part) for part in mistake['loc'])[:60] or 'isi'} ({mistake['type']})"


def _told(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    answer = _json(Problem(code=code, message=message), status)
    answer.headers.update({**(headers or {}), **({"WWW-Authenticate": "Bearer"} if status == 401 else {})})
    return answer


def _json(given: BaseModel, status: int) -> web.Response:
    return web.Response(
        body=given.model_dump_json().encode(), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
