"""The reports that are or were owed by e-mail. They are debts of the outbox, found by a conversation of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlmodel import Session

from store.outbox import table
from store.views import table as complaints

CONVERSATION = "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One mail to one address. `error`: code and sentence of what went wrong last."""

    id: int
    payload: Mapping[str, Any]
    state: str
    error: str | None
    created_at: datetime
    due_at: datetime
    done_at: datetime | None


def newest(session: Session, limit: int) -> Sequence[Mailing]:
    shown = (table.c.id, table.c.payload, table.c.state, table.c.last_error, table.c.created_at, table.c.due_at, table.c.done_at)
    query = select(*shown).where(table.c.conversation == CONVERSATION).order_by(table.c.id.desc()).limit(limit)
    names = ("id", "payload", "state", "error", "created_at", "due_at", "done_at")
    return [Mailing(**dict(zip(names, row, strict=True))) for row in session.execute(query)]


def newest_id(connection: Connection) -> int:
    """0 before the first."""
    return connection.execute(select(func.max(table.c.id)).where(table.c.conversation == CONVERSATION)).scalar_one() or 0


def owed(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """Those of these keys that are or were owed."""
    return frozenset(session.execute(select(table.c.key).where(table.c.key.in_(list(keys)))).scalars())


def counts(session: Session, since: datetime, until: datetime) -> dict[str | None, int]:
    """How many complaints came in from `since` on and before `until`, by agency."""
    query = select(complaints.c.agency, func.count()).where(complaints.c.registered_at >= since, complaints.c.registered_at < until)
    return {row[0]: row[1] for row in session.execute(query.group_by(complaints.c.agency))}
