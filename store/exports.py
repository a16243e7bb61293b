"""Complaints page by page for whoever writes them out. Looks only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

from store.tables import ComplaintRow, TimelineRow

PAGE = 500
REASONED = ("archived", "out_of_scope", "waiting")
complaints = ComplaintRow.__table__  # type: ignore[attr-defined]
timeline = TimelineRow.__table__  # type: ignore[attr-defined]
_COLUMNS = (
    "id", "tracking_number", "door", "door_reference", "registered_at", "reporter", "classification", "category", "title", "first_words",
    "body", "anonymous", "confidential", "channel", "agency", "state", "closed_by", "location",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """since <= registered < until; `states` and `doors` empty: all."""

    since: datetime | None = None
    until: datetime | None = None
    states: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()


def page(session: Session, wanted: Wanted, *, after: int) -> Sequence[dict[str, Any]]:
    """The next complaints, each with `reason`: what was said when it was put off, archived or turned away."""
    query = _narrowed(select(*(complaints.c[name] for name in _COLUMNS)), wanted).where(complaints.c.id > after)
    found = [dict(row) for row in session.execute(query.order_by(complaints.c.id).limit(PAGE)).mappings()]
    reasons = _reasons(session, [row["id"] for row in found if row["state"] in REASONED])
    return [{**row, "reason": reasons.get(row["id"])} for row in found]


def count(session: Session, wanted: Wanted) -> int:
    return int(session.execute(_narrowed(select(func.count()).select_from(complaints), wanted)).scalar_one())


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(complaints.c.merged_into.is_(None))
    if wanted.since:
        query = query.where(complaints.c.registered_at >= wanted.since)
    if wanted.until:
        query = query.where(complaints.c.registered_at < wanted.until)
    if wanted.states:
        query = query.where(complaints.c.state.in_(wanted.states))
    return query.where(complaints.c.door.in_(wanted.doors)) if wanted.doors else query


def _reasons(session: Session, ids: Sequence[int]) -> dict[int, str | None]:
    if not ids:
        return {}
    last = select(func.max(timeline.c.id)).where(timeline.c.complaint_id.in_(ids), timeline.c.state.in_(REASONED))
    said = select(timeline.c.complaint_id, func.coalesce(timeline.c.note, timeline.c.public_text))
    found = session.execute(said.where(timeline.c.id.in_(last.group_by(timeline.c.complaint_id)))).all()
    return {row[0]: row[1] for row in found}
