"""A city whose door is the worklist, and complaints that lie on it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from config.profile import Profile
from dispatcher.replies import Replies
from normalizer import tracking
from store.database import Database
from store.tables import ComplaintRow

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DOORS = frozenset({"worklist"})
table = ComplaintRow.__table__  # type: ignore[attr-defined]


@dataclass
class Office:
    """A city whose door is the worklist."""

    db: Database
    profile: Profile
    replies: Replies
    draws: Any = field(default_factory=lambda: itertools.count(1))

    async def complaint(self, **values: Any) -> dict[str, Any]:
        """One that lies on the worklist; its row."""
        n = next(self.draws)
        number = tracking.compose("CMH", [n // 1024 % 32, n // 32 % 32, n % 32, 5, 9, 30, 2])
        at = NOW - timedelta(days=2) + timedelta(minutes=n)
        row = {
            "tracking_number": number,
            "title": f"Lampu jalan mati {n}",
            "first_words": f"lampu jln mati sdh 3 hari di gang {n}",
            "body": f"Lampu jalan mati sudah tiga hari di gang nomor {n}",
            "channel": "telegram",
            "account": "kominfo_bot",
            "conversation": f"telegram:kominfo_bot:{n}",
            "reply_address": str(n),
            "state_at": at,
            "registered_at": at,
            "last_words_at": at,
            "submitted_at": at,
            "reporter": {"name": "Siti Rahmawati", "phone": "+6281234567890"},
            "provenance": {"channel": "telegram", "account": "kominfo_bot", "external_id": f"1:{n}", "received_at": at.isoformat()},
            "door": "worklist",
            "door_reference": f"token:{number}",
            "forwarded_at": at,
        } | values
        kept = {name: value for name, value in ComplaintRow.model_validate(row).model_dump().items() if name != "id"}
        key = await self.db.write(lambda c: c.execute(insert(table).values(**kept).returning(table.c.id)).scalar_one())
        return await self.row(key)

    async def row(self, key: int) -> dict[str, Any]:
        found = await self.db.read(lambda s: s.connection().execute(select(table).where(table.c.id == key)).mappings().one())
        return dict(found)
