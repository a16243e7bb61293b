"""What an operator does about a complaint. Each act goes through `dispatcher.acts`, which also tells the citizen.

An act that is refused draws the page again with the reason and everything that was typed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from desk.context import desk_of
from desk.operator import beside
from desk.operator.access import operator_of
from desk.operator.complaint import draw, found
from desk.operator.labels import STATES
from desk.operator.view import go
from desk.pages import words
from dispatcher.acts import ActRefused
from dispatcher.together import Together
from normalizer import tracking
from normalizer.complaint import Classification, State
from store import dossier, operators
from store.dossier import Dossier

LONGEST = 10_000
LISTED = 5
"""Numbers in the note about what could not be moved together."""
Act = Callable[[Dossier, dict[str, str]], Awaitable[str]]


async def move(request: web.Request) -> web.StreamResponse:
    """A new state, with what it needs: an agency, a text for the citizen, or a reason."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        row = case.complaint
        if typed.get("seen") != row.state:
            raise ActRefused(_("Status laporan ini baru saja berubah. Periksa dulu, lalu kirim lagi bila masih perlu."))
        to = _state(typed.get("to", ""))
        agency = typed.get("agency") or None
        if agency is not None and agency not in desk.profile.working_agencies:
            raise ActRefused(_("Instansi ini tidak ada dalam daftar."))
        text, reason = (typed.get(field) or None for field in ("text", "reason"))
        if typed.get("together"):
            all_of_it = desk.acts.move_together(
                row.id or 0, to, operator=name, agency=agency, text=text, reason=reason, version=row.version
            )
            return _together(request, await all_of_it)
        await desk.acts.move(row.id or 0, to, operator=name, agency=agency, text=text, reason=reason, version=row.version)
        return _("Status sekarang: {state}.").format(state=_(STATES[to.value]))

    return await done(request, act)


async def note(request: web.Request) -> web.StreamResponse:
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        if not typed.get("text"):
            raise ActRefused(_("Catatannya masih kosong."))
        await desk.acts.note(case.complaint.id or 0, typed["text"], operator=name)
        return _("Catatan disimpan.")

    return await done(request, act)


async def assign(request: web.Request) -> web.StreamResponse:
    """To an operator by name; to nobody where none is named."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        to = typed.get("to") or None
        if to is not None and to not in {row.name for row in await desk.db.read(operators.listed) if not row.disabled}:
            raise ActRefused(_("Petugas ini tidak ada dalam daftar."))
        await desk.acts.assign(case.complaint.id or 0, to, operator=name)
        return _("Sekarang ditangani {name}.").format(name=to) if to else _("Laporan ini kembali tanpa penanggung jawab.")

    return await done(request, act)


async def edit(request: web.Request) -> web.StreamResponse:
    """Title, text, category, classification. The citizen's first words stay as they are."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        row = case.complaint
        if typed.get("version") != str(row.version):
            raise ActRefused(_("Laporan ini baru saja berubah, mungkin oleh rekan Anda. Periksa dulu, lalu simpan lagi."))
        changed = _changes(case, typed)
        if changed.get("category") and changed["category"] not in desk.profile.categories:
            raise ActRefused(_("Kategori ini tidak ada dalam daftar."))
        if not changed:
            return _("Tidak ada yang berubah.")
        await desk.acts.edit(row.id or 0, operator=name, **changed)
        return _("Perubahan disimpan. Kata-kata asli pelapor tetap utuh.")

    return await done(request, act)


async def hand_over(request: web.Request) -> web.StreamResponse:
    """Another door owns the complaint from now on."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        await desk.acts.hand_over(case.complaint.id or 0, typed.get("door", ""), typed.get("reason", ""), operator=name)
        return _("Laporan dialihkan.")

    return await done(request, act)


async def merge(request: web.Request) -> web.StreamResponse:
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        into = await other_of(request, typed.get("into", ""), case)
        await desk.acts.merge(case.complaint.id or 0, into=into, operator=name)
        return _("Laporan digabung. Pelapor diberi tahu nomor yang berlaku.")

    return await done(request, act)


async def split(request: web.Request) -> web.StreamResponse:
    """A supplement becomes a complaint of its own."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        number = await desk.acts.split(_supplement(request, case), operator=name)
        return _("Tambahan dipisah menjadi laporan {number}.").format(number=tracking.printed(number))

    return await done(request, act)


async def shift(request: web.Request) -> web.StreamResponse:
    """A supplement moves to another complaint."""
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        to = await other_of(request, typed.get("to", ""), case)
        await desk.acts.shift(_supplement(request, case), to=to, operator=name)
        return _("Tambahan dipindah ke laporan lain.")

    return await done(request, act)


async def done(request: web.Request, act: Act) -> web.StreamResponse:
    """Does it and goes back to the complaint; refused, the page says why and keeps what was typed."""
    case, form = await found(request), await request.post()
    typed = {field: value.strip()[:LONGEST].replace("\r\n", "\n") for field, value in form.items() if isinstance(value, str)}
    try:
        if typed.get("act") != "note":
            beside.check(request, case, typed)
        sentence = await act(case, typed)
    except ActRefused as error:
        return await draw(request, await found(request), refused=words(request)(str(error)), typed=typed, status=409)
    return await go(request, f"/desk/pengaduan/{tracking.printed(case.complaint.tracking_number)}", sentence)


def _together(request: web.Request, result: Together) -> str:
    """What an act for a whole matter did, and what it could not do."""
    _, refused = words(request), result.refused
    sentence = _("Diterapkan ke {count} laporan, masing-masing dijawab di kanalnya sendiri.").format(count=result.moved)
    if not refused:
        return sentence
    listed = "; ".join(f"{tracking.printed(number)}: {why}" for number, why in refused[:LISTED])
    more = _(" dan {count} lainnya").format(count=len(refused) - LISTED) if len(refused) > LISTED else ""
    return f"{sentence} " + _("Tidak dapat diterapkan ke {listed}{more}").format(listed=listed, more=more)


def _state(asked: str) -> State:
    try:
        return State(asked)
    except ValueError:
        raise web.HTTPBadRequest from None


def _changes(case: Dossier, typed: dict[str, str]) -> dict[str, str]:
    row = case.complaint
    fields = ("title", "body", "category", "classification")
    if typed.get("classification") and typed["classification"] not in set(Classification):
        raise web.HTTPBadRequest
    return {field: typed[field] for field in fields if typed.get(field) and typed[field] != str(getattr(row, field) or "")}


def _supplement(request: web.Request, case: Dossier) -> int:
    """The supplement that the address names, if it is one of this complaint."""
    asked = int(request.match_info["supplement"])
    if asked not in {supplement.id for supplement in case.supplements}:
        raise web.HTTPNotFound
    return asked


async def other_of(request: web.Request, written: str, case: Dossier) -> int:
    """The row of another complaint of which somebody typed the number."""
    desk, _ = desk_of(request), words(request)
    number = tracking.stored(desk.profile.prefix, written) or written
    other = await desk.db.read(lambda session: dossier.id_of(session, number)) if number else None
    if other is None:
        raise ActRefused(_("Nomor laporan itu tidak ditemukan. Periksa kembali penulisannya."))
    if other == case.complaint.id:
        raise ActRefused(_("Itu nomor laporan ini sendiri."))
    return other
