"""What a person sees instead of a bare error: one friendly sentence and a way back."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.errors import StoreAway
from desk.pages import render

_KINDS = {403: "forbidden", 404: "missing", 413: "large", 503: "away"}
log = structlog.get_logger()


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status not in _KINDS:
            raise
        log.info(
            "desk.refused", status=error.status, path=request.match_info.route.resource and request.match_info.route.resource.canonical
        )
        kind = "form" if error.text == "csrf" else _KINDS[error.status]
        return render(request, "operator/refusal.html", {"kind": kind}, status=error.status)
    except StoreAway:
        log.warning("desk.store_away")
        return render(request, "operator/refusal.html", {"kind": "away"}, status=503)
