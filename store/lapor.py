"""What an import of LAPOR!'s export needs to know of our complaints, and how it is taken back. Look-ups and one restore."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlmodel import Session

from store import complaints
from store.worklist import keyings, waits

KEPT = ("state", "state_at", "agency", "closed_by", "door_reference")
"""What an import may change of a complaint; kept as it was before."""
_COMPARED = ("id", "tracking_number", "version", "merged_into", "registered_at", "door", *KEPT)
_AT_ONCE = 500
table = complaints.table


def waiting_texts(session: Session, doors: Collection[str]) -> Sequence[dict[str, Any]]:
    """(id, registered_at, first_words, body) of what waits for its Tracking ID."""
    wanted = select(table.c.id, table.c.registered_at, table.c.first_words, table.c.body).where(waits(doors))
    return [dict(row) for row in session.execute(wanted).mappings()]


def by_references(session: Session, doors: Collection[str], references: Sequence[str]) -> dict[str, int]:
    """Tracking ID -> complaint, on any of these doors."""
    return _ids(session, doors, table.c.door_reference, references)


def by_numbers(session: Session, doors: Collection[str], numbers: Sequence[str]) -> dict[str, int]:
    """Our number in stored form -> complaint, on any of these doors."""
    return _ids(session, doors, table.c.tracking_number, numbers)


def _ids(session: Session, doors: Collection[str], column: ColumnElement[str], values: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(values), _AT_ONCE):
        wanted = select(column, table.c.id).where(table.c.door.in_(doors), column.in_(values[start : start + _AT_ONCE]))
        found.update((row[0], row[1]) for row in session.execute(wanted.order_by(table.c.id.desc())))
    return found


def compared(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What a record is compared with, by id."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        wanted = select(*(table.c[name] for name in _COMPARED)).where(table.c.id.in_(ids[start : start + _AT_ONCE]))
        found.update((row["id"], dict(row)) for row in session.execute(wanted).mappings())
    return found


def kept(connection: Connection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What an import may change, as it is now, by id."""
    wanted = select(table.c.id, *(table.c[name] for name in KEPT)).where(table.c.id.in_(ids))
    return {row["id"]: dict(row) for row in connection.execute(wanted).mappings()}


def forget_references(connection: Connection, ids: Collection[int]) -> None:
    """These wait for their Tracking ID again."""
    again = update(keyings).where(keyings.c.complaint_id.in_(ids))
    connection.execute(again.values(reference=None, keyed_at=None, keyed_by=None))
