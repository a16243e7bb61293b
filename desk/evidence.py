"""GET /berkas/{token}: evidence for whoever holds a signed link, mostly another system. The cleaned copy, as a file to keep."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aiohttp import web
from sqlmodel import Session

from desk.context import Desk, desk_of
from desk.operator.files import PICTURES, disposition, head
from desk.upload import sniff
from dispatcher.links import PATH as PATH
from dispatcher.links import Links, Opened
from store import cleanings
from store.tables import ComplaintRow, EvidenceRow

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    # the other system's pages may show the picture; who holds the link may have it
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def links_of(desk: Desk) -> Links:
    return Links(desk.secret, desk.public_url, timedelta(days=desk.settings.http.link_days), desk.clock)


async def fetch(request: web.Request) -> web.StreamResponse:
    """404 for whatever is wrong: who guesses learns nothing of what there is."""
    desk = desk_of(request)
    opened = links_of(desk).opened(request.match_info["token"])
    found = await desk.db.read(lambda session: _copy(session, opened)) if opened else None
    if found is None:
        raise web.HTTPNotFound
    sha256, filename = found
    path = desk.blobs.path(sha256)
    if not await asyncio.to_thread(path.exists):
        raise web.HTTPNotFound
    kind = await asyncio.to_thread(lambda: sniff(head(str(path))))
    headers = {
        "Content-Type": kind if kind in PICTURES else "application/octet-stream",
        "Content-Disposition": disposition("attachment", filename),
    }
    return web.FileResponse(path, headers={**_SAFE, **headers})


def _copy(session: Session, opened: Opened) -> tuple[str, str | None] | None:
    """(sha256 of the cleaned copy, file name); None too when the complaint became secret after this link was made."""
    file = session.get(EvidenceRow, opened.evidence_id)
    complaint = session.get(ComplaintRow, file.complaint_id) if file else None
    if file is None or complaint is None or file.sha256 is None or (complaint.confidential and not opened.secret):
        return None
    clean = cleanings.of(session.connection(), [file.sha256]).get(file.sha256)
    return (clean.cleaned, file.filename) if clean and clean.cleaned else None
