"""The chat's own addresses for scripts of the sites that the office named (`http.embed_origins`), and for no others.

Such a script makes its visitor's token by itself (at least 22 random characters of A-Z a-z 0-9 _ -) and sends it in `X-Chat-Session`;
cookies never count for it. https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS
"""

from __future__ import annotations

from aiohttp import hdrs, web

from desk import proof
from desk.context import Desk, desk_of
from desk.visitor import HEADER

PREFIX = "/chat/"
ASKED = f"Content-Type, {HEADER}, {proof.HEADER}, Last-Event-ID"
AGE = "600"
"""Seconds that a browser may remember a permission."""


async def preflight(request: web.Request) -> web.StreamResponse:
    """OPTIONS /chat/…: 204 for a named site, 403 for any other."""
    if not _named(request, desk_of(request)):
        return web.Response(status=403)
    allowed = {hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST", hdrs.ACCESS_CONTROL_ALLOW_HEADERS: ASKED, hdrs.ACCESS_CONTROL_MAX_AGE: AGE}
    return web.Response(status=204, headers=allowed)


def setup(app: web.Application, desk: Desk) -> None:
    """Adds the permission when an answer starts, so that streams and errors have it too."""

    if not desk.settings.http.embed_origins:
        return

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        if not request.path.startswith(PREFIX):
            return
        response.headers.add(hdrs.VARY, hdrs.ORIGIN)
        if _named(request, desk):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = request.headers[hdrs.ORIGIN]
            response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = hdrs.RETRY_AFTER

    app.on_response_prepare.append(add)


def _named(request: web.Request, desk: Desk) -> bool:
    return request.headers.get(hdrs.ORIGIN, "") in desk.settings.http.embed_origins
