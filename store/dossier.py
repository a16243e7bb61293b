"""Everything the hub knows of one complaint, read at once for the page that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from store import deliveries
from store.people import AuditRow
from store.tables import ComplaintRow, EvidenceRow, OutboxRow, SupplementRow, TimelineRow, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """`owed` are forwards, follow-ups and replies in the order they were owed; `looks` who opened personal data lately."""

    complaint: ComplaintRow
    supplements: Sequence[SupplementRow]
    evidence: Sequence[EvidenceRow]
    timeline: Sequence[TimelineRow]
    owed: Sequence[OutboxRow]
    arrived: Mapping[int, str]
    """By id of what was owed: where the platform says that the message stands."""
    looks: Sequence[AuditRow]
    merged_into: str | None
    """The tracking number of the complaint that took this one in."""
    absorbed: Sequence[str]
    """Tracking numbers of complaints that were merged into this one."""


def by_number(session: Session, number: str) -> Dossier | None:
    """`number` in stored form, or None when there is no such complaint."""
    return _of(session, session.exec(select(ComplaintRow).where(ComplaintRow.tracking_number == number)).first())


def by_id(session: Session, complaint_id: int) -> Dossier | None:
    return _of(session, session.get(ComplaintRow, complaint_id))


def _of(session: Session, row: ComplaintRow | None) -> Dossier | None:
    if row is None or row.id is None:
        return None
    key = row.id
    taker = session.get(ComplaintRow, row.merged_into) if row.merged_into else None
    kinds = (Work.FORWARD, Work.ADD, Work.REPLY)
    owed = select(OutboxRow).where(OutboxRow.complaint_id == key, col(OutboxRow.kind).in_(kinds)).order_by(col(OutboxRow.id))
    looks = select(AuditRow).where(AuditRow.complaint_id == key, AuditRow.action == "reveal").order_by(col(AuditRow.id).desc()).limit(5)
    debts = session.exec(owed).all()
    return Dossier(
        complaint=row,
        supplements=session.exec(select(SupplementRow).where(SupplementRow.complaint_id == key).order_by(col(SupplementRow.id))).all(),
        evidence=session.exec(select(EvidenceRow).where(EvidenceRow.complaint_id == key).order_by(col(EvidenceRow.id))).all(),
        timeline=session.exec(
            select(TimelineRow).where(TimelineRow.complaint_id == key).order_by(col(TimelineRow.at), col(TimelineRow.id))
        ).all(),
        owed=debts,
        arrived=deliveries.of_debts(session.connection(), [debt.id for debt in debts if debt.id is not None]),
        looks=session.exec(looks).all(),
        merged_into=taker.tracking_number if taker else None,
        absorbed=session.exec(select(ComplaintRow.tracking_number).where(ComplaintRow.merged_into == key)).all(),
    )


def lines_after(session: Session, complaint_id: int, line: int) -> Sequence[TimelineRow]:
    """What happened to it after that line of its timeline."""
    return session.exec(select(TimelineRow).where(TimelineRow.complaint_id == complaint_id, col(TimelineRow.id) > line)).all()


def id_of(session: Session, number: str) -> int | None:
    """The row behind a tracking number in stored form, or behind a door's own number."""
    for name in (ComplaintRow.tracking_number, ComplaintRow.door_reference):
        found = session.exec(select(ComplaintRow.id).where(name == number)).first()
        if found is not None:
            return found
    return None


def evidence_of(session: Session, evidence_id: int) -> tuple[EvidenceRow, str] | None:
    """A file and the tracking number of its complaint."""
    query = select(EvidenceRow, ComplaintRow.tracking_number).join(ComplaintRow, col(ComplaintRow.id) == col(EvidenceRow.complaint_id))
    found = session.exec(query.where(EvidenceRow.id == evidence_id)).first()
    return (found[0], found[1]) if found else None
