"""The figures of a period: two grouped questions over the complaints that came in then. What they mean is told by `desk.figures`.

Bounded by the period (ix_complaints_registered); nothing of a reporter and no word of a complaint is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from normalizer.complaint import State
from store.states import CLOSED
from store.tables import TimelineRow
from store.undone import stands
from store.views import district, table

DONE = tuple(sorted(state.value for state in CLOSED | {State.ANSWERED}))
"""Answered, or ended in whatever way: what a limit to resolve asks for."""
_UNTAKEN = ("received", "waiting")
_line = TimelineRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many complaints of a period are alike in all this. `rated` of them have a rating, `stars` altogether."""

    channel: str
    agency: str | None
    category: str | None
    place: str | None
    """The kecamatan's code."""
    state: str
    count: int
    rated: int
    stars: int


@dataclass(frozen=True, slots=True)
class Way:
    """The steps of one complaint: each the first time that it happened, None where it did not."""

    id: int
    registered_at: datetime
    classification: str
    taken: datetime | None
    """It was verified, or more."""
    worked: datetime | None
    """An agency was at work, or it was answered or ended."""
    done: datetime | None
    waited: bool
    """The citizen was asked for something: the clocks rested."""
    reopened: bool
    told: bool
    """The citizen was told more than the number."""


def cells(session: Session, since: datetime, until: datetime) -> Sequence[Cell]:
    """Of complaints registered from `since` on and before `until`."""
    alike = (table.c.channel, table.c.agency, table.c.category, district(_dialect(session)).label("place"), table.c.state)
    counted = (func.count(), func.count(table.c.rating), func.coalesce(func.sum(table.c.rating), 0))
    query = select(*alike, *counted).where(*_within(since, until)).group_by(*alike)
    return [Cell(*row) for row in session.execute(query)]


def ways(session: Session, since: datetime, until: datetime) -> Sequence[Way]:
    """Of the same complaints, but for those that were merged into another. Where an import left no line, the state counts."""
    moved = (_line.c.kind == "state") & stands(_line.c.id)
    first = [_first(moved & condition) for condition in (_line.c.state.not_in(_UNTAKEN), _worked(), _line.c.state.in_(DONE))]
    left = func.max(case((moved & _line.c.state.not_in(DONE), _line.c.at)))
    told = or_(_line.c.kind == "told", _line.c.public_text.is_not(None))
    known = (table.c.id, table.c.registered_at, table.c.classification, table.c.state, table.c.state_at)
    query = (
        select(*known, *first, left, _ever(moved & (_line.c.state == "waiting")), _ever(told))
        .select_from(table.outerjoin(_line, _line.c.complaint_id == table.c.id))
        .where(*_within(since, until), table.c.merged_into.is_(None))
        .group_by(*known)
    )
    return [_way(*row) for row in session.execute(query)]


def _way(
    id_: int,
    registered_at: datetime,
    classification: str,
    state: str,
    state_at: datetime,
    taken: datetime | None,
    worked: datetime | None,
    done: datetime | None,
    left: datetime | None,
    waited: int | None,
    told: int | None,
) -> Way:
    return Way(
        id=id_,
        registered_at=registered_at,
        classification=str(classification),
        taken=taken or (None if state in _UNTAKEN else state_at),
        worked=worked or (state_at if state == "in_progress" or state in DONE else None),
        done=done or (state_at if state in DONE else None),
        waited=bool(waited),
        reopened=done is not None and left is not None and left > done,
        told=bool(told),
    )


def _worked() -> ColumnElement[bool]:
    return or_(_line.c.state == "in_progress", _line.c.state.in_(DONE))


def _first(condition: ColumnElement[bool]) -> ColumnElement[datetime]:
    return func.min(case((condition, _line.c.at)))


def _ever(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0))


def _within(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (and_(table.c.registered_at >= since, table.c.registered_at < until),)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
