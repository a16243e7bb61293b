"""The export on the desk: complaints in LAPOR!'s 21 columns, covered; a supervisor may open them with a reason, which is kept."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from desk.context import desk_of
from desk.exporting import FORMS, REASON_SHORTEST, days
from desk.operator.access import may, operator_of
from desk.operator.labels import N_
from desk.operator.view import shown
from desk.pages import words
from dispatcher.lapor.exporting import Export
from dispatcher.lapor.writing import TYPES, written
from store import audit
from store.exports import Wanted
from store.operators import Role

_DAY = N_("Tanggalnya belum benar.")
_REASON = N_("Tuliskan alasannya dalam beberapa kata, supaya jelas siapa membuka apa dan untuk apa.")


async def ask(request: web.Request) -> web.StreamResponse:
    return await shown(request, "operator/export.html", {"mistake": None, "typed": {}})


async def download(request: web.Request) -> web.StreamResponse:
    """The file, as it is made. Who took it, and why it is open, is written down before the first byte leaves."""
    desk, form, name = desk_of(request), await request.post(), operator_of(request).name
    typed = {key: str(value).strip()[:300] for key, value in form.items() if isinstance(value, str) and key != "csrf"}
    kind, reason, opened = typed.get("format", "csv"), typed.get("reason", ""), typed.get("open") == "yes"
    if kind not in FORMS:
        raise web.HTTPBadRequest
    if opened and not may(request, Role.SUPERVISOR):
        raise web.HTTPForbidden
    try:
        since, until = (datetime.fromisoformat(typed[key]) if typed.get(key) else None for key in ("since", "until"))
    except ValueError:
        return await _again(request, _DAY, typed)
    if opened and len(reason) < REASON_SHORTEST:
        return await _again(request, _REASON, typed)
    detail, now = f"{kind}: {reason}" if opened else f"{kind}, tertutup", desk.clock()
    await desk.db.write(lambda connection: audit.record(connection, at=now, operator=name, action="export", detail=detail))
    between = days(since, until, desk.profile.tz)
    rows = Export(wanted=Wanted(since=between["since"], until=between["until"]), unmasked=opened).rows(desk.db, desk.profile)
    response = web.StreamResponse(
        headers={
            "Content-Type": TYPES[kind],
            "Content-Disposition": f'attachment; filename="laporan-{now:%Y-%m-%d}.{kind}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    await response.prepare(request)
    async for piece in written(kind, rows):
        await response.write(piece)
    await response.write_eof()
    return response


async def _again(request: web.Request, mistake: str, typed: dict[str, str]) -> web.Response:
    return await shown(request, "operator/export.html", {"mistake": words(request)(mistake), "typed": typed}, status=422)
