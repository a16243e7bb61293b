"""What the figures of a period are made of: one line for each complaint that came in then. What they mean is told by `dispatcher.counting`.

Bounded by the period (ix_complaints_registered); nothing of a reporter and no word of a complaint is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlmodel import Session

from normalizer.complaint import State
from store.states import CLOSED
from store.tables import TimelineRow
from store.undone import stands
from store.views import district, table

DONE = tuple(sorted(state.value for state in CLOSED | {State.ANSWERED}))
"""Answered, or ended in whatever way: what a limit to resolve asks for."""
_UNTAKEN = ("received", "waiting")
_AT_ONCE = 1_000
_line = TimelineRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One complaint and its steps: each the first time that it happened, None where it did not. Where an import left no line, the
    state counts."""

    id: int
    registered_at: datetime
    classification: str
    state: str
    channel: str
    agency: str | None
    category: str | None
    place: str | None
    """The kecamatan's code."""
    rating: int | None
    merged: bool
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


def ways(session: Session, since: datetime, until: datetime) -> Iterator[Way]:
    """Of complaints registered from `since` on and before `until`."""
    moved = (_line.c.kind == "state") & stands(_line.c.id)
    first = [_first(moved & condition) for condition in (_line.c.state.not_in(_UNTAKEN), _worked(), _line.c.state.in_(DONE))]
    left = func.max(case((moved & _line.c.state.not_in(DONE), _line.c.at)))
    told = or_(_line.c.kind == "told", _line.c.public_text.is_not(None))
    names = ("id", "registered_at", "classification", "state", "channel", "agency", "category", "rating")
    known = [table.c[name] for name in names]
    place, merged = district(session.get_bind().dialect.name), table.c.merged_into.is_not(None)
    query = (
        select(*known, table.c.state_at, place, merged, *first, left, _ever(moved & (_line.c.state == "waiting")), _ever(told))
        .select_from(table.outerjoin(_line, _line.c.complaint_id == table.c.id))
        .where(table.c.registered_at >= since, table.c.registered_at < until)
        .group_by(table.c.registered_at, table.c.id)  # as the index has them: by the id alone SQLite would walk through all
    )
    for row in session.execute(query).yield_per(_AT_ONCE):
        yield _way(dict(zip(names, row, strict=False)), *row[len(names) :])


def _way(
    known: dict[str, Any],
    state_at: datetime,
    place: str | None,
    merged: bool,
    taken: datetime | None,
    worked: datetime | None,
    done: datetime | None,
    left: datetime | None,
    waited: int | None,
    told: int | None,
) -> Way:
    state = known["state"]
    return Way(
        **known,
        place=place,
        merged=merged,
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
