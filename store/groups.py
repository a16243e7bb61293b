"""A matter as the desk shows it: which other complaints are about the same, and which perhaps are. Looks only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select
from sqlmodel import Session

from store.complaints import table as complaints
from store.matters import SYSTEM, hints
from store.states import OPEN

SHOWN = 50
"""Of a matter on one page."""
ASKED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One line of the group on the desk: nothing of who wrote it, nothing of what."""

    id: int
    number: str
    channel: str
    state: str
    registered_at: datetime
    same_person: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The matter of a complaint as its page shows it."""

    matter_id: int | None = None
    confirmed: bool = True
    """A person said that the complaint belongs here."""
    size: int = 0
    open_others: int = 0
    others: Sequence[Member] = ()
    perhaps: Sequence[Member] = ()


def shown(session: Session, complaint_id: int, matter_id: int | None, matter_by: str | None) -> Together:
    connection = session.connection()
    asked = select(hints.c.other_id).where(hints.c.complaint_id == complaint_id)
    asking = select(hints.c.complaint_id).where(hints.c.other_id == complaint_id)
    elsewhere = or_(complaints.c.matter_id.is_(None), complaints.c.matter_id != matter_id) if matter_id else complaints.c.id > 0
    about = complaints.c.id.in_(asked.union(asking)) & elsewhere
    perhaps = _members(connection, about, complaint_id, ASKED)
    if matter_id is None:
        return Together(perhaps=perhaps)
    belongs = (complaints.c.matter_id == matter_id) & complaints.c.merged_into.is_(None)
    tally = select(func.count(), func.count().filter(complaints.c.state.in_(OPEN), complaints.c.id != complaint_id)).where(belongs)
    size, open_others = connection.execute(tally).one()
    return Together(
        matter_id=matter_id,
        confirmed=matter_by != SYSTEM,
        size=size,
        open_others=open_others,
        others=_members(connection, belongs & (complaints.c.id != complaint_id), complaint_id, SHOWN),
        perhaps=perhaps,
    )


def sizes(session: Session, matter_ids: Sequence[int]) -> Mapping[int, int]:
    """How many complaints each matter of a list has."""
    if not matter_ids:
        return {}
    belongs = complaints.c.matter_id.in_(set(matter_ids)) & complaints.c.merged_into.is_(None)
    found = session.execute(select(complaints.c.matter_id, func.count()).where(belongs).group_by(complaints.c.matter_id)).all()
    return {row[0]: row[1] for row in found}


def _members(connection: Connection, where: Any, of: int, limit: int) -> Sequence[Member]:
    columns = (
        complaints.c.id,
        complaints.c.tracking_number,
        complaints.c.channel,
        complaints.c.state,
        complaints.c.registered_at,
        complaints.c.matter_by,
    )
    rows = connection.execute(select(*columns).where(where).order_by(complaints.c.id.desc()).limit(limit)).all()
    persons = _persons(connection, [of, *(row.id for row in rows)])
    return [
        Member(
            id=row.id,
            number=row.tracking_number,
            channel=row.channel,
            state=row.state,
            registered_at=row.registered_at,
            same_person=bool(persons.get(of, frozenset()) & persons.get(row.id, frozenset())),
            confirmed=row.matter_by not in (None, SYSTEM),
        )
        for row in rows
    ]


def _persons(connection: Connection, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Phones and mail addresses of reporters, for comparing only."""
    rows = connection.execute(select(complaints.c.id, complaints.c.reporter).where(complaints.c.id.in_(ids)))
    return {
        row.id: frozenset(str(row.reporter[part]).lower() for part in ("phone", "email") if (row.reporter or {}).get(part)) for row in rows
    }
