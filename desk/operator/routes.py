"""Every page of the desk and who may open it.

`setup` mounts it as an application of its own, so that its session, its access rules and its form guard hold for all of it and only for it.
"""

from __future__ import annotations

from pathlib import Path

import js_lib_htmx
import xstatic.pkg.leaflet
from aiohttp import web
from aiohttp_session import session_middleware

from desk import news
from desk.api import WAITING, gate
from desk.context import Desk
from desk.operator import (
    access,
    account,
    acting,
    agency,
    beside,
    blocking,
    bulk,
    complaint,
    csrf,
    entry,
    files,
    grouping,
    health,
    importing,
    inbox,
    keying,
    login,
    mailing,
    notices,
    picture,
    pocketing,
    postponing,
    refusals,
    reports,
    staff,
    taking_out,
    trail,
    typing_in,
    urgency,
    webhooks,
)
from desk.operator.access import Page
from desk.operator.passwords import Attempts, Passwords
from desk.operator.sessions import TableStorage
from desk.operator.setting import showing as setting
from desk.operator.setting.forms import AREAS
from desk.operator.triaging import one as one_waiting
from desk.operator.triaging import take_in, turn_down
from desk.operator.writing import writing
from store.operators import Role

LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
HTMX = Path(js_lib_htmx.__file__).parent / "static" / "htmx" / "htmx.min.js"
"""Served from its package: no script of others lies in this repository."""


