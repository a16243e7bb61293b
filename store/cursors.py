"""Where polled accounts and doors stand, who may poll them, and how they fare."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlmodel import Session
from sqlmodel import select as select_rows

from store.tables import CursorRow, LeaseRow, PulseRow
from store.upsert import insert

cursors = CursorRow.__table__  # type: ignore[attr-defined]
leases = LeaseRow.__table__  # type: ignore[attr-defined]
pulses = PulseRow.__table__  # type: ignore[attr-defined]


def load(connection: Connection, name: str) -> dict[str, Any] | None:
    return connection.execute(select(cursors.c.cursor).where(cursors.c.name == name)).scalar_one_or_none()


def save(connection: Connection, name: str, cursor: dict[str, Any], now: datetime) -> None:
    row = {"cursor": cursor, "saved_at": now}
    connection.execute(insert(connection, cursors).values(name=name, **row).on_conflict_do_update(index_elements=["name"], set_=row))


def hold(connection: Connection, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or renew a lease; False while somebody else holds it."""
    row = {"holder": holder, "until": now + length}
    connection.execute(insert(connection, leases).values(name=name, **row).on_conflict_do_nothing(index_elements=["name"]))
    taken = connection.execute(
        update(leases).where(leases.c.name == name, or_(leases.c.holder == holder, leases.c.until < now)).values(**row)
    )
    return taken.rowcount == 1


def release(connection: Connection, holder: str, now: datetime) -> None:
    """Let go of everything at an orderly stop, so that the next node need not wait."""
    connection.execute(update(leases).where(leases.c.holder == holder).values(until=now - timedelta(seconds=1)))


def free(connection: Connection, holder: str, now: datetime) -> None:
    """One machine only: the leases of a hub that died are worth nothing."""
    connection.execute(update(leases).where(leases.c.holder != holder).values(until=now - timedelta(seconds=1)))


def beat(connection: Connection, name: str, **values: Any) -> None:
    """Change an account's or door's pulse: last_ok_at, last_error_at, last_error, paused_until, stopped."""
    connection.execute(
        insert(connection, pulses)
        .values(name=name, **{"stopped": False, "forged": 0, **values})
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )


def count_forged(connection: Connection, name: str) -> None:
    connection.execute(
        insert(connection, pulses)
        .values(name=name, stopped=False, forged=1)
        .on_conflict_do_update(index_elements=["name"], set_={"forged": pulses.c.forged + 1})
    )


def pulses_of(session: Session) -> dict[str, PulseRow]:
    return {row.name: row for row in session.exec(select_rows(PulseRow))}
