"""Changes of state that were taken back within seconds. Their lines stay in the timeline; clocks and figures pass over them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, select
from sqlmodel import Field, SQLModel

from store.columns import Key
from store.upsert import insert


class UndoneRow(SQLModel, table=True):
    """A line of the timeline that does not count."""

    __tablename__ = "undone_lines"
    timeline_id: int = Field(sa_type=Key, primary_key=True, sa_column_kwargs={"autoincrement": False})


table = UndoneRow.__table__  # type: ignore[attr-defined]


def stands(line: Any) -> ColumnElement[bool]:
    """`line`: the timeline's id column in a query. One small set that is made once for the whole query."""
    counts: ColumnElement[bool] = line.not_in(select(table.c.timeline_id))
    return counts


def take_back(connection: Connection, timeline_id: int) -> None:
    connection.execute(insert(connection, table).values(timeline_id=timeline_id).on_conflict_do_nothing(index_elements=["timeline_id"]))
