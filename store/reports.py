"""The complaints of a month for the recap and the open data: one line each, in the order they came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from store.picture import DONE
from store.tables import TimelineRow
from store.undone import stands
from store.views import district, table

_line = TimelineRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Line:
    """Personal data is still in it: whoever prints it masks it. `answer`: the last words that the citizen was told by an agency."""

    number: str
    registered_at: datetime
    channel: str
    agency: str | None
    category: str | None
    place: str | None
    state: str
    title: str
    reporter: dict[str, Any]
    anonymous: bool
    confidential: bool
    door_reference: str | None
    answer: str | None
    answered_at: datetime | None


def lines(session: Session, since: datetime, until: datetime, agency: str | None = None) -> Sequence[Line]:
    """Of complaints registered from `since` on and before `until`, of one agency or of all."""
    ours = _line.c.complaint_id == table.c.id
    told = select(_line.c.public_text).where(ours, _line.c.state == "answered", _line.c.public_text.is_not(None))
    answer = told.order_by(_line.c.at.desc(), _line.c.id.desc()).limit(1).scalar_subquery()
    answered_at = (
        select(func.min(_line.c.at)).where(ours, _line.c.kind == "state", _line.c.state.in_(DONE), stands(_line.c.id)).scalar_subquery()
    )
    known = ("tracking_number", "registered_at", "channel", "agency", "category")
    more = ("state", "title", "reporter", "anonymous", "confidential", "door_reference")
    place = district(session.get_bind().dialect.name)
    query = select(*(table.c[name] for name in known), place, *(table.c[name] for name in more), answer, answered_at)
    query = query.where(table.c.registered_at >= since, table.c.registered_at < until)
    if agency:
        query = query.where(table.c.agency == agency)
    return [Line(*row) for row in session.execute(query.order_by(table.c.registered_at, table.c.id))]
