"""Triage: an operator says whether a post is a complaint, from the pocket's list or one at a time with the whole thread and single keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.view import go, shown
from desk.pages import words
from dispatcher import triage
from dispatcher.acts import ActRefused
from store import pockets
from store import triage as waiting

ACCEPTED = N_("Diterima sebagai laporan. Nomornya segera terbit, dan pengirimnya dijawab bila kanalnya memungkinkan.")
REJECTED = N_("Disisihkan: bukan laporan. Pesannya tetap disimpan.")
DECIDED = N_("Pesan ini tidak lagi menunggu keputusan: mungkin rekan Anda sudah memutuskannya.")


async def one(request: web.Request) -> web.StreamResponse:
    """The message named in the address, else the first that waits; a decision leads to the next one."""
    asked = request.query.get("pesan", "")
    beside = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    case = await desk_of(request).db.read(lambda session: waiting.case(session, beside))
    counts = await desk_of(request).db.read(pockets.counts)
    return await shown(request, "operator/triage.html", {"case": case, "left": counts.get(pockets.TRIAGE, 0)})


async def take_in(request: web.Request) -> web.StreamResponse:
    """It becomes a complaint, with what waits of the same conversation; also for what was set aside."""
    return await _decided(request, triage.accept, ACCEPTED)


async def turn_down(request: web.Request) -> web.StreamResponse:
    return await _decided(request, triage.reject, REJECTED)


async def _decided(request: web.Request, act: Callable[..., Awaitable[None]], sentence: str) -> web.StreamResponse:
    desk, name, key = desk_of(request), operator_of(request).name, int(request.match_info["row"])
    try:
        await act(desk.db, desk.bell, key, operator=name, now=desk.clock())
    except ActRefused as error:
        return await go(request, _home(request), words(request)(str(error)), kind="bad")
    return await go(request, _home(request), words(request)(sentence))


def _home(request: web.Request) -> str:
    if request.query.get("dari") == "triase":
        return f"/desk/triase?pesan={request.match_info['row']}"
    asked = request.query.get("kantong")
    return f"/desk/karantina?kantong={asked if asked in (pockets.TRIAGE, pockets.SET_ASIDE) else pockets.TRIAGE}"
