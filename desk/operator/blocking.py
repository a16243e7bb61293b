"""Blocking an abusive sender from one of their complaints, lifting it again, and the list of all blocks in force."""

from __future__ import annotations

from aiohttp import web

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.complaint import draw, found
from desk.operator.view import go, shown
from desk.pages import words
from dispatcher.acts import ActRefused
from normalizer import tracking
from store import blocks

LONGEST = 300


async def show(request: web.Request) -> web.StreamResponse:
    """Who is blocked, since when, why and by whom; the sender only by channel and complaint."""
    return await shown(request, "operator/blocks.html", {"blocks": await desk_of(request).db.read(blocks.listed)})


async def block(request: web.Request) -> web.StreamResponse:
    """Refused, the page says why and keeps the reason that was typed."""
    case, form = await found(request), await request.post()
    reason = str(form.get("reason", "")).strip()[:LONGEST]
    try:
        await desk_of(request).acts.block(case.complaint.id or 0, reason, operator=operator_of(request).name)
    except ActRefused as error:
        return await draw(request, case, refused=str(error), typed={"act": "block", "reason": reason}, status=409)
    sentence = words(request)("Pengirim ini diblokir: pesannya tetap disimpan, tetapi tidak dijawab.")
    return await go(request, f"/desk/pengaduan/{tracking.printed(case.complaint.tracking_number)}", sentence)


async def lift(request: web.Request) -> web.StreamResponse:
    case = await found(request)
    try:
        await desk_of(request).acts.unblock(case.complaint.id or 0, operator=operator_of(request).name)
    except ActRefused as error:
        return await draw(request, case, refused=str(error), status=409)
    sentence = words(request)("Blokirnya dicabut. Pesan yang sempat disisihkan dapat dibaca ulang dari halaman Perlu dilihat.")
    return await go(request, f"/desk/pengaduan/{tracking.printed(case.complaint.tracking_number)}", sentence)
