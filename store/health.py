"""What the health page shows: every account, door and job, and what waits on the way in and on the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.tables import InboxRow, InboxState, OutboxRow, Owed, PulseRow

LOOK_BACK = 20_000
"""Among how many of the newest messages an account's last one is looked for: a quiet account must not cost a walk through them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue of one account (inwards) or lane (outwards)."""

    name: str
    waiting: int
    oldest: datetime | None
    """When the one that waits longest arrived, or was owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    pulses: Mapping[str, PulseRow]
    last_in: Mapping[str, datetime]
    """By account."""
    inward: Mapping[str, Queue]
    outward: Sequence[Queue]


def vitals(session: Session, accounts: Sequence[str]) -> Vitals:
    """`accounts` are those configured; pulses of names that are configured no more come along too."""
    waiting = (
        select(InboxRow.account, func.count(), func.min(InboxRow.received_at))
        .where(InboxRow.state == InboxState.NEW)
        .group_by(InboxRow.account)
    )
    owed = (
        select(OutboxRow.lane, func.count(), func.min(OutboxRow.created_at))
        .where(OutboxRow.state == Owed.OWED)
        .group_by(OutboxRow.lane)
        .order_by(OutboxRow.lane)
    )
    last = {account: _last_in(session, account) for account in accounts}
    return Vitals(
        pulses={row.name: row for row in session.exec(select(PulseRow).order_by(PulseRow.name)).all()},
        last_in={account: at for account, at in last.items() if at is not None},
        inward={name: Queue(name=name, waiting=count, oldest=oldest) for name, count, oldest in session.exec(waiting).all()},
        outward=[Queue(name=name, waiting=count, oldest=oldest) for name, count, oldest in session.exec(owed).all()],
    )


def _last_in(session: Session, account: str) -> datetime | None:
    newest = session.exec(select(func.max(InboxRow.id))).one() or 0
    lately = select(InboxRow.received_at).where(InboxRow.account == account, col(InboxRow.id) > newest - LOOK_BACK)
    return session.exec(lately.order_by(col(InboxRow.id).desc()).limit(1)).first()
