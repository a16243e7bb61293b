"""Which blob may leave the hub in place of which: evidence without what its camera wrote into it. By content, not by complaint."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from store.columns import moment
from store.upsert import insert


class CleaningRow(SQLModel, table=True):
    """`cleaned` None: it could not be cleaned and stays here. size: bytes of the cleaned one. lat, lon: where it was taken."""

    __tablename__ = "cleanings"
    original: str = Field(primary_key=True)
    cleaned: str | None = None
    size: int = 0
    lat: float | None = None
    lon: float | None = None
    at: datetime = moment()


table = CleaningRow.__table__  # type: ignore[attr-defined]


def of(connection: Connection, originals: Collection[str]) -> Mapping[str, CleaningRow]:
    """What is known of these blobs, by their sha256."""
    rows = connection.execute(select(table).where(table.c.original.in_(originals))).mappings()
    return {row["original"]: CleaningRow(**row) for row in rows}


def add(connection: Connection, row: CleaningRow) -> None:
    """Once; whoever was first wins, and both say the same."""
    connection.execute(insert(connection, table).values(**row.model_dump()).on_conflict_do_nothing(index_elements=["original"]))


def withheld(connection: Connection, originals: Collection[str]) -> frozenset[str]:
    """Those that stay here because they could not be cleaned."""
    return frozenset(sha256 for sha256, row in of(connection, originals).items() if row.cleaned is None)
