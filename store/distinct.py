"""Which values a column has, without reading its table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session


def distinct(session: Session, column: ColumnElement[str]) -> Sequence[str]:
    """The values of a column that leads an index: one look into it for each, however many rows there are."""
    found: list[str] = []
    wanted = select(func.min(column))
    while (following := session.execute(wanted.where(column > found[-1]) if found else wanted).scalar()) is not None:
        found.append(following)
    return found
