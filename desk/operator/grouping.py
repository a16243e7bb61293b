"""Complaints about the same matter: an operator joins them by number, takes one out, confirms what the hub grouped, or says no."""

from __future__ import annotations

from aiohttp import web

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.acting import done, other_of
from desk.pages import words
from store.dossier import Dossier


async def regroup(request: web.Request) -> web.StreamResponse:
    """The act is the button that was pressed."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        key = case.complaint.id or 0
        wanted = typed.get("act")
        if wanted == "confirm":
            await desk.acts.confirm(key, operator=name)
            return _("Dipastikan: hal yang sama.")
        if wanted == "leave":
            await desk.acts.leave(key, operator=name)
            return _("Laporan dikeluarkan dari kelompoknya.")
        other = await other_of(request, typed.get("other", ""), case)
        if wanted == "dismiss":
            await desk.acts.dismiss(key, other, operator=name)
            return _("Dicatat: bukan hal yang sama.")
        if wanted != "join":
            raise web.HTTPBadRequest
        await desk.acts.join(key, other, operator=name)
        return _("Dikelompokkan. Setiap pelapor tetap memegang nomornya sendiri.")

    return await done(request, act)
