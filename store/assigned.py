"""What one agency may see: the complaints that were disposed to it, and of each only what its work needs. Looks only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from store.states import OPEN
from store.tables import ComplaintRow, EvidenceRow, SupplementRow, TimelineRow
from store.undone import stands

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One complaint as its agency sees it."""

    complaint: ComplaintRow
    supplements: Sequence[SupplementRow]
    evidence: Sequence[EvidenceRow]
    timeline: Sequence[TimelineRow]


def listed(session: Session, agency: str, *, closed: bool = False, before: int | None = None) -> Sequence[ComplaintRow]:
    """At most PAGE + 1, newest first, older than row `before`: one more row says that there is more."""
    is_open = col(ComplaintRow.state).in_([str(state) for state in OPEN])
    query = select(ComplaintRow).where(_theirs(agency), ~is_open if closed else is_open)
    if before is not None:
        query = query.where(col(ComplaintRow.id) < before)
    return session.exec(query.order_by(col(ComplaintRow.id).desc()).limit(PAGE + 1)).all()


def one(session: Session, agency: str, number: str) -> Case | None:
    """`number` in stored form. None also for a complaint of another agency: it must not be told apart from one that does not exist."""
    row = session.exec(select(ComplaintRow).where(ComplaintRow.tracking_number == number, _theirs(agency))).first()
    if row is None:
        return None
    timeline = select(TimelineRow).where(TimelineRow.complaint_id == row.id).order_by(col(TimelineRow.at), col(TimelineRow.id))
    return Case(
        complaint=row,
        supplements=session.exec(select(SupplementRow).where(SupplementRow.complaint_id == row.id).order_by(col(SupplementRow.id))).all(),
        evidence=session.exec(select(EvidenceRow).where(EvidenceRow.complaint_id == row.id).order_by(col(EvidenceRow.id))).all(),
        timeline=session.exec(timeline).all(),
    )


def owns_file(session: Session, agency: str, evidence_id: int) -> EvidenceRow | None:
    """A file of one of their complaints."""
    query = select(EvidenceRow).join(ComplaintRow, col(ComplaintRow.id) == col(EvidenceRow.complaint_id))
    return session.exec(query.where(EvidenceRow.id == evidence_id, _theirs(agency))).first()


def _theirs(agency: str) -> ColumnElement[bool]:
    """It is with them now, and it was disposed to them: a mere suggestion of the normaliser opens nothing."""
    disposed = (
        select(TimelineRow.id)
        .where(TimelineRow.complaint_id == ComplaintRow.id, TimelineRow.agency == agency)
        .where(col(TimelineRow.state).in_(("assigned", "in_progress", "answered")), stands(col(TimelineRow.id)))
    )
    return (col(ComplaintRow.agency) == agency) & col(ComplaintRow.merged_into).is_(None) & disposed.exists()
