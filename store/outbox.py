"""What is owed: forwards, replies, files to fetch. A row is written in the transaction that makes it due, never later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict, Unpack

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


class Owing(TypedDict):
    """A debt to be. `name`: the account or door; `due_at`: where it is not due at once."""

    key: str
    kind: Work
    name: str
    order_key: str
    now: datetime
    due_at: NotRequired[datetime | None]
    conversation: NotRequired[str | None]
    complaint_id: NotRequired[int | None]
    payload: NotRequired[dict[str, Any]]


def owe(connection: Connection, **debt: Unpack[Owing]) -> bool:
    """Add a debt; False when this key is owed already."""
    return owe_all(connection, [debt]) == 1


def owe_all(connection: Connection, debts: Sequence[Owing]) -> int:
    """How many of them were not owed already."""
    if not debts:
        return 0
    once = insert(connection, table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.id)
    return len(connection.execute(once, [_row(debt) for debt in debts]).all())


def _row(debt: Owing) -> dict[str, Any]:
    return {
        "key": debt["key"],
        "kind": debt["kind"],
        "lane": lane(debt["kind"], debt["name"]),
        "order_key": debt["order_key"],
        "conversation": debt.get("conversation"),
        "complaint_id": debt.get("complaint_id"),
        "payload": debt.get("payload") or {},
        "state": Owed.OWED,
        "created_at": debt["now"],
        "due_at": debt.get("due_at") or debt["now"],
        "attempts": 0,
        "unsure": False,
    }


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
class Announced:
    """News of a complaint that was told, or will be. untouched: nobody has begun to send it."""

    key: str
    conversation: str | None
    payload: dict[str, Any]
    due_at: datetime
    untouched: bool


def announced(connection: Connection, complaint_ids: Collection[int], prefix: str, since: datetime) -> dict[int, list[Announced]]:
    """News (keys that begin with `prefix`) that is or was due since then, by complaint, in the order in which it was owed."""
    rows = connection.execute(
        select(table.c.complaint_id, table.c.key, table.c.conversation, table.c.payload, table.c.due_at, table.c.state, table.c.attempts)
        .where(table.c.complaint_id.in_(complaint_ids), table.c.kind == Work.REPLY, table.c.due_at >= since)
        .where(table.c.key.startswith(prefix, autoescape=True))
        .order_by(table.c.id)
    )
    found: dict[int, list[Announced]] = {}
    for complaint_id, key, conversation, payload, due_at, state, attempts in rows:
        untouched = state == Owed.OWED and attempts == 0
        each = Announced(key=key, conversation=conversation, payload=payload, due_at=due_at, untouched=untouched)
        found.setdefault(complaint_id, []).append(each)
    return found


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
