"""Two people with one complaint: each sees that the other has it open, and nobody acts on a page that the other has overtaken.

The page holds a line (SSE) while it is looked at. Every form of the page tells up to which line of the timeline it was drawn; what others
did since then refuses the act and is shown. The refusal alone is what keeps the work whole: it needs no JavaScript.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

import orjson
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from desk import news
from desk.context import desk_of
from desk.operator import labels
from desk.operator.access import operator_of
from desk.operator.complaint import found
from desk.pages import words
from dispatcher.acts import ActRefused
from store import dossier, presences
from store.dossier import Dossier
from store.tables import TimelineRow

STAYS = timedelta(seconds=60)
"""Longer than a page is silent (`news.LOOK_SECONDS`): a page whose hub died is gone after this."""
LEFT_SECONDS = 2
"""How soon a closed page is noticed: the server tells a handler of it only when something is written."""
SHOWN = 5
_UNWEIGHTY = frozenset({"registered", "forwarded", "passed_on", "told", "evidence", "undelivered", "note"})
"""Lines that change nothing for who is about to act."""


def changes(request: web.Request, timeline: Sequence[TimelineRow], since: int) -> list[str]:
    """What others did after that line of the timeline, in words: "siti: Terverifikasi"."""
    _, me = words(request), operator_of(request).name
    told = []
    for row in sorted(timeline, key=lambda row: row.id or 0):
        if (row.id or 0) > since and row.actor != me and row.kind not in _UNWEIGHTY:
            what = labels.STATES.get(row.state or "") if row.kind == "state" else labels.EVENTS.get(row.kind)
            told.append(f"{_(labels.ACTORS.get(row.actor, row.actor))}: {_(what or row.kind)}")
    return told[-SHOWN:]


def check(request: web.Request, case: Dossier, typed: Mapping[str, object]) -> None:
    """Raises ActRefused when others did something since the form was drawn. A form that does not say when that was is let through."""
    seen, _ = str(typed.get("newest", "")), words(request)
    if not (seen.isascii() and seen.isdigit() and len(seen) < 19):
        return
    if told := changes(request, case.timeline, int(seen)):
        said = _("Laporan ini berubah sejak Anda membukanya: {changes}. Periksa dulu, lalu kirim lagi bila masih perlu.")
        raise ActRefused(said.format(changes="; ".join(told)))


async def listen(request: web.Request) -> web.StreamResponse:
    """An event stream with one kind of event, `bersama`: the sentences that the page shows on top, each with its tone."""
    case, tasks, task = await found(request), request.app[news.OPEN_LINES].tasks, asyncio.current_task()
    if task is None or len(tasks) >= news.MOST:
        raise web.HTTPTooManyRequests
    desk, line, topic = desk_of(request), secrets.token_urlsafe(12), f"case:{case.complaint.id}"
    tasks.add(task)
    try:
        async with sse_response(request) as stream:
            await _tell(request, stream, case, line, topic)
        return stream
    except (ConnectionError, TimeoutError):
        return web.Response(status=204)  # the browser left; nobody reads this
    finally:
        tasks.discard(task)
        await asyncio.shield(desk.db.write(lambda connection: presences.leave(connection, line)))
        desk.bell.ring(topic)


async def _tell(request: web.Request, stream: EventSourceResponse, case: Dossier, line: str, topic: str) -> None:
    loop, desk, told = asyncio.get_running_loop(), desk_of(request), b"[]"
    ends = loop.time() + news.LIFE_SECONDS
    with desk.bell.listening(topic) as here, desk.bell.listening("desk") as anywhere:
        await _stay(request, case, line)
        desk.bell.ring(topic)
        here.clear()
        while loop.time() < ends and stream.is_connected() and not _left(request):
            now = orjson.dumps(await _sentences(request, case))
            if now != told:
                await stream.send(now.decode(), event="bersama")
                told = now
            if not await _rung(request, here, anywhere):
                await _stay(request, case, line)


async def _stay(request: web.Request, case: Dossier, line: str) -> None:
    desk, key, name = desk_of(request), case.complaint.id or 0, operator_of(request).name
    now = desk.clock()
    await desk.db.write(lambda connection: presences.stay(connection, line, key, name, now, now + STAYS))


async def _sentences(request: web.Request, case: Dossier) -> list[tuple[str, str]]:
    _, desk, key, name = words(request), desk_of(request), case.complaint.id or 0, operator_of(request).name
    since, now = request.query.get("sejak", ""), desk.clock()
    people = await desk.db.read(lambda session: presences.others(session, key, name, now))
    told = [("", _("{names} juga membuka laporan ini.").format(names=", ".join(people)))] if people else []
    if since.isascii() and since.isdigit() and len(since) < 19:
        lines = await desk.db.read(lambda session: dossier.lines_after(session, key, int(since)))
        if changed := changes(request, lines, int(since)):
            said = _("Laporan ini berubah sejak Anda membukanya: {changes}. Muat ulang halaman untuk melihatnya.")
            told.append(("warn", said.format(changes="; ".join(changed))))
    return told


async def _rung(request: web.Request, *bells: asyncio.Event) -> bool:
    """Wait for one of the bells and clear them; False when none rang for a while, or the browser left."""
    for _ in range(news.LOOK_SECONDS // LEFT_SECONDS):
        if _left(request):
            return False
        if await _either(*bells):
            return True
    return False


def _left(request: web.Request) -> bool:
    return request.transport is None


async def _either(*events: asyncio.Event) -> bool:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        rang, _ = await asyncio.wait(waiting, timeout=LEFT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
    for event in events:
        event.clear()
    return bool(rang)
