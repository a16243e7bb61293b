"""The forms of the list for the ticked complaints: one act over all, and its undo. The answer is the list with a sheet on top."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from desk.context import desk_of
from desk.operator import bulk_sheet, inbox, urgency
from desk.operator.access import operator_of
from desk.operator.view import go
from desk.pages import words
from dispatcher.acts import ActRefused
from dispatcher.bulk import Act, Ticked, Wanted
from store import operators

LONGEST = 4_000


async def act(request: web.Request) -> web.StreamResponse:
    """Pressed twice, it is done once: the page brought a key."""
    desk, form = desk_of(request), await request.post()
    typed = {field: value.strip()[:LONGEST].replace("\r\n", "\n") for field, value in form.items() if isinstance(value, str)}
    ticked = {(each := Ticked(*map(int, told.split(".")))).id: each for told in await bulk_sheet.ticks(request)}
    try:
        wanted = _wanted(typed)
        if wanted.act is Act.OWNER and wanted.to not in {
            None,
            *(row.name for row in await desk.db.read(operators.listed) if not row.disabled),
        }:
            raise ActRefused("Petugas ini tidak ada dalam daftar.")
        key = await desk.acts.bulk.act(list(ticked.values()), wanted, key=typed.get("key", "")[:64], operator=operator_of(request).name)
    except ActRefused as error:
        return await inbox.draw(request, refused=words(request)(error.sentence), typed=typed, status=422)
    return await go(request, bulk_sheet.address(request, massal=key))


async def undo(request: web.Request) -> web.StreamResponse:
    key = int(request.match_info["row"])
    if not await desk_of(request).acts.bulk.undo(key, operator=operator_of(request).name):
        raise web.HTTPNotFound
    return await go(request, bulk_sheet.address(request, massal=key))


def _wanted(typed: dict[str, str]) -> Wanted:
    """Of all that the bar's fields hold only what belongs to the pressed button."""
    try:
        wanted = Act(typed.get("act", ""))
    except ValueError:
        raise web.HTTPBadRequest from None
    given = {field: value or None for field, value in typed.items()}
    if wanted is Act.OWNER:
        return Wanted(act=wanted, to=given.get("to"))
    if wanted is Act.DISPOSE:
        return Wanted(act=wanted, agency=given.get("agency"))
    if wanted is Act.ARCHIVE:
        return Wanted(act=wanted, reason=given.get("reason"), text=given.get("text"))
    if wanted is Act.URGENCY:
        return Wanted(act=wanted, urgency=urgency.known(typed.get("urgency", "")), reason=given.get("urgency_why"))
    if wanted is Act.POSTPONE:
        return Wanted(act=wanted, until=_day(typed.get("until", "")), reason=given.get("why"))
    return Wanted(act=wanted)


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return None
