"""The bell in the desk's head: how many notices somebody has not seen yet."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from desk.context import desk_of
from desk.operator import due
from desk.operator.access import may
from desk.operator.sessions import OPERATOR
from store import notices
from store.operators import Role


async def bell(request: web.Request) -> dict[str, Any]:
    """What the frame and the lists are drawn with."""
    given: dict[str, Any] = {"due_of": lambda row: due.told(request, row), "unseen": 0}
    if may(request, Role.VIEWER) and "HX-Request" not in request.headers:
        who, all_levels = request[OPERATOR].id, may(request, Role.SUPERVISOR)
        given["unseen"] = await desk_of(request).db.read(lambda session: notices.unread(session, who, all_levels=all_levels))
    return given
