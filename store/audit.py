"""Who looked at personal data, or changed something, and why. Written in the same transaction as what it tells of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, insert

from store.people import AuditRow

_audit: Table = AuditRow.__table__  # type: ignore[attr-defined]


def record(
    connection: Connection, *, at: datetime, operator: str, action: str, complaint_id: int | None = None, detail: str | None = None
) -> None:
    """`action` is a stable code (reveal, raw, download, redrive ...); `detail` a reason or a row's id, never a citizen's words."""
    connection.execute(insert(_audit).values(at=at, operator=operator, action=action, complaint_id=complaint_id, detail=detail))
