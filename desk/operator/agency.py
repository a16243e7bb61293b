"""What an agency's own account sees (Admin OPD, Pejabat Penghubung): the complaints disposed to it, which it answers with text and files.

The reporter stays covered here: an agency that has to ask something lets the communication office ask.
"""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.web_request import FileField
from sqlalchemy import Connection

from desk import story
from desk.context import desk_of
from desk.masks import masked
from desk.operator.access import operator_of
from desk.operator.files import attached, opened
from desk.operator.labels import N_
from desk.operator.view import go, shown
from desk.operator.viewing import shape_of
from desk.pages import words
from desk.story import Reader
from desk.upload import Form, keep
from dispatcher.acts import ActRefused
from normalizer import tracking
from normalizer.complaint import State
from store import assigned, audit, complaints
from store.assigned import Case
from store.tables import EvidenceRow

HOME = "/desk/opd"
UPLOAD_LIMIT = 26_000_000
FILES = 10
LONGEST = 10_000
STEPS = {"in_progress": State.IN_PROGRESS, "answered": State.ANSWERED}
FROM = "answer:"
"""Begins the `ref` of evidence that an agency brought, before the operator's name; `parts.html` asks for it."""
log = structlog.get_logger()


async def index(request: web.Request) -> web.StreamResponse:
    desk, agency, closed = desk_of(request), _agency(request), request.query.get("lihat") == "selesai"
    before = request.query.get("before", "")
    key = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = await desk.db.read(lambda session: assigned.listed(session, agency, closed=closed, before=key))
    more = rows[assigned.PAGE - 1].id if len(rows) > assigned.PAGE else None
    return await shown(request, "operator/agency_list.html", {"rows": rows[: assigned.PAGE], "more": more, "closed": closed, "own": agency})


async def show(request: web.Request) -> web.StreamResponse:
    return await _draw(request, await _found(request))


async def answer(request: web.Request) -> web.StreamResponse:
    """A step with its text; files that prove the work are kept with the complaint. Refused, nothing typed is lost."""
    desk, case, form, _ = desk_of(request), await _found(request), await request.post(), words(request)
    me, row = operator_of(request), case.complaint
    text, step = str(form.get("text", "")).strip()[:LONGEST].replace("\r\n", "\n"), STEPS.get(str(form.get("to", "")))
    uploads = [value for value in form.getall("files", []) if isinstance(value, FileField)]
    if step is None:
        raise web.HTTPBadRequest
    if len(uploads) > FILES:
        return await _draw(request, case, refused=_(N_("Paling banyak 10 berkas untuk satu tanggapan.")), text=text, status=422)
    files = await keep(Form(files=[(upload.filename, upload.file) for upload in uploads]), desk.blobs)

    def bring(connection: Connection) -> None:
        for file in files:
            complaints.add_evidence(
                connection, complaint_id=row.id, supplement_id=None, account="desk", error=None, ref=FROM + me.name, **file.model_dump()
            )

    try:
        await desk.acts.move(
            row.id or 0, step, operator=me.name, agency=_agency(request), text=text or None, version=row.version, also=bring
        )
    except ActRefused as error:
        return await _draw(request, await _found(request), refused=str(error), text=text, status=409)
    log.info("desk.agency_answered", operator=me.name, tracking_number=tracking.printed(row.tracking_number))
    return await go(request, f"{HOME}/{tracking.printed(row.tracking_number)}", _("Terima kasih. Pelapor dikabari lewat kanalnya."))


async def look(request: web.Request) -> web.StreamResponse:
    """A file of one of their complaints, shown as the desk shows it."""
    return await opened(request, await _file(request))


async def file(request: web.Request) -> web.StreamResponse:
    """A file of one of their complaints, to keep; who fetched it is written down."""
    desk, me, found = desk_of(request), operator_of(request), await _file(request)
    now, detail = desk.clock(), f"evidence {found.id}"
    await desk.db.write(
        lambda connection: audit.record(
            connection, at=now, operator=me.name, action="download", complaint_id=found.complaint_id, detail=detail
        )
    )
    return await attached(request, found)


async def _file(request: web.Request) -> EvidenceRow:
    evidence = int(request.match_info["evidence"])
    found = await desk_of(request).db.read(lambda session: assigned.owns_file(session, _agency(request), evidence))
    if found is None or found.sha256 is None:
        raise web.HTTPNotFound
    return found


def _agency(request: web.Request) -> str:
    """The one agency of who is signed in; nobody without one comes here."""
    agency = operator_of(request).agency
    if agency is None:
        raise web.HTTPForbidden
    return agency


async def _found(request: web.Request) -> Case:
    desk, agency = desk_of(request), _agency(request)
    number = tracking.stored(desk.profile.prefix, request.match_info["number"])
    case = await desk.db.read(lambda session: assigned.one(session, agency, number)) if number else None
    if case is None:
        raise web.HTTPNotFound
    return case


async def _draw(request: web.Request, case: Case, *, refused: str | None = None, text: str = "", status: int = 200) -> web.Response:
    elsewhere = None if case.complaint.door == "desk" else case.complaint.door
    told = story.lines(case.complaint, case.timeline, Reader.AGENCY)
    context = {
        "case": case,
        "story": told,
        "complaint": case.complaint,
        "refused": refused,
        "text": text,
        "elsewhere": elsewhere,
        "shape_of": shape_of,
        "said": masked,
        "withheld": frozenset(),
    }
    return await shown(request, "operator/agency_case.html", context, status=status)
