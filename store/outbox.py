"""What is owed: forwards, replies, files to fetch. A row is written in the transaction that makes it due, never later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select, update

from store.tables import OutboxRow, Owed, Work
from store.upsert import insert

table = OutboxRow.__table__  # type: ignore[attr-defined]
older = table.alias("older")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One owed row under our lease. `interrupted`: an earlier attempt began whose end nobody learnt."""

    id: int
    key: str
    kind: str
    lane: str
    conversation: str | None
    complaint_id: int | None
    payload: dict[str, Any]
    created_at: datetime
    attempts: int
    unsure: bool
    interrupted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a person decided about. `owner`: the account or door."""

    kind: Work
    owner: str
    complaint_id: int | None


def lane(kind: Work, name: str) -> str:
    """`reply:kominfo_bot`, `forward:desk`."""
    return f"{kind}:{name}"


def owe(
    connection: Connection,
    *,
    key: str,
    kind: Work,
    name: str,
    order_key: str,
    now: datetime,
    due_at: datetime | None = None,
    conversation: str | None = None,
    complaint_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> bool:
    """Add a debt; False when this key is owed already. `name`: the account or door."""
    row = {
        "key": key,
        "kind": kind,
        "lane": lane(kind, name),
        "order_key": order_key,
        "conversation": conversation,
        "complaint_id": complaint_id,
        "payload": payload or {},
        "state": Owed.OWED,
        "created_at": now,
        "due_at": due_at or now,
        "attempts": 0,
        "unsure": False,
    }
    once = insert(connection, table).values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.id)
    return connection.execute(once).first() is not None


def claim(connection: Connection, *, node: str, lane: str, now: datetime, lease: timedelta, limit: int) -> list[Debt]:
    """Take what is due in a lane, the first of each order key only."""
    first = ~exists().where(and_(older.c.order_key == table.c.order_key, older.c.id < table.c.id, older.c.state == Owed.OWED))
    due = (
        select(table)
        .where(table.c.state == Owed.OWED, table.c.lane == lane, table.c.due_at <= now, first)
        .where(or_(table.c.leased_until.is_(None), table.c.leased_until < now))
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
    )
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True, of=table)
    rows = connection.execute(due).mappings().all()
    if not rows:
        return []
    connection.execute(
        update(table)
        .where(table.c.id.in_([row["id"] for row in rows]))
        .values(
            leased_by=node,
            leased_until=now + lease,
            attempts=table.c.attempts + 1,
            # durable before the next attempt begins: a hub that dies again at the same step must not start counting anew
            unsure=or_(table.c.unsure, table.c.leased_by.is_not(None)),
        )
    )
    return [debt_of(row) for row in rows]


def debt_of(row: Any) -> Debt:
    """The debt that a whole row of the table stands for."""
    return Debt(
        id=row["id"],
        key=row["key"],
        kind=row["kind"],
        lane=row["lane"],
        conversation=row["conversation"],
        complaint_id=row["complaint_id"],
        payload=row["payload"] or {},
        created_at=row["created_at"],
        attempts=row["attempts"] + 1,
        unsure=row["unsure"],
        interrupted=row["leased_by"] is not None,
    )


def done(connection: Connection, debt_id: int, now: datetime, result: str | None = None, *, unsure: bool = False) -> None:
    _set(connection, debt_id, state=Owed.DONE, done_at=now, result=result, last_error=None, unsure=unsure)


def later(connection: Connection, debt_id: int, due_at: datetime, error: str, *, unsure: bool, count: bool = True) -> None:
    """Try again at `due_at`. count=False gives the attempt back (a throttled one uses up none)."""
    attempts = table.c.attempts if count else table.c.attempts - 1
    _set(connection, debt_id, due_at=due_at, last_error=error, unsure=unsure, attempts=attempts)


def park(connection: Connection, debt_id: int, state: Owed, error: str, *, unsure: bool = False) -> None:
    """Into a pocket that a person looks at: uncertain, dead or by hand."""
    _set(connection, debt_id, state=state, last_error=error, unsure=unsure)


def _set(connection: Connection, debt_id: int, **values: Any) -> None:
    connection.execute(update(table).where(table.c.id == debt_id).values(leased_by=None, leased_until=None, **values))


def redrive(connection: Connection, debt_id: int, now: datetime) -> bool:
    """Owe a dead, uncertain or by-hand row again. False when it is none of them."""
    again = connection.execute(
        update(table)
        .where(table.c.id == debt_id, table.c.state.in_([Owed.DEAD, Owed.UNCERTAIN, Owed.BY_HAND]))
        .values(state=Owed.OWED, due_at=now, attempts=0, created_at=now, last_error=None, leased_by=None, leased_until=None)
    )
    return again.rowcount == 1


def settle(connection: Connection, debt_id: int, now: datetime) -> Settled | None:
    """A person knows that an uncertain one did arrive, or passed it on by hand; None when it waits for nobody."""
    waiting = table.c.state.in_([Owed.UNCERTAIN, Owed.BY_HAND])
    done = update(table).where(table.c.id == debt_id, waiting).values(state=Owed.DONE, done_at=now)
    row = connection.execute(done.returning(table.c.kind, table.c.lane, table.c.complaint_id)).one_or_none()
    return Settled(kind=Work(row.kind), owner=row.lane.partition(":")[2], complaint_id=row.complaint_id) if row else None


def amend(connection: Connection, key: str, **payload: Any) -> bool:
    """Other words for a reply that nobody has begun to send; False when it has left or was never owed."""
    waiting = select(table.c.payload).where(table.c.key == key, table.c.state == Owed.OWED, table.c.attempts == 0)
    owed = connection.execute(waiting.with_for_update()).scalar_one_or_none()
    if owed is None:
        return False
    connection.execute(update(table).where(table.c.key == key).values(payload={**owed, **payload}))
    return True


def hurry(connection: Connection, key: str, due_at: datetime) -> None:
    """What was waiting for words may leave now."""
    connection.execute(update(table).where(table.c.key == key, table.c.state == Owed.OWED, table.c.attempts == 0).values(due_at=due_at))


def has_forward(connection: Connection, complaint_id: int) -> bool:
    """Whether a complaint's way to its door was ever owed."""
    found = select(table.c.id).where(table.c.complaint_id == complaint_id, table.c.kind == Work.FORWARD)
    return connection.execute(found.limit(1)).first() is not None


