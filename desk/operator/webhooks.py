"""Webhooks: which other systems are told of events, how they fare, and the last of what each was told. The secret is shown once."""

from __future__ import annotations

import structlog
from aiohttp import web

from desk.api.subscribing import book_of
from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.view import go, shown
from desk.pages import words
from dispatcher.acts import ActRefused
from store import events, subscribers
from store.events import CHECK, Event
from store.subscribers import Standing, SubscriberRow
from store.tables import Owed

HOME = "/desk/webhook"
EVENTS = {
    Event.REGISTERED: N_("Laporan baru"),
    Event.MOVED: N_("Status berubah"),
    Event.CHANGED: N_("Isi laporan berubah"),
    Event.MERGED: N_("Laporan digabung"),
    Event.REPLIED: N_("Balasan terkirim kepada pelapor"),
    CHECK: N_("Uji coba"),
}
STANDINGS = {
    Standing.ACTIVE: N_("aktif"),
    Standing.PAUSED: N_("dijeda"),
    Standing.FAILED: N_("dijeda hub: tiga hari gagal terus"),
    Standing.GONE: N_("dijeda hub: penerimanya minta berhenti (410)"),
}
_DONE = {
    "pause": N_("Dijeda. Kabar yang terjadi sementara itu menunggu."),
    "resume": N_("Berjalan lagi. Kabar yang menunggu segera dikirim."),
    "test": N_("Kabar uji dikirim. Hasilnya tampil di catatan di bawah; muat ulang sebentar lagi."),
    "again": N_("Kabar itu dikirim ulang dengan nomor yang sama."),
}
log = structlog.get_logger()


async def show(request: web.Request) -> web.StreamResponse:
    return await _index(request)


async def one(request: web.Request) -> web.StreamResponse:
    return await _one(request, await _found(request))


async def add(request: web.Request) -> web.StreamResponse:
    """The page that answers has the secret, and no other page ever has."""
    desk, me, form = desk_of(request), operator_of(request).name, await request.post()
    typed = {name: str(form.get(name, "")).strip() for name in ("name", "url", "agency")}
    wanted = {str(event) for event in form.getall("events", [])}
    if typed["agency"] and typed["agency"] not in desk.profile.agencies:
        raise web.HTTPBadRequest
    try:
        secret = await book_of(desk).add(name=typed["name"], url=typed["url"], wanted=wanted, agency=typed["agency"] or None, operator=me)
    except ActRefused as error:
        return await _index(request, refused=words(request)(str(error)), typed=typed, ticked=wanted)
    log.info("desk.webhook_added", operator=me)
    row = await desk.db.read(lambda session: subscribers.find(session, typed["name"]))
    if row is None:
        raise web.HTTPNotFound
    return await _one(request, row, secret=secret)


async def act(request: web.Request) -> web.StreamResponse:
    """Pause, go on, a new secret, a test, an event once more, or removal, as the button says."""
    row, me, form = await _found(request), operator_of(request).name, await request.post()
    book, wanted, debt = book_of(desk_of(request)), str(form.get("act", "")), str(form.get("debt", "0"))
    if wanted not in (*_DONE, "rotate", "delete") or not (debt.isascii() and debt.isdigit() and len(debt) < 19):
        raise web.HTTPBadRequest
    try:
        match wanted:
            case "rotate":
                return await _one(request, row, secret=await book.rotate(row, operator=me))
            case "delete":
                await book.remove(row, operator=me)
                return await go(request, HOME, words(request)(N_("Webhook {name} dihapus.")).format(name=row.name))
            case "pause":
                await book.stand(row, Standing.PAUSED, operator=me)
            case "resume":
                await book.stand(row, Standing.ACTIVE, operator=me)
            case "test":
                await book.check(row, operator=me)
            case _:
                await book.again(row, int(debt), operator=me)
    except ActRefused as error:
        return await go(request, f"{HOME}/{row.id}", words(request)(str(error)), kind="bad")
    return await go(request, f"{HOME}/{row.id}", words(request)(_DONE[wanted]))


async def _index(
    request: web.Request, *, refused: str | None = None, typed: dict[str, str] | None = None, ticked: set[str] | None = None
) -> web.Response:
    desk = desk_of(request)
    context = {
        "rows": await desk.db.read(subscribers.listed),
        "events": {event: says for event, says in EVENTS.items() if event != CHECK},
        "standings": STANDINGS,
        "refused": refused,
        "typed": typed or {},
        "ticked": {Event.REGISTERED, Event.MOVED} if ticked is None else ticked,
    }
    return await shown(request, "operator/webhooks.html", context, status=422 if refused else 200)


async def _one(request: web.Request, row: SubscriberRow, *, secret: str | None = None) -> web.Response:
    desk = desk_of(request)
    context = {
        "row": row,
        "log": await desk.db.read(lambda session: events.log(session, row.name)),
        "events": EVENTS,
        "standings": STANDINGS,
        "active": row.standing == Standing.ACTIVE,
        "secret": secret,
        "owed": Owed.OWED,
    }
    answer = await shown(request, "operator/webhook.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _found(request: web.Request) -> SubscriberRow:
    row = await desk_of(request).db.read(lambda session: subscribers.by_id(session, int(request.match_info["row"])))
    if row is None:
        raise web.HTTPNotFound
    return row
