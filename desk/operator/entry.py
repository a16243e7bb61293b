"""The front desk: a letter, a phone call or a visitor, typed in by an operator; and the receipt that the citizen takes along."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_request import FileField
from pydantic import ValidationError
from sqlmodel import Session

from connectors.contract import Unreadable
from connectors.manual.wire import CHANNEL, FILE_LIMIT, Entry, File, read
from desk import slip
from desk.context import Desk, desk_of
from desk.operator.access import operator_of
from desk.operator.complaint import found
from desk.operator.labels import N_
from desk.operator.view import go, shown
from desk.pages import words
from desk.upload import Form, keep
from normalizer import tracking
from store.bell import heard
from store.tables import ComplaintRow, InboxRow

UPLOAD_LIMIT = 26_000_000
"""Bytes of the whole form, for 25 MB of scans and the words beside them."""
NUMBER_SECONDS = 2.0
"""How long the page waits for the tracking number before it says that it follows."""
_TEXTS = ("way", "name", "phone", "email", "address", "subject", "text", "place", "handed_in_by")
_ODD = N_("Periksa lagi isian berikut: {fields}.")
_LATER = N_("Laporan sudah disimpan. Nomornya sedang dibuat dan segera muncul di daftar.")
log = structlog.get_logger()


async def ask(request: web.Request) -> web.StreamResponse:
    return await _form(request, {"id": str(uuid.uuid4()), "way": "visit", "received_on": _today(desk_of(request)).isoformat()})


async def accept(request: web.Request) -> web.StreamResponse:
    """Builds the entry, makes it durable, and waits a moment for its number. The form's own id makes a second click harmless."""
    desk, form = desk_of(request), await request.post()
    account = account_of(desk)
    if account is None:
        raise web.HTTPNotFound
    typed = {field: value.strip() for field, value in form.items() if isinstance(value, str)}
    uploads = [value for value in form.getall("files", []) if isinstance(value, FileField)]
    mistake = _mistake(desk, typed, len(uploads))
    if mistake:
        return await _form(request, typed, words(request)(mistake))
    scans = await keep(Form(files=[(upload.filename, upload.file) for upload in uploads]), desk.blobs)
    try:
        entry = _entry(desk, typed, operator_of(request).name, tuple(File(**scan.model_dump()) for scan in scans))
    except ValidationError as error:
        return await _form(request, typed, words(request)(_ODD).format(fields=_odd(error)))
    arrivals = read(entry.model_dump_json().encode(), account=account, now=desk.clock())
    if any(isinstance(arrival, Unreadable) for arrival in arrivals):
        raise web.HTTPBadRequest
    accepted = await desk.intake.accept(arrivals)
    log.info("desk.entered", operator=operator_of(request).name, way=entry.way.value, account=account)
    number = await _number(desk, accepted[0].inbox_id)
    if number is None:
        return await go(request, "/desk/", words(request)(_LATER))
    return await go(request, f"/desk/pengaduan/{number}/tanda-terima")


async def receipt(request: web.Request) -> web.StreamResponse:
    """For printing. Number, date, office and how to follow; never a word of the complaint and no name."""
    complaint, url = (await found(request)).complaint, desk_of(request).public_url
    code = slip.qr(f"{url}/lacak/{tracking.printed(complaint.tracking_number)}")
    return await shown(request, "operator/receipt.html", {"complaint": complaint, "url": url, "code": code})


async def receipt_file(request: web.Request) -> web.StreamResponse:
    """The same as PDF, for a mail or another printer."""
    desk, complaint = desk_of(request), (await found(request)).complaint
    number = tracking.printed(complaint.tracking_number)
    came, noted = (f"{at.astimezone(desk.profile.tz):%d/%m/%Y}" for at in (complaint.submitted_at, complaint.registered_at))
    facts = [("Diterima", came), ("Dicatat", noted), ("Petugas", operator_of(request).full_name)]
    made = await asyncio.to_thread(slip.pdf, desk.profile.office, number, facts, f"{desk.public_url}/lacak/{number}")
    headers = {"Content-Disposition": f'inline; filename="tanda-terima-{number}.pdf"', "Cache-Control": "private, no-store"}
    return web.Response(body=made, content_type="application/pdf", headers=headers)


async def _form(request: web.Request, typed: Mapping[str, str], mistake: str | None = None) -> web.Response:
    desk = desk_of(request)
    context = {"typed": typed, "mistake": mistake, "today": _today(desk).isoformat(), "open": account_of(desk) is not None}
    return await shown(request, "operator/entry.html", context, status=422 if mistake else 200)


def _mistake(desk: Desk, typed: Mapping[str, str], files: int) -> str | None:
    """What a person can put right, in Indonesian."""
    if not typed.get("text") and not files:
        return N_("Tulis isi laporannya, atau lampirkan hasil pindai suratnya.")
    if files > FILE_LIMIT:
        return N_("Paling banyak 10 berkas untuk satu laporan.")
    if typed.get("handed_in_by") and typed["handed_in_by"] not in desk.profile.agencies:
        return N_("Instansi itu tidak ada dalam daftar.")
    day = _day(typed.get("received_on", ""))
    if day is None or day > _today(desk):
        return N_("Tanggal diterima belum benar, atau masih di depan.")
    return None


def _entry(desk: Desk, typed: Mapping[str, str], operator: str, files: tuple[File, ...]) -> Entry:
    """Raises pydantic.ValidationError."""
    fields: dict[str, Any] = {field: typed[field] for field in _TEXTS if typed.get(field)}
    flags = {flag: typed.get(flag) == "yes" for flag in ("anonymous", "confidential")}
    return Entry(
        id=typed.get("id", ""), operator=operator, received_at=_received(desk, typed.get("received_on", "")), files=files, **fields, **flags
    )


def _received(desk: Desk, written: str) -> datetime | None:
    """Noon of an earlier day; today is now."""
    day = _day(written)
    return None if day is None or day == _today(desk) else datetime.combine(day, time(12), desk.profile.tz)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _today(desk: Desk) -> date:
    return desk.clock().astimezone(desk.profile.tz).date()


def _odd(error: ValidationError) -> str:
    """Which fields are too long or odd; never what was typed."""
    return ", ".join(sorted({str(mistake["loc"][0]) for mistake in error.errors() if mistake["loc"]}))


def account_of(desk: Desk) -> str | None:
    """The account of the front desk; None when the city switched it off."""
    accounts = desk.settings.accounts.items()
    return next((name for name, account in accounts if account.channel == CHANNEL and account.enabled), None)


async def _number(desk: Desk, inbox_id: int) -> str | None:
    """The printed number once the pipeline gave it; None when it takes longer than a person should wait."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + NUMBER_SECONDS
    with desk.bell.listening("desk") as rung:
        while (number := await desk.db.read(lambda session: _registered(session, inbox_id))) is None and loop.time() < ends:
            await heard(rung, min(0.5, max(0.0, ends - loop.time())))
    return tracking.printed(number) if number else None


def _registered(session: Session, inbox_id: int) -> str | None:
    row = session.get(InboxRow, inbox_id)
    complaint = session.get(ComplaintRow, row.complaint_id) if row is not None and row.complaint_id else None
    return complaint.tracking_number if complaint else None
