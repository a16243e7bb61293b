"""What is due of which complaint: columns `due_kind` and `due_at`, and the questions that lists and reminders ask of them.

`dispatcher.clocks.winding` alone writes them. A complaint that rests, ended or was merged has neither; an answered one waits only for its
closing (`due_kind = 'auto_close'`), which is never overdue. "Overdue" is no column: it is true by the clock alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, select, update
from sqlmodel import Session, col

from store import many
from store.notices import NoticeRow
from store.states import OPEN
from store.tables import ComplaintRow, TimelineRow
from store.undone import stands

AUTO_CLOSE = "auto_close"
LIMITS = ("verify", "first_follow_up", "resolve")
"""Limits of the office; `auto_close` is none."""

complaints = ComplaintRow.__table__  # type: ignore[attr-defined]
timeline = TimelineRow.__table__  # type: ignore[attr-defined]
notices = NoticeRow.__table__  # type: ignore[attr-defined]
_TOLD = (
    "id", "tracking_number", "state", "state_at", "registered_at", "classification", "postponed_until", "door", "merged_into",
    "last_words_at",
)  # fmt: skip


def anything(session: Session) -> bool:
    """Whether any complaint has a limit before it, or a person a notice that may still go into a digest."""
    running = select(complaints.c.id).where(complaints.c.due_at.is_not(None)).limit(1)
    noticed = select(notices.c.id).limit(1)
    return any(session.connection().execute(query).first() for query in (running, noticed))


def overdue(now: datetime) -> ColumnElement[bool]:
    """For a query over ComplaintRow: past a limit of the office. Served by ix_complaints_due."""
    return and_(col(ComplaintRow.due_at) < now, col(ComplaintRow.due_kind).in_(LIMITS))


def due_soon(now: datetime, until: datetime) -> ColumnElement[bool]:
    """For a query over ComplaintRow: a limit of the office ends between now and `until`. Served by ix_complaints_due."""
    return and_(col(ComplaintRow.due_at) >= now, col(ComplaintRow.due_at) <= until, col(ComplaintRow.due_kind).in_(LIMITS))


def write(connection: Connection, limits: Mapping[int, tuple[str | None, datetime | None]]) -> None:
    """By complaint."""
    many.mark(connection, {key: {"due_kind": kind, "due_at": at} for key, (kind, at) in limits.items()})


def postpone(connection: Connection, complaint_id: int, until: date | None) -> None:
    moved = {"postponed_until": until, "version": complaints.c.version + 1}
    connection.execute(update(complaints).where(complaints.c.id == complaint_id).values(**moved))


def told(connection: Connection, ids: Sequence[int]) -> Sequence[RowMapping]:
    """What the clocks need to know of these complaints."""
    wanted = select(*(complaints.c[name] for name in _TOLD)).where(complaints.c.id.in_(ids))
    return connection.execute(wanted).mappings().all()


def moves_of(connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, datetime]]]:
    """The states of these complaints after the first, in order of time."""
    wanted = (
        select(timeline.c.complaint_id, timeline.c.state, timeline.c.at)
        .where(timeline.c.complaint_id.in_(ids), timeline.c.kind == "state", timeline.c.state.is_not(None), stands(timeline.c.id))
        .order_by(timeline.c.complaint_id, timeline.c.at, timeline.c.id)
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for complaint_id, state, at in connection.execute(wanted):
        found.setdefault(complaint_id, []).append((state, at))
    return found


def open_after(connection: Connection, complaint_id: int, limit: int) -> list[int]:
    """Ids of open complaints after that one, in order."""
    wanted = select(complaints.c.id).where(complaints.c.id > complaint_id, complaints.c.state.in_(OPEN))
    return list(connection.execute(wanted.order_by(complaints.c.id).limit(limit)).scalars())


def between(
    connection: Connection, kinds: Sequence[str], since: datetime, until: datetime, limit: int, *, untold: str | None = None
) -> Sequence[RowMapping]:
    """Complaints of which one of these is due in that time, the most urgent first: id, tracking_number, agency, due_kind, due_at.

    `untold`: only those about whose limit there is no notice of this kind yet.
    """
    shown = (complaints.c[name] for name in ("id", "tracking_number", "agency", "due_kind", "due_at"))
    wanted = select(*shown).where(complaints.c.due_at >= since, complaints.c.due_at < until, complaints.c.due_kind.in_(kinds))
    if untold is not None:
        same = (notices.c.due_kind == complaints.c.due_kind, notices.c.due_at == complaints.c.due_at)
        wanted = wanted.where(~exists().where(notices.c.complaint_id == complaints.c.id, notices.c.kind == untold, *same))
    return connection.execute(wanted.order_by(complaints.c.due_at, complaints.c.id).limit(limit)).mappings().all()


def closing(session: Session, until: datetime, after: int, limit: int) -> list[int]:
    """Ids of answered complaints, after that one, whose closing comes before `until`."""
    wanted = select(complaints.c.id).where(complaints.c.due_kind == AUTO_CLOSE, complaints.c.due_at < until, complaints.c.id > after)
    return list(session.connection().execute(wanted.order_by(complaints.c.id).limit(limit)).scalars())


def told_of_closing(connection: Connection, complaint_id: int, source: str, since: datetime) -> datetime | None:
    """When the citizen was told that it will close, since that moment."""
    wanted = select(func.max(timeline.c.at)).where(
        timeline.c.complaint_id == complaint_id, timeline.c.source == source, timeline.c.kind == "told", timeline.c.at >= since
    )
    return connection.execute(wanted).scalar_one_or_none()
