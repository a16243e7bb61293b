"""What the JSON API shows, covered as for a viewer: no reporter, no numbers in words; of a confidential complaint no word at all."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from desk import story
from desk.api import shapes
from desk.api.operations import Call, Trouble
from desk.context import Desk
from desk.masks import covered
from desk.story import Reader
from normalizer import tracking
from normalizer.complaint import State
from store import dossier, listing, pockets, tally
from store.dossier import Dossier
from store.listing import Filters, Line
from store.states import OPEN
from store.tables import ComplaintRow

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""Days beyond these say "from the beginning" and "to the end"; no clock shift can leave the calendar then."""


async def several(call: Call) -> shapes.Complaints:
    desk, asked = call.desk, call.asked
    filters = _filters(desk, asked)
    page = await desk.db.read(lambda session: listing.page(session, filters, desk.profile.prefix, before=asked.before))
    return shapes.Complaints(complaints=[_summary(line) for line in page.lines], next=page.older)


async def one(call: Call) -> shapes.Complaint:
    return complaint(await found(call))


async def timeline(call: Call) -> shapes.Timeline:
    case = await found(call)
    told = story.lines(case.complaint, case.timeline, Reader.VIEWER)
    return shapes.Timeline(number=tracking.printed(case.complaint.tracking_number), events=[_event(line) for line in told])


async def agencies(call: Call) -> shapes.Agencies:
    known = call.desk.profile.agencies.items()
    return shapes.Agencies(agencies=[shapes.Agency(code=code, name=one.name, short=one.short) for code, one in known])


async def categories(call: Call) -> shapes.Categories:
    known = call.desk.profile.categories.items()
    return shapes.Categories(categories=[shapes.Category(code=code, name=one.name, agency=one.agency) for code, one in known])


async def stats(call: Call) -> shapes.Stats:
    counted = await call.desk.db.read(tally.by_state)
    is_open = sum(count for state, count in counted.items() if state in OPEN)
    return shapes.Stats(at=call.desk.clock(), states=dict(counted), open=is_open, total=sum(counted.values()))


async def waiting(call: Call) -> shapes.Waiting:
    counted = await call.desk.db.read(pockets.counts)
    return shapes.Waiting(at=call.desk.clock(), **{name: counted.get(name, 0) for name in shapes.Waiting.model_fields if name != "at"})


async def found(call: Call) -> Dossier:
    """Raises Trouble 404."""
    number = tracking.stored(call.desk.profile.prefix, call.number)

    def look(session: Session) -> Dossier | None:
        return dossier.by_number(session, number) if number else None

    case = await call.desk.db.read(look)
    if case is None:
        raise Trouble(404, "unknown", "Laporan itu tidak ada.")
    return case


def _filters(desk: Desk, asked: shapes.Wanted) -> Filters:
    known = asked.model_dump(exclude={"q", "before", "since", "until", "state", "urgency"})
    return Filters(
        **known,
        state=asked.state and asked.state.value,
        urgency=asked.urgency and asked.urgency.value,
        since=_midnight(desk, asked.since),
        until=_midnight(desk, asked.until, 1),
        words=asked.q,
        people=False,
        now=desk.clock(),
    )


def _midnight(desk: Desk, day: date | None, later: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(), desk.profile.tz) + timedelta(days=later)


def _known(row: Line | ComplaintRow) -> dict[str, Any]:
    """What a line and a whole complaint have in common."""
    names = ("state_at", "channel", "agency", "category", "anonymous", "confidential", "registered_at")
    return {
        "number": tracking.printed(row.tracking_number),
        "title": None if row.confidential else covered(row.title),
        "state": State(row.state),
        "urgency": str(getattr(row.urgency, "value", row.urgency)),
        **{name: getattr(row, name) for name in names},
    }


def _summary(line: Line) -> shapes.Summary:
    return shapes.Summary(**_known(line), supplements=line.supplements, evidence=line.evidence)


def complaint(case: Dossier) -> shapes.Complaint:
    row = case.complaint
    names = ("classification", "due_kind", "due_at", "door", "door_reference", "version")
    return shapes.Complaint(
        **_known(row),
        **{name: getattr(row, name) for name in names},
        text=None if row.confidential else covered(row.body),
        place=_place(row),
        merged_into=tracking.printed(case.merged_into) if case.merged_into else None,
        supplements=len(case.supplements),
        evidence=len(case.evidence),
    )


def _place(row: ComplaintRow) -> shapes.Place | None:
    """Of a confidential complaint the kelurahan only."""
    known: dict[str, Any] = dict(row.location or {})
    if not any(known.get(name) for name in ("region_code", "region_name", "address", "text", "lat")):
        return None
    spoken = known.get("address") or known.get("text")
    exact = not row.confidential
    return shapes.Place(
        region_code=known.get("region_code"),
        region_name=known.get("region_name"),
        words=covered(spoken) if exact and spoken else None,
        lat=known.get("lat") if exact else None,
        lon=known.get("lon") if exact else None,
    )


def _event(line: story.Line) -> shapes.Event:
    return shapes.Event(**{name: getattr(line, name) for name in shapes.Event.model_fields})
