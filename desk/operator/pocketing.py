"""The pockets on one page each: what could not be read, what needs sorting, what was set aside, what failed, what is uncertain.

Each has its way back. Looking into the bytes of a message is written down before they are shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from aiohttp import web

from desk.context import Desk, desk_of
from desk.masks import masked
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.view import go, shown
from desk.pages import words
from dispatcher import replaying
from dispatcher.acts import ActRefused
from store import audit, pockets, triage
from store.tables import InboxState

RAW_SHOWN = 20_000
"""Characters of the raw bytes on the page; the whole stays where it is."""
ALL_AT_ONCE = 500
_STILL = N_("Pesan ini masih belum terbaca. Isinya tetap disimpan apa adanya.")
log = structlog.get_logger()


async def show(request: web.Request) -> web.StreamResponse:
    desk, pocket, before = desk_of(request), _pocket(request), _key(request)
    inward = pocket in pockets.INWARD
    rows = await desk.db.read(
        lambda session: pockets.inward(session, pocket, before=before) if inward else pockets.outward(session, pocket, before=before)
    )
    keys = [row.id if isinstance(row, pockets.Arrived) else row.row.id for row in rows]
    shown_rows = [key for key in keys if key] if pocket == pockets.TRIAGE else []
    context = {
        "pocket": pocket,
        "posts": await desk.db.read(lambda session: triage.waiting(session, shown_rows)),
        "masked": masked,
        "pockets": (*pockets.INWARD, *pockets.OUTWARD),
        "counts": await desk.db.read(pockets.counts),
        "inward": inward,
        "rows": rows,
        "older": keys[-1] if len(rows) == pockets.PAGE else None,
    }
    return await shown(request, "operator/pockets.html", context)


async def raw(request: web.Request) -> web.StreamResponse:
    """The bytes of one message as text, cut and escaped; who looked is kept."""
    desk, key, name = desk_of(request), int(request.match_info["row"]), operator_of(request).name
    row = await desk.db.read(lambda session: pockets.arrived(session, key))
    if row is None:
        raise web.HTTPNotFound
    now = desk.clock()
    await desk.db.write(
        lambda connection: audit.record(
            connection, at=now, operator=name, action="raw", complaint_id=row.complaint_id, detail=f"inbox {key}"
        )
    )
    content = row.raw
    if content is None and row.raw_sha256:
        content = await asyncio.to_thread(_blob, desk.blobs.path(row.raw_sha256))
    text = (content or b"")[: RAW_SHOWN * 4].decode("utf-8", "backslashreplace")
    context = {"row": row, "text": text[:RAW_SHOWN], "size": len(content or b""), "cut": len(text) > RAW_SHOWN}
    return await shown(request, "operator/raw.html", context)


async def again(request: web.Request) -> web.StreamResponse:
    """One message back into the line."""
    desk, key, name = desk_of(request), int(request.match_info["row"]), operator_of(request).name
    return await _done(request, lambda: _read_again(desk, key, name), N_("Pesan dibaca ulang."))


async def send_again(request: web.Request) -> web.StreamResponse:
    """One dead or uncertain thing goes out once more."""
    desk, key, name = desk_of(request), int(request.match_info["row"]), operator_of(request).name
    return await _done(request, lambda: desk.acts.redrive_outbox(key, operator=name), N_("Kiriman dicoba lagi."))


async def settle(request: web.Request) -> web.StreamResponse:
    """A person found out that it had arrived after all."""
    desk, key, name = desk_of(request), int(request.match_info["row"]), operator_of(request).name
    return await _done(request, lambda: desk.acts.settle_uncertain(key, sent=True, operator=name), N_("Ditandai sudah terkirim."))


async def all_again(request: web.Request) -> web.StreamResponse:
    """Everything in a pocket, oldest first; what cannot go again stays and is counted. Uncertain ones are decided one by one."""
    desk, pocket, name, _ = desk_of(request), _pocket(request), operator_of(request).name, words(request)
    if pocket in (pockets.UNCERTAIN, pockets.BY_HAND):
        raise web.HTTPBadRequest
    moved, stayed = 0, 0
    for key in await desk.db.read(lambda session: pockets.ids(session, pocket, ALL_AT_ONCE)):
        try:
            await (_read_again(desk, key, name) if pocket in pockets.INWARD else desk.acts.redrive_outbox(key, operator=name))
            moved += 1
        except ActRefused:
            stayed += 1
    log.info("desk.redriven", operator=name, pocket=pocket, count=moved)
    sentence = _("Diulang: {moved}. Tetap di sini: {stayed}.").format(moved=moved, stayed=stayed)
    return await go(request, _home(request), sentence)


async def _read_again(desk: Desk, key: int, operator: str) -> None:
    """Into the line again; what no reader understood is read by today's reader first. Raises ActRefused."""
    row = await desk.db.read(lambda session: pockets.arrived(session, key))
    if row is None or row.inbound is not None or row.state != InboxState.QUARANTINED:
        return await desk.acts.redrive_inbox(key, operator=operator)
    now = desk.clock()
    if not await replaying.message(desk.db, desk.blobs, key, now):
        raise ActRefused(_STILL)
    await desk.db.write(lambda connection: audit.record(connection, at=now, operator=operator, action="redrive_inbox", detail=str(key)))
    return desk.bell.ring("inbox")


async def _done(request: web.Request, act: Callable[[], Awaitable[None]], sentence: str) -> web.StreamResponse:
    try:
        await act()
    except ActRefused as error:
        return await go(request, _home(request), words(request)(str(error)), kind="bad")
    return await go(request, _home(request), words(request)(sentence))


def _pocket(request: web.Request) -> str:
    asked = request.query.get("kantong", pockets.QUARANTINED)
    if asked not in (*pockets.INWARD, *pockets.OUTWARD):
        raise web.HTTPNotFound
    return asked


def _home(request: web.Request) -> str:
    return f"/desk/karantina?kantong={_pocket(request)}"


def _key(request: web.Request) -> int | None:
    asked = request.query.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _blob(path: Path) -> bytes:
    """The beginning is enough; an erased one is empty."""
    try:
        with path.open("rb") as file:
            return file.read(RAW_SHOWN * 4)
    except FileNotFoundError:
        return b""
