"""What an act made the hub owe, kept from leaving for a while, so that it can be taken back before anybody outside was told.

`held` names the debts of one step: {"key"} for a new one; {"key", "lane", "order_key", "due_at", "payload", "added"} for one that waited
already and was changed (of the payload what changed, as it was, and the names of what it had not).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from store.tables import OutboxRow, Owed, Work

table = OutboxRow.__table__  # type: ignore[attr-defined]
LATER = "later:"
"""Begins the order key of what waits for its time: it holds up no other reply of its conversation."""
Debts = Mapping[str, Mapping[str, Any]]


def owed(connection: Connection, complaint_id: int) -> Debts:
    """Replies, forwards and additions of a complaint that nobody has begun to send, by key."""
    rows = select(table).where(table.c.complaint_id == complaint_id, table.c.kind != Work.FETCH, *_untouched())
    return {row["key"]: dict(row) for row in connection.execute(rows).mappings()}


def hold(connection: Connection, before: Debts, complaint_id: int, until: datetime) -> list[dict[str, Any]]:
    """Nothing that came or changed since `before` leaves earlier than `until`."""
    held = []
    for key, row in owed(connection, complaint_id).items():
        was = before.get(key)
        if was is None:
            held.append({"key": key})
        elif any(was[name] != row[name] for name in ("lane", "order_key", "due_at", "payload")):
            held.append(_as_it_was(was, row))
        else:
            continue
        order = row["order_key"] if row["order_key"].startswith(LATER) or row["kind"] != Work.REPLY else LATER + row["order_key"]
        values = {"due_at": max(row["due_at"], until), "order_key": order}
        connection.execute(update(table).where(table.c.key == key).values(**values))
    return held


def take_back(connection: Connection, held: Sequence[Mapping[str, Any]]) -> bool:
    """As if it had never been owed. False, and nothing is changed: some of it has left, or is leaving at this moment."""
    keys = [each["key"] for each in held]
    waiting = select(table.c.key, table.c.payload).where(table.c.key.in_(keys), *_untouched()).with_for_update()
    here = {row.key: row.payload for row in connection.execute(waiting)}
    if len(here) < len(set(keys)):
        return False
    for each in held:
        this = table.c.key == each["key"]
        if "lane" not in each:
            connection.execute(delete(table).where(this))
            continue
        payload = {name: value for name, value in here[each["key"]].items() if name not in each["added"]} | each["payload"]
        as_before = {"lane": each["lane"], "order_key": each["order_key"], "due_at": datetime.fromisoformat(each["due_at"])}
        connection.execute(update(table).where(this).values(payload=payload, **as_before))
    return True


def _as_it_was(was: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    payload = {name: value for name, value in was["payload"].items() if row["payload"].get(name) != value}
    added = [name for name in row["payload"] if name not in was["payload"]]
    known = {name: was[name] for name in ("key", "lane", "order_key")}
    return {**known, "due_at": was["due_at"].isoformat(), "payload": payload, "added": added}


def _untouched() -> tuple[Any, ...]:
    return table.c.state == Owed.OWED, table.c.attempts == 0, table.c.leased_by.is_(None)
