"""Plain reads and writes for a group of complaints: one statement for all of them, where `store.complaints` has one for each.

Groups are of some hundreds: every engine takes so many values in one question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from store import events
from store.complaints import Found, table, timeline
from store.upsert import insert

Values = Mapping[int, Mapping[str, Any]]
"""Column -> value, by complaint."""


NESTED = frozenset({"suggestions", "location", "reporter", "evidence", "personal_data", "provenance"})
"""Columns whose reading costs more than all others; what is done to a group needs none of them."""


def complaints_of(connection: Connection, ids: Collection[int]) -> dict[int, Found]:
    """Without the nested values of the schema."""
    wanted = select(*(column for column in table.c if column.name not in NESTED)).where(table.c.id.in_(ids))
    rows = connection.execute(wanted).mappings()
    return {row["id"]: dict(row) for row in rows}


def mark(connection: Connection, values: Values) -> None:
    """Bookkeeping that nobody edits: the version stays."""
    _update(connection, values, {})


def change(connection: Connection, values: Values) -> None:
    """What people see and edit: the version moves on."""
    _update(connection, values, {"version": table.c.version + 1})


def _update(connection: Connection, values: Values, more: Mapping[str, Any]) -> None:
    alike = defaultdict(list)
    for key, row in values.items():
        alike[tuple(row)].append({"of_complaint": key, **row})
    for rows in alike.values():
        connection.execute(update(table).where(table.c.id == bindparam("of_complaint")).values(**more), rows)


def note(connection: Connection, lines: Sequence[Mapping[str, Any]]) -> set[int]:
    """Adds these lines (`store.complaints.line`); whose they are, without those that their source told before (external_id)."""
    if not lines:
        return set()
    once = insert(connection, timeline).on_conflict_do_nothing(index_elements=["complaint_id", "source", "external_id"])
    told = once.returning(timeline.c.id, timeline.c.complaint_id, timeline.c.kind, timeline.c.at, timeline.c.agency)
    new = [dict(row) for row in connection.execute(told, list(lines)).mappings()]
    events.tell(connection, new)
    return {line["complaint_id"] for line in new}


def heard(connection: Connection, ids: Collection[int], external_ids: Collection[str]) -> set[tuple[int, str, str]]:
    """(complaint, source, external id) of what was told before."""
    told = select(timeline.c.complaint_id, timeline.c.source, timeline.c.external_id).where(timeline.c.complaint_id.in_(ids))
    return {(row[0], row[1], row[2]) for row in connection.execute(told.where(timeline.c.external_id.in_(external_ids)))}


def moved_at(connection: Connection, ids: Collection[int]) -> dict[int, datetime]:
    """When the newest change of state happened, by whoever made it; who never moved is not there."""
    moved = select(timeline.c.complaint_id, func.max(timeline.c.at)).where(timeline.c.complaint_id.in_(ids), timeline.c.kind == "state")
    return {row[0]: row[1] for row in connection.execute(moved.group_by(timeline.c.complaint_id))}


def newest(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Id of the newest line of each timeline."""
    found = select(timeline.c.complaint_id, func.max(timeline.c.id)).where(timeline.c.complaint_id.in_(ids))
    return {row[0]: row[1] for row in connection.execute(found.group_by(timeline.c.complaint_id))}
