"""Raw bytes are kept as long as the profile says, and no longer. The complaint, its words and its timeline stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from store.tables import EvidenceRow, InboxRow, InboxState

inbox = InboxRow.__table__  # type: ignore[attr-defined]
evidence = EvidenceRow.__table__  # type: ignore[attr-defined]
AT_ONCE = 500
"""Rows in one transaction, so that nobody waits long behind it."""


def forget(connection: Connection, before: datetime) -> tuple[int, list[str]]:
    """Takes the raw bytes off messages received before; (rows, sha256 of blobs that nothing points at any more)."""
    old = (
        select(inbox.c.id, inbox.c.raw_sha256)
        .where(inbox.c.received_at < before, inbox.c.state == InboxState.DONE)
        .where(inbox.c.raw.is_not(None) | inbox.c.raw_sha256.is_not(None))
        .limit(AT_ONCE)
    )
    rows = connection.execute(old).all()
    if not rows:
        return 0, []
    ids = [row.id for row in rows]
    connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(raw=None, raw_sha256=None, inbound=None))
    named = {row.raw_sha256 for row in rows if row.raw_sha256}
    still = connection.execute(select(inbox.c.raw_sha256).where(inbox.c.raw_sha256.in_(named))).scalars()
    shown = connection.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(named))).scalars()
    return len(ids), sorted(named - set(still) - set(shown))
