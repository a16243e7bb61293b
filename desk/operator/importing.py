"""Many letters and calls at once: upload a spreadsheet with its scans, look at every row, then confirm.

Between the two pages the upload lies apart (`desk.pending`) under a manifest that the second form names by its hash.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence

import structlog
from aiohttp import web
from aiohttp.web_request import FileField
from pydantic import BaseModel, ValidationError

from connectors.manual.wire import File
from desk import batch, columns, pending, sheet
from desk.batch import Batch
from desk.context import Desk, desk_of
from desk.operator.access import operator_of
from desk.operator.entry import account_of
from desk.operator.labels import N_
from desk.operator.view import shown
from desk.pages import words
from desk.upload import Form, keep
from normalizer.tracking import printed
from store.bell import heard

UPLOAD_LIMIT = 26_000_000
"""Bytes of the whole form."""
SHEET_LIMIT = 5_000_000
FILES = 200
NUMBER_SECONDS = 3.0
_GONE = N_("Unggahan ini sudah diproses atau sudah terlalu lama. Unggah lagi berkasnya; yang sudah tercatat tidak akan tercatat dua kali.")
log = structlog.get_logger()


class Manifest(BaseModel, frozen=True, extra="forbid"):
    """What was uploaded. `sheet`: sha256 of the spreadsheet."""

    sheet: str
    scans: tuple[File, ...]


async def ask(request: web.Request) -> web.StreamResponse:
    return await _page(request)


async def example(request: web.Request) -> web.StreamResponse:
    """An empty sheet with the headings, as Excel in Indonesian opens it."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(columns.EXAMPLE)
    headers = {"Content-Disposition": 'attachment; filename="contoh-surat.csv"'}
    return web.Response(body=text.getvalue().encode("utf-8-sig"), content_type="text/csv", charset="utf-8", headers=headers)


async def preview(request: web.Request) -> web.StreamResponse:
    """Every row with what is wrong with it. Nothing is entered yet."""
    desk, form = desk_of(request), await request.post()
    upload = form.get("sheet")
    scans = [each for each in form.getall("scans", []) if isinstance(each, FileField) and each.filename]
    if not isinstance(upload, FileField) or not upload.filename:
        return await _page(request, mistake=words(request)(N_("Pilih dulu berkas tabelnya.")))
    if len(scans) > FILES:
        return await _page(request, mistake=words(request)(N_("Paling banyak 200 pindaian sekali impor.")))
    content = await asyncio.to_thread(upload.file.read, SHEET_LIMIT + 1)
    if len(content) > SHEET_LIMIT:
        return await _page(request, mistake=words(request)(N_("Berkas tabelnya lebih dari 5 MB.")))
    waiting = pending.shelf(desk.blobs)
    await asyncio.to_thread(pending.sweep, waiting, desk.clock())
    kept = await keep(Form(files=[(each.filename, each.file) for each in scans]), waiting)
    manifest = Manifest(sheet=await asyncio.to_thread(waiting.put, content), scans=tuple(File(**each.model_dump()) for each in kept))
    key = await asyncio.to_thread(waiting.put, manifest.model_dump_json().encode())
    return await _look(request, manifest, key)


async def confirm(request: web.Request) -> web.StreamResponse:
    """Enters the good rows that are not there yet, and shows their numbers. A second click enters nothing twice."""
    desk, account = desk_of(request), account_of(desk_of(request))
    found = await asyncio.to_thread(_manifest, desk, str((await request.post()).get("upload", "")))
    if found is None or account is None:
        return await _page(request, mistake=words(request)(_GONE))
    key, manifest = found
    try:
        looked = await _batch(request, manifest)
        await asyncio.to_thread(_keep_scans, desk, looked)
    except FileNotFoundError:  # a day over, or swept together with an older upload of the same scan
        return await _page(request, mistake=words(request)(_GONE))
    inbounds = batch.arrivals(looked.good, account, desk.clock())
    new = 0
    for start in range(0, len(inbounds), batch.AT_ONCE):
        new += sum(each.new for each in await desk.intake.accept(inbounds[start : start + batch.AT_ONCE]))
    log.info("desk.imported", operator=operator_of(request).name, account=account, count=new)
    await asyncio.to_thread(pending.shelf(desk.blobs).remove, key)
    return await _page(request, looked=looked, known=await _numbers(desk, account, looked), entered=new)


async def _look(request: web.Request, manifest: Manifest, key: str) -> web.StreamResponse:
    try:
        looked = await _batch(request, manifest)
    except sheet.Unusable as error:
        return await _page(request, mistake=words(request)(error.text).format(**error.told))
    account = account_of(desk_of(request)) or ""
    known = await desk_of(request).db.read(lambda session: batch.known(session, account, looked.lines))
    return await _page(request, looked=looked, known=known, upload=key)


async def _batch(request: web.Request, manifest: Manifest) -> Batch:
    desk, operator = desk_of(request), operator_of(request).name
    scans = {file.filename or "": file for file in manifest.scans}

    def read() -> Batch:
        table = sheet.rows(pending.shelf(desk.blobs).get(manifest.sheet))
        return batch.look(table, scans, operator=operator, zone=desk.profile.tz, now=desk.clock())

    return await asyncio.to_thread(read)


def _manifest(desk: Desk, key: str) -> tuple[str, Manifest] | None:
    try:
        return key, Manifest.model_validate_json(pending.shelf(desk.blobs).get(key))
    except (ValueError, OSError, ValidationError):
        return None


def _keep_scans(desk: Desk, looked: Batch) -> None:
    """Scans of good rows become evidence; the others are removed with the upload."""
    waiting = pending.shelf(desk.blobs)
    for sha256 in {file.sha256 for line in looked.good if line.entry for file in line.entry.files}:
        desk.blobs.put(waiting.get(sha256))


async def _numbers(desk: Desk, account: str, looked: Batch) -> Mapping[str, str | None]:
    """Waits a moment for the line; numbers that take longer are on the list of complaints soon."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + NUMBER_SECONDS
    with desk.bell.listening("desk") as rung:
        while True:
            known = await desk.db.read(lambda session: batch.known(session, account, looked.lines))
            left = ends - loop.time()
            if left <= 0 or all(known.values()):
                return known
            await heard(rung, min(0.5, left))


async def _page(
    request: web.Request,
    *,
    mistake: str | None = None,
    looked: Batch | None = None,
    known: Mapping[str, str | None] | None = None,
    upload: str | None = None,
    entered: int | None = None,
) -> web.Response:
    numbers = {key: printed(number) if number else None for key, number in (known or {}).items()}
    context = {
        "open": account_of(desk_of(request)) is not None,
        "mistake": mistake,
        "looked": looked,
        "numbers": numbers,
        "fresh": _fresh(looked, numbers),
        "upload": upload,
        "entered": entered,
    }
    return await shown(request, "operator/import.html", context, status=422 if mistake else 200)


def _fresh(looked: Batch | None, numbers: Mapping[str, str | None]) -> Sequence[int]:
    """Lines that confirming would enter."""
    return [line.number for line in looked.good if line.entry and line.entry.id not in numbers] if looked else []
