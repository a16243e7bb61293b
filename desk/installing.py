"""What makes the citizens' pages installable as an app: the manifest, the worker that shows a page without a line, and that page."""

from __future__ import annotations

from aiohttp import web

from desk.context import desk_of
from desk.pages import ASSETS, language_of, render, words

COLOR = "#176749"


async def manifest(request: web.Request) -> web.Response:
    """GET /manifest.webmanifest, in the city's name."""
    _, desk, address = words(request), desk_of(request), request.config_dict[ASSETS].address
    told = {
        "id": "/",
        "name": _("Pengaduan") + f" {desk.profile.name}",
        "short_name": _("Pengaduan"),
        "lang": language_of(request),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f8f5",
        "theme_color": COLOR,
        "icons": [
            {"src": address("mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            *({"src": address(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
              for size in (192, 512) for purpose in ("any", "maskable")),
        ],
        "shortcuts": [{"name": _("Lacak laporan"), "url": "/lacak"}],
    }  # fmt: skip
    headers = {"Cache-Control": "public, max-age=3600", "Vary": "Cookie"}
    return web.json_response(told, content_type="application/manifest+json", headers=headers)


async def worker(request: web.Request) -> web.Response:
    """GET /sw.js: at the root, since it may answer for the pages below its own address only."""
    response = request.config_dict[ASSETS].answer(request, "sw.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


async def offline(request: web.Request) -> web.Response:
    """GET /luring: kept by the worker, the same for everybody."""
    return render(request, "public/offline.html")