def under_way(connection: Connection, complaint_id: int, kind: Work) -> bool:
    """Whether one is being sent, or may have arrived without our knowing."""
    rows = select(table.c.id).where(table.c.complaint_id == complaint_id, table.c.kind == kind)
    sent = and_(table.c.state == Owed.OWED, or_(table.c.leased_by.is_not(None), table.c.unsure)) | (table.c.state == Owed.UNCERTAIN)
    return connection.execute(rows.where(sent).limit(1)).first() is not None


def relane(connection: Connection, complaint_id: int, kind: Work, name: str) -> bool:
    """What is owed for a complaint is owed to another door now; True when something was."""
    waiting = update(table).where(table.c.complaint_id == complaint_id, table.c.kind == kind, table.c.state == Owed.OWED)
    return connection.execute(waiting.where(table.c.leased_by.is_(None)).values(lane=lane(kind, name))).rowcount > 0


def additions(connection: Connection, complaint_id: int, kinds: Sequence[str]) -> list[int]:
    """Additions of these kinds that have not reached the door."""
    rows = connection.execute(
        select(table.c.id, table.c.payload).where(
            table.c.complaint_id == complaint_id, table.c.kind == Work.ADD, table.c.state.in_([Owed.OWED, Owed.DEAD])
        )
    )
    return [row.id for row in rows if row.payload["kind"] in kinds]


def carried(connection: Connection, debts: Sequence[int], now: datetime) -> None:
    """These went along with something else."""
    if debts:
        connection.execute(update(table).where(table.c.id.in_(debts)).values(state=Owed.DONE, done_at=now, last_error=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A reply that lies until its time comes."""

    key: str
    payload: dict[str, Any]


def waiting_news(connection: Connection, complaint_id: int, conversation: str, prefix: str, now: datetime) -> Waiting | None:
    """News of a complaint (keys that begin with `prefix`) that is put off and that nobody has begun to send."""
    row = connection.execute(
        select(table.c.key, table.c.payload)
        .where(table.c.complaint_id == complaint_id, table.c.conversation == conversation, table.c.kind == Work.REPLY)
        .where(table.c.key.startswith(prefix, autoescape=True), table.c.state == Owed.OWED, table.c.attempts == 0, table.c.due_at > now)
        .order_by(table.c.id.desc())
        .limit(1)
    ).one_or_none()
    return Waiting(key=row.key, payload=row.payload) if row else None


def news_between(connection: Connection, complaint_id: int, conversation: str, prefix: str, start: datetime, end: datetime) -> int:
    """How much news of a complaint is or was due in a time."""
    return connection.execute(
        select(func.count())
        .select_from(table)
        .where(table.c.complaint_id == complaint_id, table.c.conversation == conversation, table.c.kind == Work.REPLY)
        .where(table.c.key.startswith(prefix, autoescape=True), table.c.due_at >= start, table.c.due_at < end)
    ).scalar_one()


def next_due(connection: Connection, lane: str) -> datetime | None:
    return connection.execute(select(func.min(table.c.due_at)).where(table.c.state == Owed.OWED, table.c.lane == lane)).scalar_one_or_none()


def replies_since(connection: Connection, conversation: str, since: datetime) -> int:
    """How many automatic replies were created in a conversation: loops and floods are cut by this count."""
    return connection.execute(
        select(func.count())
        .select_from(table)
        .where(table.c.conversation == conversation, table.c.kind == Work.REPLY, table.c.created_at >= since)
    ).scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The newest reply of a conversation. waiting: it has not gone out yet."""

    due_at: datetime
    waiting: bool


def newest_reply(connection: Connection, conversation: str) -> Answered | None:
    """What went out or will; what failed for good said nothing."""
    said = (
        select(table.c.due_at, table.c.state)
        .where(table.c.conversation == conversation, table.c.kind == Work.REPLY, table.c.state != Owed.DEAD)
        .order_by(table.c.due_at.desc(), table.c.id.desc())
        .limit(1)
    )
    row = connection.execute(said).one_or_none()
    return Answered(due_at=row.due_at, waiting=row.state == Owed.OWED) if row else None


def mark_interrupted(connection: Connection, node: str, now: datetime) -> None:
    """One machine only: what a dead hub had under way is due now; it stays known as interrupted."""
    connection.execute(
        update(table).where(table.c.state == Owed.OWED, table.c.leased_by.is_not(None), table.c.leased_by != node).values(leased_until=now)
    )
