"""Evidence through the desk: downloads that no browser runs, and pictures for a first look."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from aiohttp import web

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.upload import sniff, tidy_name
from store import audit, dossier
from store.tables import EvidenceRow

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Shown inline: what browsers decode without running anything. Everything else is a download."""
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


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
    return await _send(request, file, headers)


async def look(request: web.Request) -> web.StreamResponse:
    """A picture, if its bytes say that it is one."""
    desk, file = desk_of(request), await _file(request)
    kind = await asyncio.to_thread(lambda: sniff(head(str(desk.blobs.path(file.sha256 or "")))))
    if kind not in PICTURES:
        raise web.HTTPNotFound
    return await _send(request, file, {"Content-Type": kind, "Content-Disposition": disposition("inline", file.filename)})


async def _file(request: web.Request) -> EvidenceRow:
    key = int(request.match_info["evidence"])
    found = await desk_of(request).db.read(lambda session: dossier.evidence_of(session, key))
    if found is None or found[0].sha256 is None:
        raise web.HTTPNotFound
    return found[0]


async def _send(request: web.Request, file: EvidenceRow, headers: dict[str, str]) -> web.StreamResponse:
    path = desk_of(request).blobs.path(file.sha256 or "")
    if not await asyncio.to_thread(path.exists):
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={**_SAFE, **headers})


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
