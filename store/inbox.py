"""Everything that arrived, once. `accept` makes it durable; `claim` hands it to the pipeline, a citizen's messages in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, func, or_, select, text, tuple_, update

from connectors.contract import Accepted, Attachment, Inbound, Message, Place, Sender, Unreadable
from store.tables import InboxRow, InboxState

INLINE = 65_536
"""Raw bytes up to here lie in the row, larger ones in the blob store."""
CLAIM_LOCK = 7_301_001
"""PostgreSQL advisory lock: two nodes must not claim two messages of one conversation at the same moment."""

table = InboxRow.__table__  # type: ignore[attr-defined]
_COLUMNS = (table.c.channel, table.c.account, table.c.external_id)
_NUL, _UNKNOWN = b"\\u0000", b"\\ufffd"
"""PostgreSQL takes no NUL in text or JSON; the raw bytes keep it."""
_WRITTEN = (
    "channel",
    "account",
    "external_id",
    "conversation",
    "received_at",
    "state",
    "inbound",
    "raw",
    "raw_sha256",
    "reason",
    "attempts",
)
Opened = Callable[[str, str, bytes, datetime], Inbound | Unreadable]
"""Reads what was kept unopened: channel, account, raw bytes, when they came."""
_FIND = select(table.c.id, *_COLUMNS).where(tuple_(*_COLUMNS).in_(bindparam("keys", expanding=True)))

_OPENED = update(table).where(table.c.id == bindparam("row_id")).values(inbound=bindparam("content"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An arrival ready for the store: `raw_sha256` is set when its bytes already lie in the blob store."""

    arrival: Message
    raw_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One inbox row under our lease."""

    id: int
    account: str
    conversation: str
    attempts: int
    received_at: datetime
    inbound: Inbound
    raw_sha256: str | None


def dump(inbound: Inbound) -> bytes:
    """Without the raw bytes: they have their own column."""
    try:
        return orjson.dumps(inbound, default=_plain).replace(_NUL, _UNKNOWN)
    except TypeError:  # lone surrogates: some platform or mail had them, JSON may not
        return json.dumps(asdict(inbound), default=_plain, ensure_ascii=False).encode("utf-8", "replace").replace(_NUL, _UNKNOWN)


def _plain(value: object) -> object:
    return "" if isinstance(value, bytes) else str(value)


def load(content: bytes, raw: bytes = b"") -> Inbound:
    values: dict[str, Any] = orjson.loads(content)
    values["sender"] = Sender(**values["sender"])
    values["attachments"] = tuple(Attachment(**each) for each in values["attachments"])
    values["place"] = Place(**values["place"]) if values["place"] else None
    values["sent_at"] = datetime.fromisoformat(values["sent_at"])
    values["raw"] = raw
    return Inbound(**values)


def accept(connection: Connection, kept: Sequence[Kept], now: datetime) -> list[Accepted]:
    """Keep each arrival once; the answers are in the order of `kept`. The second of two equal keys is not new.

    The one statement that SQLAlchemy does not build: here, where every message passes, building it costs more than the insert.
    """
    as_stored = table.c.received_at.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    at = as_stored(now) if as_stored else now
    rows = [_row(each, at) for each in kept]
    unique = {row[:3]: row for row in rows}
    found = connection.exec_driver_sql(_inserting(connection.dialect.name, len(unique)), tuple(chain.from_iterable(unique.values())))
    ids = {(one[1], one[2], one[3]): one[0] for one in found}
    new = set(ids)
    missing = [key for key in unique if key not in ids]
    if missing:
        ids |= {(one[1], one[2], one[3]): one[0] for one in connection.execute(_FIND, {"keys": missing})}
    answers = []
    for row in rows:
        answers.append(Accepted(new=row[:3] in new, inbox_id=ids[row[:3]]))
        new.discard(row[:3])
    return answers


@cache
def _inserting(engine: str, count: int) -> str:
    """The statement for so many rows, in the engine's own marks."""
    one = "(" + ", ".join(["%s" if engine == "postgresql" else "?"] * len(_WRITTEN)) + ")"
    return (
        f"INSERT INTO inbox ({', '.join(_WRITTEN)}) VALUES {', '.join([one] * count)} "  # noqa: S608 - names of ours only
        "ON CONFLICT (channel, account, external_id) DO NOTHING RETURNING id, channel, account, external_id"
    )


def _row(kept: Kept, at: object) -> tuple[Any, ...]:
    """In the order of _WRITTEN; the first three are the key."""
    arrival = kept.arrival
    raw = None if kept.raw_sha256 else arrival.raw
    key: tuple[Any, ...] = (arrival.channel, arrival.account)
    if isinstance(arrival, Unreadable):
        return (*key, _clean(arrival.key), "", at, "quarantined", None, raw, kept.raw_sha256, arrival.reason, 0)
    inbound = dump(arrival) if isinstance(arrival, Inbound) else None
    return (*key, _clean(arrival.external_id), _clean(arrival.conversation), at, "new", inbound, raw, kept.raw_sha256, None, 0)


