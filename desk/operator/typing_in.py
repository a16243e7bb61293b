"""The worklist on the desk: one complaint at a time, in the order of LAPOR!'s own form; its Tracking ID typed back brings the next one.

Whoever keys it in has to see the personal data, so nothing is covered here; each look is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from desk.context import Desk, desk_of
from desk.operator import labels
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.view import go, shown
from desk.pages import words
from dispatcher import keying
from dispatcher.acts import ActRefused
from dispatcher.doors.registry import worklists
from dispatcher.links import Links
from normalizer import tracking
from store import audit, dossier, worklist
from store.dossier import Dossier
from store.tables import ComplaintRow

KEPT = N_("Tracking ID {reference} tercatat untuk {number}.")
PUT_OFF = N_("Ditunda: laporan itu muncul lagi setelah yang lain.")
PASSED_ON = N_("Tambahan itu tercatat sudah ditulis di SP4N-LAPOR!.")
LONG = 30
"""A value longer than this gets a box of several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of LAPOR!'s form. `cased`: often written in capitals only, so a button puts that right."""

    key: str
    label: str
    value: str
    cased: bool = False


async def show(request: web.Request) -> web.StreamResponse:
    """The complaint that the address names, else the first that waits."""
    desk, doors = desk_of(request), worklists(desk_of(request).settings.doors)
    asked = request.query.get("nomor")
    if asked is None:
        first = await desk.db.read(lambda session: worklist.queue(session.connection(), doors, 1))
        return await _draw(request, first[0] if first else None)
    return await _draw(request, tracking.stored(desk.profile.prefix, asked) or "")


async def act(request: web.Request) -> web.StreamResponse:
    """A Tracking ID, "later", or "the addition stands there now"; then the next one. What is refused is said on the same page."""
    desk, form, name = desk_of(request), await request.post(), operator_of(request).name
    number = tracking.stored(desk.profile.prefix, request.match_info["number"]) or ""
    key = await desk.db.read(lambda session: dossier.id_of(session, number))
    if key is None:
        raise web.HTTPNotFound
    doors, now, what = worklists(desk.settings.doors), desk.clock(), str(form.get("act", ""))
    written, seen = str(form.get("reference", ""))[:40], _id(form.get("seen"))
    replace = form.get("replace") == "yes"

    def write(connection: Any) -> None:
        if what == "later":
            keying.put_off(connection, doors, key, now=now)
        elif what == "passed_on":
            keying.passed_on(connection, doors, key, seen, operator=name, now=now)
        else:
            keying.typed(connection, doors, key, written, operator=name, now=now, seen=seen, replace=replace)

    try:
        await desk.db.write(write)
    except ActRefused as error:
        return await _draw(request, number, refused=words(request)(str(error)), typed=written)
    desk.bell.ring("desk")
    said = {"later": PUT_OFF, "passed_on": PASSED_ON}.get(what, KEPT)
    sentence = words(request)(said).format(reference=keying.tracking_id(written), number=tracking.printed(number))
    return await go(request, "/desk/kerja", sentence)


def _id(written: object) -> int:
    text = str(written or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def _draw(request: web.Request, number: str | None, *, refused: str | None = None, typed: str = "") -> web.Response:
    desk, doors = desk_of(request), worklists(desk_of(request).settings.doors)
    case = await desk.db.read(lambda session: dossier.by_number(session, number)) if number else None
    if number is not None and (case is None or not _listed(case.complaint, doors)):
        raise web.HTTPNotFound
    waiting, added = await desk.db.read(lambda session: worklist.left(session.connection(), doors))
    context: dict[str, Any] = {"case": case, "left": waiting, "added": added, "refused": refused, "typed": typed}
    if case is not None:
        await _looked(desk, operator_of(request).name, case.complaint.id or 0)
        context |= await _shown(desk, case, words(request))
    return await shown(request, "operator/typing_in.html", context, status=409 if refused else 200)


def _listed(row: ComplaintRow, doors: frozenset[str]) -> bool:
    return row.door in doors and bool(row.door_reference) and row.merged_into is None


async def _looked(desk: Desk, name: str, key: int) -> None:
    now = desk.clock()
    await desk.db.write(lambda connection: audit.record(connection, at=now, operator=name, action="keying", complaint_id=key))


async def _shown(desk: Desk, case: Dossier, gettext: Callable[[str], str]) -> dict[str, Any]:
    row, reference = case.complaint, case.complaint.door_reference or ""
    kept = await desk.db.read(lambda session: worklist.of(session.connection(), row.id or 0))
    links = Links(desk.secret, desk.public_url, timedelta(days=desk.settings.http.link_days), desk.clock)
    known = None if reference.startswith("token:") else reference
    since = kept.seen if kept and known else None
    news = [line for line in case.timeline if since is not None and (line.id or 0) > since]
    news = [line for line in news if line.kind in worklist.ADDITIONS and line.actor == "citizen"]
    return {
        "complaint": row,
        "known": known,
        "fields": fields(row, desk, gettext),
        "links": await desk.db.read(lambda session: links.media(session, case.evidence, confidential=row.confidential)),
        "news": news,
        "supplements": [each for each in case.supplements if news and each.at >= min(line.at for line in news)],
        "seen": max((line.id or 0 for line in case.timeline), default=0),
        "long": LONG,
    }


def fields(row: ComplaintRow, desk: Desk, gettext: Callable[[str], str]) -> Sequence[Field]:
    """In LAPOR!'s order; what is not known is left out, and so is the reporter who wants to be anonymous."""
    profile, place, reporter = desk.profile, row.location or {}, row.reporter or {}
    category, agency = profile.categories.get(row.category or ""), profile.agencies.get(row.agency or "")
    told = [
        Field(key="class", label=gettext(N_("Klasifikasi laporan")), value=gettext(labels.CLASSIFICATIONS[str(row.classification)])),
        Field(key="title", label=gettext(N_("Judul laporan")), value=row.title, cased=True),
        Field(key="body", label=gettext(N_("Isi laporan")), value=row.body or row.first_words, cased=True),
        Field(key="day", label=gettext(N_("Tanggal kejadian")), value=row.submitted_at.astimezone(profile.tz).strftime("%d-%m-%Y")),
        Field(key="place", label=gettext(N_("Lokasi kejadian")), value=str(place.get("address") or place.get("text") or "")),
        Field(key="agency", label=gettext(N_("Instansi tujuan")), value=agency.name if agency else profile.office),
        Field(key="category", label=gettext(N_("Kategori laporan")), value=category.name if category else ""),
    ]
    if not row.anonymous:
        names = (("name", N_("Nama pelapor")), ("phone", N_("Telepon pelapor")), ("email", N_("Surel pelapor")))
        told += [Field(key=key, label=gettext(label), value=str(reporter.get(key) or "")) for key, label in names]
    return [field for field in told if field.value]
