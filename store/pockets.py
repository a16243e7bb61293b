"""The pockets in which nothing gets lost: quarantined, triage and set aside on the way in; dead, uncertain and by hand on the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from normalizer.complaint import Outcome
from store.tables import ComplaintRow, InboxRow, InboxState, OutboxRow

PAGE = 50
QUARANTINED, TRIAGE, SET_ASIDE, DEAD, UNCERTAIN, BY_HAND = "quarantined", "triage", "set_aside", "dead", "uncertain", "by_hand"
INWARD = (QUARANTINED, TRIAGE, SET_ASIDE)
OUTWARD = (DEAD, UNCERTAIN, BY_HAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An inbox row without its bytes."""

    id: int
    channel: str
    account: str
    external_id: str
    received_at: datetime
    reason: str | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An outbox row and the complaint it is about."""

    row: OutboxRow
    tracking_number: str | None


def inward(session: Session, pocket: str, *, before: int | None = None) -> Sequence[Arrived]:
    """Newest first, at most PAGE; `before` is the last id of the page shown before."""
    shown = (
        InboxRow.id,
        InboxRow.channel,
        InboxRow.account,
        InboxRow.external_id,
        InboxRow.received_at,
        InboxRow.reason,
        InboxRow.attempts,
    )
    query = select(*shown).where(_inward(pocket)).order_by(col(InboxRow.id).desc()).limit(PAGE)  # type: ignore[call-overload]
    if before is not None:
        query = query.where(col(InboxRow.id) < before)
    names = ("id", "channel", "account", "external_id", "received_at", "reason", "attempts")
    return [Arrived(**dict(zip(names, row, strict=True))) for row in session.execute(query)]


def outward(session: Session, pocket: str, *, before: int | None = None) -> Sequence[Due]:
    query = (
        select(OutboxRow, ComplaintRow.tracking_number)
        .outerjoin(ComplaintRow, col(ComplaintRow.id) == col(OutboxRow.complaint_id))
        .where(OutboxRow.state == pocket)
        .order_by(col(OutboxRow.id).desc())
        .limit(PAGE)
    )
    if before is not None:
        query = query.where(col(OutboxRow.id) < before)
    return [Due(row=row, tracking_number=number) for row, number in session.exec(query)]


def counts(session: Session) -> Mapping[str, int]:
    """How many rows lie in each pocket. Set aside is not counted: it only grows, and nobody must empty it."""
    inbox = {pocket: session.scalar(select(func.count()).where(_inward(pocket))) or 0 for pocket in (QUARANTINED, TRIAGE)}
    outbox = {pocket: session.scalar(select(func.count()).where(col(OutboxRow.state) == pocket)) or 0 for pocket in OUTWARD}
    return inbox | outbox


def ids(session: Session, pocket: str, limit: int = 1000) -> Sequence[int]:
    """The rows of a pocket, oldest first: what "re-drive all" goes through."""
    if pocket in INWARD:
        key, where = col(InboxRow.id), _inward(pocket)
    else:
        key, where = col(OutboxRow.id), col(OutboxRow.state) == pocket
    return [found for found in session.exec(select(key).where(where).order_by(key).limit(limit)) if found is not None]


def arrived(session: Session, inbox_id: int) -> InboxRow | None:
    """One inbox row with its bytes."""
    return session.get(InboxRow, inbox_id)


def _inward(pocket: str) -> ColumnElement[bool]:
    """Each pocket has a partial index of its own; these conditions are theirs."""
    if pocket == QUARANTINED:
        return col(InboxRow.state) == InboxState.QUARANTINED
    outcome = Outcome.TRIAGE if pocket == TRIAGE else Outcome.SET_ASIDE
    return (col(InboxRow.outcome) == outcome) & (col(InboxRow.state) == InboxState.DONE)