def _clean(value: str) -> str:
    """PostgreSQL takes neither NUL nor lone surrogates in text; a key must stay a key, so they are made visible instead."""
    if value.isascii() and "\x00" not in value:
        return value
    return value.replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode()


def claim(connection: Connection, *, node: str, account: str, now: datetime, lease: timedelta, limit: int, opened: Opened) -> list[Claim]:
    """Take the oldest waiting messages of an account, leaving out every conversation in which one is under way."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLAIM_LOCK})
    busy = select(table.c.conversation).where(table.c.state == InboxState.NEW, table.c.leased_by.is_not(None), table.c.leased_until >= now)
    waiting = (
        select(table.c.id)
        .where(table.c.state == InboxState.NEW, table.c.account == account, table.c.conversation.not_in(busy))
        .where(or_(table.c.leased_until.is_(None), table.c.leased_until < now))
        .order_by(table.c.id)
        .limit(limit)
    )
    ids = connection.execute(waiting).scalars().all()
    if not ids:
        return []
    connection.execute(
        update(table).where(table.c.id.in_(ids)).values(leased_by=node, leased_until=now + lease, attempts=table.c.attempts + 1)
    )
    found = connection.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)).mappings().all()
    inbounds = {row["id"]: _open(connection, row, opened) for row in found}
    return [_claim(row, inbound) for row in found if (inbound := inbounds[row["id"]]) is not None]


def _open(connection: Connection, row: Any, opened: Opened) -> Inbound | None:
    """What the row holds, written beside its bytes if it came unopened; None: it cannot be read, and waits for a person from now on."""
    raw = row["raw"] or b""
    if row["inbound"] is not None:
        return load(row["inbound"], raw)
    message = opened(row["channel"], row["account"], raw, row["received_at"])
    if isinstance(message, Inbound):
        connection.execute(_OPENED, {"row_id": row["id"], "content": dump(message)})
        return message
    connection.execute(
        update(table)
        .where(table.c.id == row["id"])
        .values(state=InboxState.QUARANTINED, reason=message.reason, leased_by=None, leased_until=None)
    )
    return None


def _claim(row: Any, inbound: Inbound) -> Claim:
    return Claim(
        id=row["id"],
        account=row["account"],
        conversation=row["conversation"],
        attempts=row["attempts"],
        received_at=row["received_at"],
        inbound=inbound,
        raw_sha256=row["raw_sha256"],
    )


def finish(
    connection: Connection, claim: Claim, node: str, now: datetime, outcome: str, reason: str | None = None, complaint_id: int | None = None
) -> bool:
    """Close a claimed row. False: the lease was lost and another node has it, so the caller's transaction must write nothing."""
    state = InboxState.QUARANTINED if outcome == "unreadable" else InboxState.DONE
    done = connection.execute(
        update(table)
        .where(and_(table.c.id == claim.id, table.c.state == InboxState.NEW, table.c.leased_by == node))
        .values(state=state, outcome=outcome, reason=reason, complaint_id=complaint_id, done_at=now, leased_by=None, leased_until=None)
    )
    return done.rowcount == 1


def link(connection: Connection, inbox_id: int, complaint_id: int) -> None:
    connection.execute(update(table).where(table.c.id == inbox_id).values(complaint_id=complaint_id))


def reopen(connection: Connection, inbox_id: int) -> bool:
    """Put a quarantined or set-aside row back into the line; False when it cannot be (it became a complaint, or was never readable)."""
    done = connection.execute(
        update(table)
        .where(table.c.id == inbox_id, table.c.state != InboxState.NEW, table.c.complaint_id.is_(None), table.c.inbound.is_not(None))
        .values(state=InboxState.NEW, attempts=0, outcome=None, reason=None, done_at=None, leased_by=None, leased_until=None)
    )
    return done.rowcount == 1


def read_again(connection: Connection, inbox_id: int, inbound: Inbound) -> bool:
    """An unreadable row that a newer reader understands: it enters the line under its own key."""
    done = connection.execute(
        update(table)
        .where(table.c.id == inbox_id, table.c.state == InboxState.QUARANTINED, table.c.inbound.is_(None))
        .values(state=InboxState.NEW, inbound=dump(inbound), conversation=_clean(inbound.conversation), reason=None, attempts=0)
    )
    return done.rowcount == 1


def free(connection: Connection, node: str) -> None:
    """One machine only: leases of a hub that died are worth nothing. PostgreSQL waits for them to run out instead."""
    connection.execute(
        update(table).where(table.c.state == InboxState.NEW, table.c.leased_by != node).values(leased_by=None, leased_until=None)
    )


def waiting(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(table).where(table.c.state == InboxState.NEW)).scalar_one()


def accounts_waiting(connection: Connection, accounts: Sequence[str]) -> list[str]:
    """Those of `accounts` that have a message waiting; each look is one step in an index, however long the backlog."""
    return [account for account in accounts if _any_waiting(connection, account)]


def _any_waiting(connection: Connection, account: str) -> bool:
    wanted = select(table.c.id).where(table.c.state == InboxState.NEW, table.c.account == account).limit(1)
    return connection.execute(wanted).first() is not None
