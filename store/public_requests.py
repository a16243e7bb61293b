"""What an Open311 list may be made of: complaints that are not secret, with their last public words. No reporter is read here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from store.states import CLOSED, OPEN
from store.tables import ComplaintRow, EvidenceRow, InboxRow, TimelineRow

ROWS_LIMIT = 1000
"""Of one answer at most; GET Service Requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`numbers` (stored form) overrides the rest. `categories` None: any; a None in it: without category. Times are inclusive."""

    numbers: Sequence[str] | None = None
    categories: Collection[str | None] | None = None
    since: datetime | None = None
    until: datetime | None = None
    open: bool | None = None
    limit: int = ROWS_LIMIT
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`told`: the words that were meant for the citizen, the oldest first."""

    complaint: ComplaintRow
    told: Sequence[str]
    evidence: Sequence[EvidenceRow]


def of(session: Session, wanted: Wanted) -> Sequence[Found]:
    """Newest first."""
    query = select(ComplaintRow).where(col(ComplaintRow.confidential).is_(False))
    if wanted.numbers is not None:
        query = query.where(col(ComplaintRow.tracking_number).in_(wanted.numbers[:ROWS_LIMIT]))
    else:
        if wanted.since is not None:
            query = query.where(col(ComplaintRow.registered_at) >= wanted.since)
        if wanted.until is not None:
            query = query.where(col(ComplaintRow.registered_at) <= wanted.until)
        if wanted.open is not None:
            query = query.where(col(ComplaintRow.state).in_(OPEN if wanted.open else CLOSED))
        if wanted.categories is not None:
            named = col(ComplaintRow.category).in_([key for key in wanted.categories if key is not None])
            query = query.where(or_(named, col(ComplaintRow.category).is_(None)) if None in wanted.categories else named)
    ordered = query.order_by(col(ComplaintRow.registered_at).desc(), col(ComplaintRow.id).desc())
    rows = session.exec(ordered.offset(wanted.skip).limit(min(wanted.limit, ROWS_LIMIT))).all()
    keys = [row.id for row in rows if row.id is not None]
    told, files = _told(session, keys), _files(session, keys)
    return [Found(complaint=row, told=told.get(row.id or 0, ()), evidence=files.get(row.id or 0, ())) for row in rows]


def _told(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[str]]:
    query = select(TimelineRow.complaint_id, TimelineRow.public_text).where(
        col(TimelineRow.complaint_id).in_(keys), col(TimelineRow.public_text).is_not(None)
    )
    found: dict[int, list[str]] = {}
    for key, text in session.exec(query.order_by(col(TimelineRow.at), col(TimelineRow.id))):
        if text:
            found.setdefault(key, []).append(text)
    return found


def _files(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[EvidenceRow]]:
    found: dict[int, list[EvidenceRow]] = {}
    for row in session.exec(select(EvidenceRow).where(col(EvidenceRow.complaint_id).in_(keys)).order_by(col(EvidenceRow.id))):
        found.setdefault(row.complaint_id, []).append(row)
    return found


def ticket(session: Session, channel: str, account: str, external_id: str) -> tuple[bool, str | None]:
    """(known, tracking number) of what was posted under this id; the number is None while it is not registered."""
    row = session.exec(
        select(InboxRow).where(InboxRow.channel == channel, InboxRow.account == account, InboxRow.external_id == external_id)
    ).first()
    if row is None:
        return False, None
    complaint = session.get(ComplaintRow, row.complaint_id) if row.complaint_id else None
    return True, complaint.tracking_number if complaint else None
