"""The headers every answer carries: nothing inline, nothing from elsewhere, no frames but the one that is meant for it."""

from __future__ import annotations

from aiohttp import web

from desk.context import Desk

FRAME = "/chat/frame"
"""The one page that other sites may show inside theirs."""
WIDGET = "/chat/widget.js"
"""The one script that other sites load."""

ONE_COMPLAINT = "/desk/pengaduan/"
"""The pages with a map: the only ones whose pictures may come from the host of `[map] tiles`."""

_CSP = (
    "default-src 'self'; img-src 'self' blob: data:{tiles}; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def setup(app: web.Application, desk: Desk) -> None:
    """Sets the headers when an answer starts, so that streams and errors have them too."""
    closed = _CSP.format(ancestors="'none'", tiles="")
    mapped = _CSP.format(ancestors="'none'", tiles=f" {desk.settings.map.host}" if desk.settings.map.tiles else "")
    embeddable = _CSP.format(ancestors=" ".join(("'self'", *desk.settings.http.embed_origins)), tiles="")
    secure = desk.public_url.startswith("https://")

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        if request.path.startswith("/hooks/"):  # platforms show nothing, and call in bursts
            return
        frame = request.path == FRAME
        response.headers.setdefault(
            "Content-Security-Policy", embeddable if frame else mapped if request.path.startswith(ONE_COMPLAINT) else closed
        )
        if not frame:
            response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if request.path == WIDGET else "same-origin")
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        response.headers.pop("Server", None)

    app.on_response_prepare.append(add)
