"""Exact counts for other programs. A walk through one index: not for a page that people wait for."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlmodel import Session

from normalizer.complaint import State
from store.tables import ComplaintRow

_table = ComplaintRow.__table__  # type: ignore[attr-defined]


def by_state(session: Session) -> Mapping[State, int]:
    """Every state that there is, also with 0."""
    counted = dict(session.execute(select(_table.c.state, func.count()).group_by(_table.c.state)).tuples().all())
    return {state: int(counted.get(state.value, 0)) for state in State}
