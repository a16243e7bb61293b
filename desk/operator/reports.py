"""Periodic reports: the monthly recap as XLSX and PDF, and the open data, which tell of nobody. Names only for supervisors."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from datetime import date
from functools import partial

from aiohttp import web
from babel.dates import format_date

from desk import recap
from desk.context import Desk, desk_of
from desk.naming import names
from desk.operator import labels
from desk.operator.access import operator_of
from desk.operator.files import disposition
from desk.operator.mailing import month_of, standing
from desk.operator.view import shown
from desk.pages import language_of
from dispatcher.clocks.mailing import last_month, moments
from store import audit, reports
from store.reports import Line

OPEN_DATA = ("bulan", "kanal", "kategori", "instansi", "kecamatan", "status", "hari_sampai_ditanggapi")


async def show(request: web.Request) -> web.StreamResponse:
    """Which month, which agency, which file."""
    desk, language = desk_of(request), language_of(request)
    month, mail = _month(desk, request.query.get("bulan", "")), await standing(desk)
    named = partial(format_date, format="MMMM y", locale=language)
    context = {"month": f"{month:%Y-%m}", "agencies": desk.profile.agencies, "mail": mail, "month_name": named}
    return await shown(request, "operator/reports.html", context)


async def public(request: web.Request) -> web.StreamResponse:
    """The recap with every name masked."""
    return await _recap(request, request.query.get("bulan", ""), request.query.get("instansi", ""), request.query.get("bentuk", ""))


async def named(request: web.Request) -> web.StreamResponse:
    """The recap with the names of those who did not ask to hide them; who fetched it is written down before it leaves."""
    desk, form = desk_of(request), await request.post()
    asked = {field: str(form.get(field, "")) for field in ("bulan", "instansi", "bentuk")}
    now, name, detail = desk.clock(), operator_of(request).name, f"{_month(desk, asked['bulan']):%Y-%m}"
    await desk.db.write(lambda connection: audit.record(connection, at=now, operator=name, action="report", detail=detail))
    return await _recap(request, *asked.values(), names_too=True)


async def open_data(request: web.Request) -> web.StreamResponse:
    """One line a complaint, without number, words or person."""
    desk = desk_of(request)
    begin = _month(desk, request.query.get("bulan", ""))
    text = open_csv(desk, await _lines(desk, begin, None))
    return _file(text.encode("utf-8-sig"), "text/csv", f"data-terbuka-{begin:%Y-%m}.csv")


async def _recap(request: web.Request, written: str, agency: str, kind: str, *, names_too: bool = False) -> web.Response:
    desk = desk_of(request)
    profile, begin, kind = desk.profile, _month(desk, written), kind if kind in recap.KINDS else "xlsx"
    agency = agency if agency in profile.agencies else ""
    lines = await _lines(desk, begin, agency or None)
    title = recap.title(profile, begin, agency or None)
    rows = recap.rows(lines, profile, named=names_too)
    made = await asyncio.to_thread(lambda: recap.pdf(title, profile.office, rows) if kind == "pdf" else recap.xlsx(title, rows))
    return _file(made, recap.KINDS[kind], f"rekap-{begin:%Y-%m}{f'-{agency}' if agency else ''}.{kind}")


async def _lines(desk: Desk, begin: date, agency: str | None) -> Sequence[Line]:
    since, until = moments(desk.profile, begin)
    return await desk.db.read(lambda session: reports.lines(session, since, until, agency))


async def lines_of_month(desk: Desk, begin: date) -> Sequence[Line]:
    """Every agency's."""
    return await _lines(desk, begin, None)


def open_csv(desk: Desk, lines: Sequence[Line]) -> str:
    """One line a complaint, without number, words or person."""
    called, out = names(desk.profile, labels.CHANNELS), io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(OPEN_DATA)
    for line in lines:
        days = (line.answered_at - line.registered_at).days if line.answered_at else ""
        known = [called[axis](key) if (key := getattr(line, axis)) else "" for axis in ("channel", "category", "agency", "place")]
        sheet.writerow([f"{line.registered_at.astimezone(desk.profile.tz):%Y-%m}", *known, line.state, days])
    return out.getvalue()


def _month(desk: Desk, written: str) -> date:
    """The first day of the month; last month where none is named."""
    return month_of(written) or last_month(desk.profile, desk.clock())


def _file(body: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": disposition("attachment", name), "Cache-Control": "private, no-store"}
    return web.Response(body=body, content_type=kind, headers=headers)
