"""The form that postpones a complaint to a day, and the one that takes it back."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from desk.context import desk_of
from desk.operator import beside
from desk.operator.access import operator_of
from desk.operator.complaint import draw, found
from desk.operator.view import go
from desk.pages import words
from dispatcher.acts import ActRefused
from normalizer import tracking


async def postpone(request: web.Request) -> web.StreamResponse:
    _ = words(request)
    case, form = await found(request), await request.post()
    reason, asked = str(form.get("reason", "")).strip()[:300], str(form.get("until", ""))
    key = case.complaint.id
    assert key is not None
    try:
        beside.check(request, case, form)
        until = _day(asked)
        await desk_of(request).acts.postpone(key, until, reason, operator=operator_of(request).name)
    except ActRefused as refused:
        return await draw(
            request, case, refused=_(refused.sentence), typed={"act": "postpone", "reason": reason, "until": asked}, status=422
        )
    note = _("Ditunda.") if until else _("Tidak ditunda lagi.")
    return await go(request, f"/desk/pengaduan/{tracking.printed(case.complaint.tracking_number)}", note)


def _day(asked: str) -> date | None:
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise ActRefused("Pilih tanggal sesudah hari ini, paling lama satu tahun lagi.") from None
