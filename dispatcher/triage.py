"""A person decides what is a complaint. What is let in goes down the same line as everything else: number, door, answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from dispatcher.moving import ActRefused
from store import audit, triage
from store.bell import Bell
from store.database import Database

_DECIDED = "Pesan ini tidak lagi menunggu keputusan: mungkin rekan Anda sudah memutuskannya."


async def accept(db: Database, bell: Bell, inbox_id: int, *, operator: str, now: datetime) -> None:
    """It becomes a complaint, with what waits of the same conversation. Raises ActRefused when it was decided already."""

    def write(connection: Connection) -> None:
        if not triage.admit(connection, inbox_id):
            raise ActRefused(_DECIDED)
        audit.record(connection, at=now, operator=operator, action="triage_accept", detail=f"inbox {inbox_id}")

    await db.write(write)
    bell.ring("inbox")
    bell.ring("desk")


async def reject(db: Database, bell: Bell, inbox_id: int, *, operator: str, now: datetime) -> None:
    """Set aside, with the reason that a person said so; it is kept. Raises ActRefused when it was decided already."""

    def write(connection: Connection) -> None:
        if not triage.reject(connection, inbox_id, now):
            raise ActRefused(_DECIDED)
        audit.record(connection, at=now, operator=operator, action="triage_reject", detail=f"inbox {inbox_id}")

    await db.write(write)
    bell.ring("desk")