def pages() -> list[Page]:
    """Every route of the desk and the role it needs."""
    anybody, viewer, operator, supervisor, admin = None, Role.VIEWER, Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN
    one = "/pengaduan/{number}"
    return [
        Page("GET", "/login", anybody, login.ask),
        Page("POST", "/login", anybody, login.sign_in),
        Page("POST", "/login/kode", anybody, login.second),
        Page("POST", "/logout", viewer, login.sign_out, agency_too=True),
        Page("GET", "/siapkan/{token}", anybody, login.welcome),
        Page("POST", "/siapkan/{token}", anybody, login.choose),
        Page("GET", "/htmx.js", viewer, htmx, agency_too=True),
        Page("GET", "/leaflet.{kind:js|css}", viewer, leaflet),
        Page("GET", "/akun", viewer, account.show, agency_too=True),
        Page("POST", "/akun/sandi", viewer, account.password, agency_too=True),
        Page("POST", "/akun/faktor", viewer, account.begin, agency_too=True),
        Page("POST", "/akun/faktor/pasang", viewer, account.fit, agency_too=True),
        Page("POST", "/akun/faktor/lepas", viewer, account.remove, agency_too=True),
        Page("POST", "/akun/sesi", viewer, account.end, agency_too=True),
        Page("GET", "/petugas", admin, staff.show),
        Page("POST", "/petugas", admin, staff.add),
        Page("POST", "/petugas/{name}", admin, staff.change),
        Page("GET", "/kunci", admin, keying.show),
        Page("POST", "/kunci", admin, keying.add),
        Page("POST", "/kunci/{row:\\d{1,18}}", admin, keying.disable),
        Page("GET", "/webhook", admin, webhooks.show),
        Page("POST", "/webhook", admin, webhooks.add),
        Page("GET", "/webhook/{row:\\d{1,18}}", admin, webhooks.one),
        Page("POST", "/webhook/{row:\\d{1,18}}", admin, webhooks.act),
        Page("GET", "/pengaturan", admin, setting.index),
        Page("POST", "/pengaturan/kembalikan/{row:\\d{1,18}}", admin, setting.undo),
        *(Page("GET", f"/pengaturan/{slug}", admin, setting.area) for slug in AREAS),
        *(Page("GET", f"/pengaturan/{slug}/{{key}}", admin, setting.one) for slug in AREAS),
        *(Page("POST", f"/pengaturan/{slug}/{{key}}", admin, setting.save) for slug in AREAS),
        Page("GET", "/jejak", supervisor, trail.show),
        Page("GET", "/opd", Role.AGENCY, agency.index),
        Page("GET", "/opd/lampiran/{evidence:\\d{1,18}}", Role.AGENCY, agency.file),
        Page("GET", "/opd/lampiran/{evidence:\\d{1,18}}/lihat", Role.AGENCY, agency.look),
        Page("GET", "/opd/{number}", Role.AGENCY, agency.show),
        Page("POST", "/opd/{number}/tanggapi", Role.AGENCY, agency.answer, agency.UPLOAD_LIMIT),
        Page("GET", "/", viewer, inbox.index),
        Page("POST", "/massal", operator, bulk.act),
        Page("POST", "/massal/{row:\\d{1,18}}/urungkan", operator, bulk.undo),
        Page("GET", "/peristiwa", viewer, news.listen),
        Page("GET", f"/api{WAITING.path}", viewer, gate.looked_at(WAITING)),
        Page("GET", one, viewer, complaint.show),
        Page("GET", f"{one}/bersama", operator, beside.listen),
        Page("POST", f"{one}/buka", operator, complaint.reveal),
        Page("POST", f"{one}/langkah", operator, acting.move),
        Page("POST", f"{one}/mengetik", operator, writing),
        Page("POST", f"{one}/catatan", operator, acting.note),
        Page("POST", f"{one}/petugas", operator, acting.assign),
        Page("POST", f"{one}/urgensi", operator, urgency.change),
        Page("POST", f"{one}/sunting", operator, acting.edit),
        Page("POST", f"{one}/gabung", operator, acting.merge),
        Page("POST", f"{one}/pintu", operator, acting.hand_over),
        Page("POST", f"{one}/kelompok", operator, grouping.regroup),
        Page("POST", f"{one}/tambahan/{{supplement:\\d{{1,18}}}}/pisah", operator, acting.split),
        Page("POST", f"{one}/tambahan/{{supplement:\\d{{1,18}}}}/pindah", operator, acting.shift),
        Page("POST", f"{one}/blokir", operator, blocking.block),
        Page("POST", f"{one}/cabut-blokir", operator, blocking.lift),
        Page("GET", "/blokir", operator, blocking.show),
        Page("GET", f"{one}/tanda-terima", operator, entry.receipt),
        Page("GET", f"{one}/tanda-terima.pdf", operator, entry.receipt_file),
        Page("GET", "/lampiran/{evidence:\\d{1,18}}", operator, files.download),
        Page("GET", "/lampiran/{evidence:\\d{1,18}}/lihat", operator, files.look),
        Page("GET", "/entri", operator, entry.ask),
        Page("POST", "/entri", operator, entry.accept, entry.UPLOAD_LIMIT),
        Page("GET", "/entri/impor", operator, importing.ask),
        Page("GET", "/entri/impor/contoh.csv", operator, importing.example),
        Page("POST", "/entri/impor", operator, importing.preview, importing.UPLOAD_LIMIT),
        Page("POST", "/entri/impor/catat", operator, importing.confirm),
        Page("POST", f"{one}/tunda", operator, postponing.postpone),
        Page("GET", "/pemberitahuan", viewer, notices.show),
        Page("POST", "/pemberitahuan", viewer, notices.mark),
        Page("GET", "/gambaran", viewer, picture.show),
        Page("GET", "/gambaran/{chart:[a-z0-9.]+}", viewer, picture.chart),
        Page("GET", "/laporan", viewer, reports.show),
        Page("GET", "/laporan/rekap", viewer, reports.public),
        Page("POST", "/laporan/bernama", supervisor, reports.named),
        Page("POST", "/laporan/kirim", supervisor, mailing.send),
        Page("GET", "/laporan/data-terbuka.csv", viewer, reports.open_data),
        Page("GET", "/unduhan", operator, taking_out.ask),
        Page("POST", "/unduhan", operator, taking_out.download),
        Page("GET", "/kerja", operator, typing_in.show),
        Page("POST", "/kerja/{number}", operator, typing_in.act),
        Page("GET", "/kesehatan", viewer, health.show),
        Page("GET", "/triase", operator, one_waiting),
        Page("GET", "/karantina", operator, pocketing.show),
        Page("POST", "/karantina/{row:\\d{1,18}}/lihat", supervisor, pocketing.raw),
        Page("POST", "/karantina/{row:\\d{1,18}}/ulang", operator, pocketing.again),
        Page("POST", "/karantina/{row:\\d{1,18}}/terima", operator, take_in),
        Page("POST", "/karantina/{row:\\d{1,18}}/bukan", operator, turn_down),
        Page("POST", "/karantina/ulang-semua", supervisor, pocketing.all_again),
        Page("POST", "/kiriman/{row:\\d{1,18}}/lagi", operator, pocketing.send_again),
        Page("POST", "/kiriman/{row:\\d{1,18}}/sudah", operator, pocketing.settle),
    ]


def setup(app: web.Application, desk: Desk) -> None:
    """Mounts the desk onto the public application."""
    operators = web.Application()
    operators[login.PASSWORDS] = Passwords()
    operators[login.ATTEMPTS] = Attempts()
    operators[news.OPEN_LINES] = lines = news.OpenLines()
    operators.on_shutdown.append(lines.stop)
    access.mount(operators, pages(), [refusals.explain, session_middleware(TableStorage(desk))], [csrf.guard])
    app.router.add_get("/desk", _home)
    app.add_subapp("/desk/", operators)


async def htmx(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(HTMX, headers={"Cache-Control": "private, max-age=86400"})


async def leaflet(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(LEAFLET / f"leaflet.{request.match_info['kind']}", headers={"Cache-Control": "private, max-age=86400"})


async def _home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther("/desk/")
