"""One complaint on one page: what the citizen wrote, what is known, what was done, what may be done next.

Personal data is covered until somebody opens it with a reason; each opening is written down before it is shown, and lasts one page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from config.profile import Profile
from desk import story
from desk.context import desk_of
from desk.masks import covered, masked, masked_email, masked_name, masked_phone
from desk.operator import due
from desk.operator.access import may, operator_of
from desk.operator.position import position
from desk.operator.view import shown
from desk.operator.viewing import shape_of
from desk.pages import words
from desk.story import Reader
from dispatcher.acts import BEFORE_THE_DOOR
from dispatcher.doors.registry import by_hand
from normalizer import privacy, tracking
from normalizer.complaint import State
from store import audit, blocks, cleanings, dossier, groups, operators
from store.dossier import Dossier
from store.operators import Role
from store.states import allowed
from store.tables import ComplaintRow

REASON_SHORTEST = 5
log = structlog.get_logger()


async def show(request: web.Request) -> web.StreamResponse:
    return await draw(request, await found(request))


async def reveal(request: web.Request) -> web.StreamResponse:
    """Shows the page once without covers, and keeps who asked and why."""
    desk, case = desk_of(request), await found(request)
    reason = str((await request.post()).get("reason", "")).strip()[:300]
    if len(reason) < REASON_SHORTEST:
        _ = words(request)
        refused = _("Tuliskan alasannya dalam beberapa kata, supaya jelas siapa membuka apa dan untuk apa.")
        return await draw(request, case, refused=refused, typed={"act": "reveal", "reason": reason}, status=422)
    now, name, key = desk.clock(), operator_of(request).name, case.complaint.id
    await desk.db.write(
        lambda connection: audit.record(connection, at=now, operator=name, action="reveal", complaint_id=key, detail=reason)
    )
    log.info("desk.revealed", operator=name, tracking_number=tracking.printed(case.complaint.tracking_number))
    return await draw(request, await found(request), revealed=True)


async def found(request: web.Request) -> Dossier:
    """The complaint that the address names, in any spelling of its number; 404 when there is none."""
    desk = desk_of(request)
    number = tracking.stored(desk.profile.prefix, request.match_info["number"])
    case = await desk.db.read(lambda session: dossier.by_number(session, number)) if number else None
    if case is None:
        raise web.HTTPNotFound
    return case


async def draw(
    request: web.Request,
    case: Dossier,
    *,
    revealed: bool = False,
    refused: str | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    """The page. `refused` and `typed`: why an act was not done, and what was typed for it, so that no word is lost."""
    row = case.complaint
    hidden = row.confidential and not may(request, Role.OPERATOR)
    originals = [file.sha256 for file in case.evidence if file.sha256]
    withheld = await desk_of(request).db.read(lambda session: cleanings.withheld(session.connection(), originals))
    context = {
        "case": case,
        "story": story.lines(row, case.timeline, _reader(request, revealed=revealed)),
        "withheld": withheld if row.door != "desk" else frozenset(),
        "complaint": row,
        "revealed": revealed,
        "hidden": hidden,
        "refused": refused,
        "typed": typed or {},
        "moves": _moves(row, by_hand(desk_of(request).settings.doors)),
        "elsewhere": None if row.door in by_hand(desk_of(request).settings.doors) else row.door,
        "said": (lambda text: text or "") if revealed else masked if may(request, Role.OPERATOR) else covered,
        "reporter": _reporter(row, revealed),
        "clean": revealed or (masked(row.title) == row.title and masked(row.body) == row.body),
        "files": _files(case),
        "shape_of": shape_of,
        "map": desk_of(request).settings.map,
        "blocked": await desk_of(request).db.read(lambda session: blocks.of_complaint(session, row)),
        "matter": await desk_of(request).db.read(lambda session: groups.shown(session, row.id or 0, row.matter_id, row.matter_by)),
        "sensitive": privacy.flags(row.personal_data),
        "position": position(desk_of(request).profile, row.location or {}),
        "window": _window(request, row),
        "now": desk_of(request).clock(),
        "newest": max((event.id or 0 for event in case.timeline), default=0),
        "ready": _ready(desk_of(request).profile),
        "colleagues": [other.name for other in await desk_of(request).db.read(operators.listed) if not other.disabled],
        "reach": row.reply_address is not None,
        "due": due.told(request, row),
    }
    return await shown(request, "operator/complaint.html", context, status=status)


def _reader(request: web.Request, *, revealed: bool) -> Reader:
    if revealed:
        return Reader.REVEALED
    return Reader.OPERATOR if may(request, Role.OPERATOR) else Reader.VIEWER


def _window(request: web.Request, row: ComplaintRow) -> datetime | None:
    """Until when the channel takes a free answer; None where it always does."""
    connector = desk_of(request).connectors.get(row.account)
    return row.last_words_at + timedelta(hours=connector.about.window_hours) if connector and connector.about.window_hours else None


def _ready(profile: Profile) -> Sequence[str]:
    """The city's ready texts: every `ready_…` of its texts, in Indonesian."""
    return [text for name, text in profile.texts["id"].items() if name.startswith("ready_")]


def _moves(row: ComplaintRow, here: frozenset[str]) -> list[str]:
    """The acts offered, the usual next one first. Few where another door decides, none where it was merged into another complaint."""
    if row.merged_into is not None:
        return []
    order = ("verified", "assigned", "in_progress", "answered", "waiting", "closed", "out_of_scope", "archived")
    possible = allowed(State(row.state))
    if row.door not in here:
        possible = frozenset() if row.forwarded_at else possible & BEFORE_THE_DOOR
    return [state for state in order if State(state) in possible]


def _reporter(row: ComplaintRow, revealed: bool) -> Mapping[str, str]:
    """What is known of the reporter; covered unless revealed."""
    known: Mapping[str, Any] = dict(row.reporter or {})
    given = {field: str(known.get(field) or "") for field in ("name", "phone", "email", "address")}
    if revealed:
        return given
    return {
        "name": masked_name(given["name"]),
        "phone": masked_phone(given["phone"]),
        "email": masked_email(given["email"]),
        "address": "••••" if given["address"] else "",
    }


def _files(case: Dossier) -> Mapping[int | None, list[Any]]:
    """Evidence by the supplement that brought it; None: it came with the first words."""
    sorted_out: dict[int | None, list[Any]] = {}
    for file in case.evidence:
        sorted_out.setdefault(file.supplement_id, []).append(file)
    return sorted_out
