"""What operators are told in the desk: limits that come near, limits that passed, trouble of accounts and doors. Each once, by its key.

What one has read is a mark on the operator: everything up to that id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, String, delete, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from store.columns import Key, key_column, moment
from store.operators import OperatorRefused, id_of
from store.people import OperatorRow
from store.tables import ComplaintRow
from store.upsert import insert

SHOWN = 200
"""Older ones are history that the timeline and the list tell better."""


class NoticeRow(SQLModel, table=True):
    """One thing that somebody should know. `level`: operator (all who act) or supervisor (only they and admins)."""

    __tablename__ = "notices"
    id: int | None = key_column()
    key: str = Field(sa_column=Column(String, nullable=False, unique=True))
    at: datetime = moment(index=True)
    kind: str
    """soon, late, alarm or recovered."""
    level: str
    complaint_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    due_kind: str | None = None
    due_at: datetime | None = moment(null=True)
    told: str | None = None
    """The sentence of an alarm; never a citizen's words."""


notices = NoticeRow.__table__  # type: ignore[attr-defined]
operators = OperatorRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line of the list. `still`: it is due by that same limit as yet."""

    id: int
    at: datetime
    kind: str
    due_kind: str | None
    due_at: datetime | None
    told: str | None
    tracking_number: str | None
    agency: str | None
    still: bool


def add(connection: Connection, **values: Any) -> bool:
    """False when this key was told before."""
    once = insert(connection, notices).values(**values).on_conflict_do_nothing(index_elements=["key"]).returning(notices.c.id)
    return connection.execute(once).first() is not None


def unread(session: Session, operator_id: int, *, all_levels: bool) -> int:
    mark = select(col(OperatorRow.notices_read)).where(col(OperatorRow.id) == operator_id).scalar_subquery()
    wanted = select(func.count()).select_from(NoticeRow).where(col(NoticeRow.id) > mark, *_level(all_levels))
    return int(session.connection().execute(wanted).scalar_one())


def latest(session: Session, *, all_levels: bool) -> Sequence[Notice]:
    """The newest first."""
    joined = (
        select(NoticeRow, ComplaintRow.tracking_number, ComplaintRow.agency, ComplaintRow.due_at, ComplaintRow.due_kind)  # type: ignore[call-overload]
        .join(ComplaintRow, col(ComplaintRow.id) == col(NoticeRow.complaint_id), isouter=True)
        .where(*_level(all_levels))
        .order_by(col(NoticeRow.id).desc())
        .limit(SHOWN)
    )
    return [
        Notice(
            id=row.id,
            at=row.at,
            kind=row.kind,
            due_kind=row.due_kind,
            due_at=row.due_at,
            told=row.told,
            tracking_number=number,
            agency=agency,
            still=row.due_at is not None and (due_kind, due_at) == (row.due_kind, row.due_at),
        )
        for row, number, agency, due_at, due_kind in session.execute(joined)
    ]


def mark_read(connection: Connection, operator_id: int, up_to: int) -> None:
    """Never backwards."""
    further = update(operators).where(operators.c.id == operator_id, operators.c.notices_read < up_to)
    connection.execute(further.values(notices_read=up_to))


def set_email(connection: Connection, *, name: str, email: str | None) -> None:
    """Where an operator's reminders go; None: nowhere. Raises OperatorRefused."""
    operator_id = id_of(connection, name)
    if email is not None and not re.fullmatch(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}", email):
        raise OperatorRefused("Alamat surel itu tidak lengkap. Contoh: nama@kota.go.id.")
    connection.execute(update(operators).where(operators.c.id == operator_id).values(email=email))


def forget(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(notices).where(notices.c.at < before)).rowcount


def _level(all_levels: bool) -> list[ColumnElement[bool]]:
    return [] if all_levels else [col(NoticeRow.level) == "operator"]
