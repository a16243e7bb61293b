"""Who looked at personal data, or changed something, and why. Written in the same transaction as what it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, insert
from sqlalchemy import select as chosen
from sqlmodel import Session, col, select

from store.distinct import distinct
from store.people import AuditRow
from store.tables import ComplaintRow

PAGE = 50

_audit: Table = AuditRow.__table__  # type: ignore[attr-defined]


def record(
    connection: Connection, *, at: datetime, operator: str, action: str, complaint_id: int | None = None, detail: str | None = None
) -> None:
    """`action` is a stable code (reveal, raw, download, redrive ...); `detail` a reason or a row's id, never a citizen's words."""
    connection.execute(insert(_audit).values(at=at, operator=operator, action=action, complaint_id=complaint_id, detail=detail))


def known(connection: Connection, since: datetime, operator: str, action: str, complaint_id: int, detail: str) -> bool:
    """Whether exactly this was written down since then."""
    query = chosen(_audit.c.id).where(_audit.c.complaint_id == complaint_id, _audit.c.at >= since, _audit.c.operator == operator)
    return connection.execute(query.where(_audit.c.action == action, _audit.c.detail == detail).limit(1)).first() is not None


def record_once(
    connection: Connection, *, at: datetime, within: timedelta, operator: str, action: str, complaint_id: int, detail: str
) -> None:
    """Unless it was written down a short while ago."""
    if not known(connection, at - within, operator, action, complaint_id, detail):
        record(connection, at=at, operator=operator, action=action, complaint_id=complaint_id, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for in the trail; None leaves a question open."""

    operator: str | None = None
    action: str | None = None
    number: str | None = None
    """A tracking number in stored form."""
    since: datetime | None = None
    until: datetime | None = None


def trail(session: Session, asked: Asked, before: int | None = None) -> Sequence[tuple[AuditRow, str | None]]:
    """At most PAGE + 1 rows with their tracking numbers, newest first, older than row `before`: one more row says that there is more."""
    query = select(AuditRow, ComplaintRow.tracking_number).outerjoin(ComplaintRow, col(ComplaintRow.id) == col(AuditRow.complaint_id))
    if asked.operator is not None:
        query = query.where(AuditRow.operator == asked.operator)
    if asked.action is not None:
        query = query.where(AuditRow.action == asked.action)
    if asked.number is not None:
        query = query.where(ComplaintRow.tracking_number == asked.number)
    if asked.since is not None:
        query = query.where(AuditRow.at >= asked.since)
    if asked.until is not None:
        query = query.where(AuditRow.at < asked.until)
    if before is not None:
        query = query.where(col(AuditRow.id) < before)
    found = session.exec(query.order_by(col(AuditRow.id).desc()).limit(PAGE + 1)).all()
    return [(row, number) for row, number in found]


def actions(session: Session) -> Sequence[str]:
    """The codes that occur, for the filter: one look into the index for each."""
    return distinct(session, _audit.c.action)
