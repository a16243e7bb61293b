"""Evidence through the desk: downloads that no browser runs, and what a browser may show on the complaint's page (`viewing`)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.papers import only_paper
from desk.operator.view import shown
from desk.operator.viewing import VIEWS, View, rules
from desk.upload import sniff, tidy_name
from store import audit, dossier
from store.tables import EvidenceRow

PICTURES = frozenset(kind for kind, view in VIEWS.items() if view.shape == "picture")
ONE_LOOK = timedelta(hours=1)
"""Playing a film asks for its pieces many times, and a page is opened again and again; within this time that is one look in the trail."""


async def download(request: web.Request) -> web.StreamResponse:
    """The bytes as they came, as a file to keep; who fetched it is written down."""
    desk, file = desk_of(request), await _file(request)
    now, name = desk.clock(), operator_of(request).name
    await desk.db.write(
        lambda connection: audit.record(
            connection, at=now, operator=name, action="download", complaint_id=file.complaint_id, detail=f"evidence {file.id}"
        )
    )
    return await attached(request, file)


async def attached(request: web.Request, file: EvidenceRow) -> web.StreamResponse:
    """The bytes as a file to keep, which no browser runs. Whoever calls has asked whether it may be seen, and written it down."""
    headers = {"Content-Type": "application/octet-stream", "Content-Disposition": disposition("attachment", file.filename)}
    return await _send(request, file, headers, None)


async def look(request: web.Request) -> web.StreamResponse:
    """A file that its bytes make fit to be shown, piece by piece where the browser asks so (`Range`)."""
    return await opened(request, await _file(request))


async def opened(request: web.Request, file: EvidenceRow) -> web.StreamResponse:
    """Shown, or a page that says why not. Whoever calls has asked whether it may be seen; that it was is written down here."""
    path = desk_of(request).blobs.path(file.sha256 or "")
    view = VIEWS.get(await asyncio.to_thread(lambda: sniff(head(str(path)))))
    if view is None:
        raise web.HTTPNotFound
    if view.shape == "paper" and not await asyncio.to_thread(lambda: only_paper(path.read_bytes())):
        keep = request.path.removesuffix("/lihat")
        return await shown(request, "operator/not_shown.html", {"file": file, "keep": keep})
    await _seen(request, file, "pictures" if view.shape == "picture" else f"evidence {file.id}")
    headers = {"Content-Type": view.content_type, "Content-Disposition": disposition("inline", file.filename)}
    return await _send(request, file, headers, view)


async def _seen(request: web.Request, file: EvidenceRow, detail: str) -> None:
    """Pictures come with the page, all of a complaint's at once: they are one look."""
    desk, name, key, now = desk_of(request), operator_of(request).name, file.complaint_id, desk_of(request).clock()
    if not await desk.db.read(lambda session: audit.known(session.connection(), now - ONE_LOOK, name, "view", key, detail)):
        await desk.db.write(
            lambda connection: audit.record_once(
                connection, at=now, within=ONE_LOOK, operator=name, action="view", complaint_id=key, detail=detail
            )
        )


async def _file(request: web.Request) -> EvidenceRow:
    key = int(request.match_info["evidence"])
    found = await desk_of(request).db.read(lambda session: dossier.evidence_of(session, key))
    if found is None or found[0].sha256 is None:
        raise web.HTTPNotFound
    return found[0]


async def _send(request: web.Request, file: EvidenceRow, headers: dict[str, str], view: View | None) -> web.StreamResponse:
    path = desk_of(request).blobs.path(file.sha256 or "")
    if not await asyncio.to_thread(path.exists):
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={**rules(view), **headers})


def head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(64 * 1024)
    except FileNotFoundError:
        raise web.HTTPNotFound from None


def disposition(kind: str, filename: str | None) -> str:
    name = tidy_name(filename or "lampiran")
    plain = "".join(character if character.isascii() and character not in '"\\' else "_" for character in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
