"""One act over many complaints: what was done, what was not and why, and what it takes to take it back.

A step keeps what it changed until the undo is no longer offered; the timeline keeps for ever what happened, the undo among it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, UniqueConstraint, func, select, update
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel import select as _select

from store.columns import Key, json_column, key_column, moment
from store.tables import ComplaintRow, TimelineRow
from store.upsert import insert


class BulkRow(SQLModel, table=True):
    """One press of a button. `key` comes with the page's form: pressed twice, it is done once."""

    __tablename__ = "bulks"
    id: int | None = key_column()
    key: str = Field(unique=True)
    operator: str
    act: str
    at: datetime = moment(index=True)
    undo_until: datetime = moment()
    """Until then nothing that it owes leaves the hub."""
    undone_at: datetime | None = moment(null=True)


class BulkStepRow(SQLModel, table=True):
    """What it did to one complaint. `before` and `held` are emptied once nobody can undo it any more."""

    __tablename__ = "bulk_steps"
    __table_args__ = (UniqueConstraint("bulk_id", "complaint_id"),)
    id: int | None = key_column()
    bulk_id: int = Field(sa_type=Key)
    complaint_id: int = Field(sa_type=Key)
    why: str | None = None
    """Why it was not done, for the operator."""
    version: int = 0
    """Of the complaint, after the act."""
    line: int = Field(default=0, sa_type=Key)
    """The newest line of the complaint's timeline after the act."""
    lines: list[int] = json_column([])
    """Changes of state in the timeline that the act made."""
    before: dict[str, Any] = json_column({})
    """Columns of the complaint that the act changed, as they were."""
    held: list[dict[str, Any]] = json_column([])
    """What it made the hub owe (store.held)."""
    undone: bool = False
    why_not: str | None = None
    """Why it could not be undone."""


bulks = BulkRow.__table__  # type: ignore[attr-defined]
steps = BulkStepRow.__table__  # type: ignore[attr-defined]
complaints = ComplaintRow.__table__  # type: ignore[attr-defined]
timeline = TimelineRow.__table__  # type: ignore[attr-defined]


def begin(connection: Connection, *, key: str, operator: str, act: str, at: datetime, undo_until: datetime) -> RowMapping | None:
    """The row, also when this key was begun before; None when somebody else's key is the same."""
    row = {"key": key, "operator": operator, "act": act, "at": at, "undo_until": undo_until}
    connection.execute(insert(connection, bulks).values(**row).on_conflict_do_nothing(index_elements=["key"]))
    return connection.execute(select(bulks).where(bulks.c.key == key, bulks.c.operator == operator)).mappings().one_or_none()


def enter(connection: Connection, bulk_id: int, complaint_id: int) -> int | None:
    """The id of a new step; None when this complaint was dealt with before (or is, by another node, at this moment)."""
    once = insert(connection, steps).values(bulk_id=bulk_id, complaint_id=complaint_id, version=0, line=0, undone=False)
    once = once.on_conflict_do_nothing(index_elements=["bulk_id", "complaint_id"])
    return connection.execute(once.returning(steps.c.id)).scalar_one_or_none()


def close(connection: Connection, step_id: int, **values: Any) -> None:
    connection.execute(update(steps).where(steps.c.id == step_id).values(**values))


def undo(connection: Connection, bulk_id: int, operator: str, at: datetime) -> str | None:
    """What act it was; None when it is somebody else's. An undo that was cut off may be asked for again."""
    mine = update(bulks).where(bulks.c.id == bulk_id, bulks.c.operator == operator)
    return connection.execute(mine.values(undone_at=func.coalesce(bulks.c.undone_at, at)).returning(bulks.c.act)).scalar_one_or_none()


def done(connection: Connection, bulk_id: int) -> Sequence[RowMapping]:
    """The steps that were done and that nobody tried to take back yet."""
    wanted = select(steps).where(steps.c.bulk_id == bulk_id, steps.c.why.is_(None), ~steps.c.undone, steps.c.why_not.is_(None))
    return connection.execute(wanted.order_by(steps.c.id)).mappings().all()


def newest_line(connection: Connection, complaint_id: int) -> int:
    newest = select(func.max(timeline.c.id)).where(timeline.c.complaint_id == complaint_id)
    return connection.execute(newest).scalar_one() or 0


def lines_after(connection: Connection, complaint_id: int, line: int) -> Sequence[Any]:
    """(id, kind) of the timeline's lines after that one."""
    rows = select(timeline.c.id, timeline.c.kind).where(timeline.c.complaint_id == complaint_id, timeline.c.id > line)
    return connection.execute(rows.order_by(timeline.c.id)).all()


def empty(connection: Connection, before: datetime) -> None:
    """Acts from before that moment can no longer be undone: what that would have taken is let go."""
    old = select(bulks.c.id).where(bulks.c.at < before)
    full = update(steps).where(steps.c.bulk_id.in_(old), steps.c.version > 0)
    connection.execute(full.values(version=0, before={}, held=[]))


def find(session: Session, bulk_id: int, operator: str) -> tuple[BulkRow, Sequence[tuple[BulkStepRow, str]]] | None:
    """The operator's own act and its steps, each with its complaint's number in stored form."""
    row = session.exec(_select(BulkRow).where(BulkRow.id == bulk_id, BulkRow.operator == operator)).one_or_none()
    if row is None:
        return None
    wanted = _select(BulkStepRow, ComplaintRow.tracking_number).join(ComplaintRow, col(ComplaintRow.id) == col(BulkStepRow.complaint_id))
    found = session.exec(wanted.where(BulkStepRow.bulk_id == bulk_id).order_by(col(BulkStepRow.id))).all()
    return row, [(step, number) for step, number in found]
