"""No form of another site does anything here: where a browser says it comes from must be us, and the form's token must be ours.

The token is an HMAC over the session's cookie, or over a short-lived cookie of its own where nobody is signed in yet; nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from desk.context import desk_of
from desk.operator.sessions import COOKIE as SESSION_COOKIE
from desk.operator.sessions import OPERATOR

FIELD = "csrf"
HEADER = "X-CSRF-Token"
COOKIE = "desk_form"
_SEED = web.RequestKey("csrf_seed", str)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def token(request: web.Request) -> str:
    """The token for a form on the page that answers this request."""
    return _sign(request, _seed(request))


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses every changing request that is not from a page of ours, before its handler sees it."""
    if request.method not in _SAFE:
        if not _from_us(request):
            raise web.HTTPForbidden(text="csrf")
        sent = request.headers.get(HEADER) or str((await request.post()).get(FIELD, ""))
        if not hmac.compare_digest(sent.encode(), _sign(request, _seed(request)).encode()):
            raise web.HTTPForbidden(text="csrf")
    response = await handler(request)
    _leave_seed(request, response)
    return response


def _from_us(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    ours = (request.host, urlsplit(desk_of(request).public_url).netloc)
    return urlsplit(origin).netloc in ours


def _seed(request: web.Request) -> str:
    """What the token is bound to: the session, else the form cookie, else a fresh one that the answer will set."""
    if _SEED not in request:
        known = request.cookies.get(SESSION_COOKIE) if OPERATOR in request else request.cookies.get(COOKIE)
        request[_SEED] = known or secrets.token_urlsafe(24)
    return request[_SEED]


def _leave_seed(request: web.Request, response: web.StreamResponse) -> None:
    if _SEED not in request or OPERATOR in request or response.prepared or request.cookies.get(COOKIE) == request[_SEED]:
        return
    secure = desk_of(request).public_url.startswith("https://")
    response.set_cookie(COOKIE, request[_SEED], path="/desk", httponly=True, samesite="Strict", secure=secure, max_age=3600)


def _sign(request: web.Request, seed: str) -> str:
    return hmac.new(desk_of(request).secret, b"desk-form:" + seed.encode(), hashlib.sha256).hexdigest()
