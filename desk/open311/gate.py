"""What stands before every call of the Open311 server: is it open, is the caller too fast, and errors in the protocol's own form."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from connectors.errors import StoreAway
from connectors.open311.wire import CHANNEL
from desk.context import Desk, desk_of
from desk.open311.answers import TYPES, Trouble, rendered
from desk.visitor import address_of

Answer = Callable[[web.Request], Awaitable[web.Response]]
log = structlog.get_logger()


class Pace:
    """Moving windows in memory. On many nodes each counts for itself."""

    CALLS_BY_ADDRESS = RateLimitItemPerMinute(600)
    POSTS_BY_KEY = RateLimitItemPerMinute(300)
    WRONG_KEYS = RateLimitItemPerMinute(20)

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def take(self, limit: RateLimitItem, name: str, who: str, now: float) -> None:
        """Counts one. Raises Trouble 429 when there were too many."""
        if not self._windows.hit(limit, name, who):
            raise self._slow(limit, name, who, now)

    def look(self, limit: RateLimitItem, name: str, who: str, now: float) -> None:
        """The same without counting."""
        if not self._windows.test(limit, name, who):
            raise self._slow(limit, name, who, now)

    def _slow(self, limit: RateLimitItem, name: str, who: str, now: float) -> Trouble:
        reset = self._windows.get_window_stats(limit, name, who).reset_time
        return Trouble(429, "too many calls, try again later", wait=max(1, int(reset - now) + 1))


PACE = web.AppKey("open311_pace", Pace)


def account_of(desk: Desk) -> str | None:
    """The account that posted requests belong to; None when the city closed the server."""
    return next((name for name, one in desk.settings.accounts.items() if one.channel == CHANNEL and one.enabled), None)


def guarded(answer: Answer) -> Answer:
    """The same answer behind the gate."""

    async def gate(request: web.Request) -> web.Response:
        desk = desk_of(request)
        try:
            if account_of(desk) is None:
                raise Trouble(404, "this server is closed")
            address = address_of(request, desk.settings.http.trusted_proxies)
            request.config_dict[PACE].take(Pace.CALLS_BY_ADDRESS, "call", address, desk.clock().timestamp())
            right_city(request.query, desk)
            return await answer(request)
        except Trouble as trouble:
            return _told(request, trouble)
        except (StoreAway, OSError) as error:
            log.warning("open311.store_away", code=type(error).__name__)
            return _told(request, Trouble(503, "try again later", wait=5))

    return gate


def right_city(given: Mapping[str, str], desk: Desk) -> None:
    """jurisdiction_id may be left out: this server has one city. Raises Trouble when it names another."""
    ours, named = desk.profile.open311.jurisdiction_id, given.get("jurisdiction_id")
    if ours and named and named != ours:
        raise Trouble(404, "jurisdiction_id provided was not found")


def told(
    request: web.Request, root: str, value: Sequence[Mapping[str, Any]] | Mapping[str, Any], *, status: int = 200, keep: int = 0
) -> web.Response:
    """The answer in the format that the address names. keep: seconds that others may keep it; with an ETag then."""
    format = request.match_info["format"]
    body = rendered(format, root, value)
    headers = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-store"}
    if keep:
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers |= {"Cache-Control": f"public, max-age={keep}", "ETag": tag}
        if any(tag in (one.strip().removeprefix("W/"), "*") for one in request.headers.get("If-None-Match", "").split(",")):
            return web.Response(status=304, headers=headers)
    return web.Response(body=body, status=status, headers=headers, content_type=TYPES[format], charset="utf-8")


def _told(request: web.Request, trouble: Trouble) -> web.Response:
    answer = told(request, "errors", [{"code": trouble.status, "description": trouble.description}], status=trouble.status)
    if trouble.wait:
        answer.headers["Retry-After"] = str(trouble.wait)
    return answer
