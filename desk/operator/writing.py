"""An operator is writing to somebody in the chat: the citizen's open page shows it for a few seconds. Nothing is stored."""

from __future__ import annotations

from aiohttp import web

from connectors.webchat import wire
from desk.context import desk_of
from desk.operator.complaint import found


async def writing(request: web.Request) -> web.Response:
    """204 in any case; only a complaint from the chat has somebody to see it."""
    complaint = (await found(request)).complaint
    if complaint.channel == wire.CHANNEL:
        desk_of(request).bell.ring(f"typing:{complaint.conversation}")
    return web.Response(status=204)
