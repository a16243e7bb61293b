"""Matters: complaints of several citizens about one thing. Each keeps its own number; the desk sees them together.

What is needed to find the like of a new complaint is kept for some weeks under keys (its place, who wrote), so that looking costs the
same however many complaints there are and however many of them are about one flood: of each key only the newest few are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Index, TextualSelect, bindparam, delete, select, text, update
from sqlmodel import Field, SQLModel

from store.columns import Json, Key, Moment, json_column, key_column, moment
from store.complaints import table as complaints
from store.states import OPEN
from store.upsert import insert

NEWEST = 8
"""Read of each key."""
COMPARED = 16
"""Compared with one new complaint at most."""
SYSTEM = "system"


class MatterRow(SQLModel, table=True):
    """One matter; its complaints carry its id."""

    __tablename__ = "matters"
    id: int | None = key_column()
    opened_at: datetime = moment()
    opened_by: str
    """`system`, or the operator's name."""


class FingerprintRow(SQLModel, table=True):
    """What a complaint is compared by. No words, no names: stems and hashes."""

    __tablename__ = "fingerprints"
    complaint_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    told: dict[str, Any] = json_column({})
    at: datetime = moment(index=True)


class TraceRow(SQLModel, table=True):
    """A complaint under one of its keys."""

    __tablename__ = "traces"
    __table_args__ = (Index("ix_traces_complaint", "complaint_id"),)
    key: str = Field(primary_key=True)
    complaint_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))


class HintRow(SQLModel, table=True):
    """Perhaps one matter: a person is asked. The newer complaint points to the older one."""

    __tablename__ = "hints"
    complaint_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    other_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False, index=True))


matters = MatterRow.__table__  # type: ignore[attr-defined]
fingerprints = FingerprintRow.__table__  # type: ignore[attr-defined]
traces = TraceRow.__table__  # type: ignore[attr-defined]
hints = HintRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    complaint_id: int
    number: str
    matter_id: int | None
    open: bool
    told: Mapping[str, Any]


def candidates(connection: Connection, keys: Sequence[str], *, besides: int) -> Sequence[Candidate]:
    """The newest complaints under these keys, those with the most keys in common. `besides`: the complaint that is asked for."""
    if not keys:
        return []
    found = connection.execute(_newest(len(keys)), {"besides": besides} | {f"k{n}": key for n, key in enumerate(keys)})
    return [Candidate(complaint_id=row[0], number=row[1], matter_id=row[2], open=row[3] in OPEN, told=row[4]) for row in found]


@lru_cache(maxsize=64)
def _newest(keys: int) -> TextualSelect:
    """One statement that goes to each key's end of the index and takes a few rows there. Written once: it runs with every complaint."""
    one = "SELECT complaint_id FROM (SELECT complaint_id FROM traces WHERE key = :k{} ORDER BY complaint_id DESC LIMIT {}) AS t{}"
    several = " UNION ALL ".join(one.format(n, NEWEST, n) for n in range(keys))
    return text(  # only our own numbers are written into it
        "SELECT c.id, c.tracking_number, c.matter_id, c.state, f.told FROM (SELECT complaint_id, count(*) AS common "  # noqa: S608
        f"FROM ({several}) AS found WHERE complaint_id <> :besides GROUP BY complaint_id ORDER BY common DESC, complaint_id DESC "
        f"LIMIT {COMPARED}) AS near JOIN fingerprints f ON f.complaint_id = near.complaint_id "
        "JOIN complaints c ON c.id = near.complaint_id WHERE c.merged_into IS NULL"
    ).columns(complaints.c.id, complaints.c.tracking_number, complaints.c.matter_id, complaints.c.state, fingerprints.c.told)


_KEEP = text(
    "INSERT INTO fingerprints (complaint_id, told, at) VALUES (:complaint_id, :told, :at) "
    "ON CONFLICT (complaint_id) DO UPDATE SET told = excluded.told"
).bindparams(bindparam("told", type_=Json), bindparam("at", type_=Moment()))
_TRACE = text("INSERT INTO traces (key, complaint_id) VALUES (:key, :complaint_id) ON CONFLICT DO NOTHING")


def keep(connection: Connection, complaint_id: int, told: Mapping[str, Any], keys: Sequence[str], now: datetime) -> None:
    """So that the next like it is found. Once more, when more became known of it."""
    connection.execute(_KEEP, {"complaint_id": complaint_id, "told": told, "at": now})
    if keys:
        connection.execute(_TRACE, [{"key": key, "complaint_id": complaint_id} for key in keys])


def hint(connection: Connection, complaint_id: int, other_id: int) -> None:
    connection.execute(insert(connection, hints).on_conflict_do_nothing(), {"complaint_id": complaint_id, "other_id": other_id})


def dismiss(connection: Connection, complaint_id: int, other_id: int) -> None:
    """A person said no, or yes: the question is answered."""
    either = ((hints.c.complaint_id == complaint_id) & (hints.c.other_id == other_id)) | (
        (hints.c.complaint_id == other_id) & (hints.c.other_id == complaint_id)
    )
    connection.execute(delete(hints).where(either))


def of_complaint(connection: Connection, complaint_id: int, by: str, now: datetime) -> int:
    """The matter of a complaint; one is opened where it had none."""
    known: int | None = connection.execute(select(complaints.c.matter_id).where(complaints.c.id == complaint_id)).scalar_one()
    if known is not None:
        return known
    opened = connection.execute(insert(connection, matters).values(opened_at=now, opened_by=by).returning(matters.c.id)).scalar_one()
    free = (complaints.c.id == complaint_id) & complaints.c.matter_id.is_(None)
    if connection.execute(update(complaints).where(free).values(matter_id=opened, matter_by=by)).rowcount:
        return int(opened)
    connection.execute(delete(matters).where(matters.c.id == opened))  # another node was quicker
    return int(connection.execute(select(complaints.c.matter_id).where(complaints.c.id == complaint_id)).scalar_one())


def put(connection: Connection, complaint_id: int, matter_id: int | None, by: str) -> None:
    """Into a matter, or (None) out of any. `by`: who said so; the version of the complaint stays."""
    connection.execute(update(complaints).where(complaints.c.id == complaint_id).values(matter_id=matter_id, matter_by=by))


def members(connection: Connection, matter_id: int) -> Sequence[int]:
    """Open complaints of a matter, oldest first."""
    wanted = select(complaints.c.id).where(complaints.c.matter_id == matter_id, complaints.c.merged_into.is_(None))
    return list(connection.execute(wanted.where(complaints.c.state.in_(OPEN)).order_by(complaints.c.id)).scalars())


def fade(connection: Connection, before: datetime, at_once: int = 2_000) -> int:
    """Fingerprints from before find nothing any more; they and their traces go. The groups and the questions stay."""
    old = list(connection.execute(select(fingerprints.c.complaint_id).where(fingerprints.c.at < before).limit(at_once)).scalars())
    if old:
        connection.execute(delete(traces).where(traces.c.complaint_id.in_(old)))
        connection.execute(delete(fingerprints).where(fingerprints.c.complaint_id.in_(old)))
    return len(old)
