"""The recap by e-mail on the page of reports: whether and to whom it goes, when next, what became of the last ones; and sending it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy import Connection
from sqlmodel import Session

from desk.context import Desk, desk_of
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.view import go
from desk.pages import words
from dispatcher.clocks import mailing, timetable
from dispatcher.enclosing import DESK, Report, of_payload
from store import audit, mailings
from store.mailings import Mailing

SHOWN = 12
_SENT = N_("{count} surel sedang dikirim. Keadaannya tampil di bawah.")
_NOBODY = N_("Tidak ada yang dikirim: bulan itu tanpa laporan, atau belum ada penerima.")
_UNFINISHED = N_("Bulan itu belum selesai. Yang dikirim hanya rekap bulan yang sudah lewat.")
_ALREADY = N_("Rekap baru saja dikirim. Lihat daftarnya di bawah; kirim lagi hanya bila perlu.")
_NO_ACCOUNT = N_("Belum ada akun surel yang dapat mengirim. Tambahkan di hub.toml.")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """One mail on the page."""

    mail: Mailing
    report: Report


async def standing(desk: Desk) -> dict[str, Any]:
    """What the page says of it. `at` None: as soon as the office is open."""
    profile, now = desk.profile, desk.clock()
    account = timetable.post_of(desk.settings, desk.public_url).account
    reached = [agency for agency in profile.working_agencies.values() if agency.email] if profile.reports.agencies else []
    on = account is not None and bool(profile.reports.recipients or reached)
    found: dict[str, Any] = {"account": account, "recipients": profile.reports.recipients, "reached": reached, "on": on}
    rows = await desk.db.read(lambda session: mailings.newest(session, SHOWN))
    found |= {"rows": [Told(row, report) for row in rows if (report := of_payload(row.payload))], "newest": rows[0].id if rows else 0}
    if on:
        month = await desk.db.read(lambda session: _next(session, desk, now))
        at = mailing.goes_out(profile, month)
        found |= {"of": month, "at": at if at > now else None}
    return found


def _next(session: Session, desk: Desk, now: datetime) -> date:
    waiting = mailing.missing(session, desk.profile, now)
    return mailing.last_month(desk.profile, now) if waiting else mailing.this_month(desk.profile, now)


async def send(request: web.Request) -> web.StreamResponse:
    """The recap of a finished month to everybody who gets it, also where it went already; pressed twice is once."""
    desk, form, say = desk_of(request), await request.post(), words(request)
    seen, written, name = str(form.get("seen", "")), str(form.get("bulan", "")), operator_of(request).name
    if not seen.isdecimal() or len(seen) > 18:
        raise web.HTTPBadRequest
    post, now, profile = timetable.post_of(desk.settings, desk.public_url), desk.clock(), desk.profile
    month = month_of(written)
    if month is None or month >= mailing.this_month(profile, now):
        return await go(request, DESK, say(_UNFINISHED), kind="bad")
    if post.account is None:
        return await go(request, DESK, say(_NO_ACCOUNT), kind="bad")
    letters = await desk.db.read(lambda session: mailing.letters_of(session, profile, month, by=name))

    def write(connection: Connection) -> int:
        if mailings.newest_id(connection) != int(seen):
            return -1
        owed = sum(mailing.owe(connection, profile, post, letter, now, again=int(seen)) for letter in letters)
        if owed:
            audit.record(connection, at=now, operator=name, action="report_mailed", detail=f"{month:%Y-%m}: {owed}")
        return owed

    owed = await desk.db.write(write)
    if owed <= 0:
        return await go(request, DESK, say(_ALREADY if owed else _NOBODY), kind="bad")
    desk.bell.ring("outbox")
    log.info("desk.report_mailed", operator=name, count=owed)
    return await go(request, DESK, say(_SENT).format(count=owed))


def month_of(written: str) -> date | None:
    """The first day of "2026-11"."""
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
