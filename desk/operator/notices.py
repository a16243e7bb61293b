"""The list of notices: limits that come near or passed, and trouble of accounts and doors. A button marks all as read; looking does not."""

from __future__ import annotations

from aiohttp import web

from desk.context import desk_of
from desk.operator import due
from desk.operator.access import may, operator_of
from desk.operator.view import go, shown
from store import notices, operators
from store.operators import Role

HERE = "/desk/pemberitahuan"


async def show(request: web.Request) -> web.StreamResponse:
    desk, all_levels, who = desk_of(request), may(request, Role.SUPERVISOR), operator_of(request).name
    found = await desk.db.read(lambda session: notices.latest(session, all_levels=all_levels))
    me = await desk.db.read(lambda session: operators.named(session, who))
    context = {
        "found": found,
        "mark": me.notices_read if me else 0,
        "due_sentence": lambda notice: due.sentence(request, notice.due_kind, notice.due_at),
    }
    return await shown(request, "operator/notices.html", context)


async def mark(request: web.Request) -> web.StreamResponse:
    """Everything up to what the page showed: what came meanwhile stays new."""
    asked, who = str((await request.post()).get("up_to", "")), operator_of(request).id
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        await desk_of(request).db.write(lambda connection: notices.mark_read(connection, who, int(asked)))
    return await go(request, HERE)
