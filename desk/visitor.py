"""Who calls: a citizen's browser by its session token, and any caller by address. Limits for both.

The token is a bearer secret of 192 random bits, in a cookie or in `X-Chat-Session` (inside another site's frame, where cookies do not come
along). Rows and logs hold only its hash.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from desk.context import Desk

COOKIE = "satupintu_chat"
HEADER = "X-Chat-Session"
COOKIE_AGE = 180 * 24 * 3600
"""Seconds: half a year, so that a citizen still sees the answer to a slow case."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")
"""22 characters of this alphabet have room for 128 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    token: str
    by_header: bool = False
    new: bool = False

    @property
    def session(self) -> str:
        """What rows may hold."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:32]


def visitor_of(request: web.Request) -> Visitor | None:
    """The session that a request carries, the header's before the cookie's; 400 for a header that no session of ours looks like."""
    header = request.headers.get(HEADER)
    if header is not None:
        if not _TOKEN.fullmatch(header):
            raise web.HTTPBadRequest(text='{"error":"session"}', content_type="application/json")
        return Visitor(token=header, by_header=True)
    cookie = request.cookies.get(COOKIE, "")
    return Visitor(token=cookie) if _TOKEN.fullmatch(cookie) else None


def new_visitor() -> Visitor:
    return Visitor(token=secrets.token_urlsafe(24), new=True)


def remember(response: web.StreamResponse, visitor: Visitor, desk: Desk) -> None:
    """Gives the browser its session; scripts cannot read it, other sites cannot send it."""
    secure = desk.public_url.startswith("https://")
    response.set_cookie(COOKIE, visitor.token, max_age=COOKIE_AGE, path="/", httponly=True, samesite="Lax", secure=secure)


def forget(response: web.StreamResponse) -> None:
    """On a shared computer: the browser loses its session, the complaints stay."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")


def address_of(request: web.Request, trusted_proxies: int) -> str:
    """The caller's address; X-Forwarded-For is believed only as far as our own proxies wrote it."""
    if trusted_proxies:
        hops = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if hop.strip()]
        if hops:
            return hops[-min(trusted_proxies, len(hops))]
    return request.remote or ""


def from_elsewhere(request: web.Request, desk: Desk) -> bool:
    """Whether another site's page sent this. Callers that are no browser say nothing of an origin, and carry no cookie of a citizen."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if origin in desk.settings.http.embed_origins and HEADER in request.headers:
        return False  # a named site's own script; a citizen's cookie would not be its to use
    return urlsplit(origin).netloc not in (request.host, urlsplit(desk.public_url).netloc)


class Limits:
    """Moving windows in memory. On many nodes each counts for itself."""

    MESSAGES_BY_SESSION = RateLimitItemPerMinute(30)
    CALM_BY_ADDRESS = RateLimitItemPerMinute(60)
    """More than this is suspicious: from then on each message costs its browser a second of work (`desk.proof`)."""
    MESSAGES_BY_ADDRESS = RateLimitItemPerMinute(300)
    """Many citizens share one address behind a mobile carrier."""
    FAILED_LOOKUPS = RateLimitItemPerMinute(10)

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, limit: RateLimitItem, name: str, who: str) -> bool:
        """Count one; False when there were too many."""
        return bool(self._windows.hit(limit, name, who))

    def full(self, limit: RateLimitItem, name: str, who: str) -> bool:
        """Whether one more would be too many; counts nothing."""
        return not self._windows.test(limit, name, who)

    def wait(self, limit: RateLimitItem, name: str, who: str, now: float) -> int:
        """Seconds until the next is welcome, at least one."""
        return max(1, int(self._windows.get_window_stats(limit, name, who).reset_time - now) + 1)
