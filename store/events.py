"""What subscribers are told: each event is owed in the transaction of the timeline's line, or of the reply, that it tells of.

An event holds no words: whoever sends it reads the complaint as it is then. What was done to a complaint and is held back (store.held)
holds its events too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlmodel import Session, col
from sqlmodel import select as _select

from store import outbox, subscribers
from store.outbox import Owing
from store.tables import ComplaintRow, OutboxRow, Owed, TimelineRow, Work

LOG = 50
"""Events on a subscriber's page."""
AT_ONCE = 1000


class Event(StrEnum):
    REGISTERED = "complaint.registered"
    MOVED = "complaint.moved"
    CHANGED = "complaint.changed"
    MERGED = "complaint.merged"
    REPLIED = "reply.sent"


CHECK = "check"
"""Means nothing: they are asked whether they believe our signature."""
KINDS: Mapping[str, Event] = MappingProxyType(
    {
        "registered": Event.REGISTERED,
        "state": Event.MOVED,
        "undone": Event.MOVED,
        "merged": Event.MERGED,
        **dict.fromkeys(("edited", "urgency", "anonymous", "named", "confidential", "opened", "postponed"), Event.CHANGED),
        **dict.fromkeys(("supplement", "split", "moved", "evidence", "forwarded", "keyed", "rerouted"), Event.CHANGED),
    }
)
"""By the kind of the timeline's line. The others change nothing that the API shows of a complaint."""
table = OutboxRow.__table__  # type: ignore[attr-defined]
complaints = ComplaintRow.__table__  # type: ignore[attr-defined]
timeline = TimelineRow.__table__  # type: ignore[attr-defined]


def tell(connection: Connection, lines: Iterable[Mapping[str, Any]]) -> None:
    """lines: rows of the timeline (id, complaint_id, kind, at, agency) that were just written."""
    telling = [line for line in lines if line["kind"] in KINDS]
    wanting = subscribers.wanting(connection) if telling else ()
    debts = [
        _owing(name, KINDS[line["kind"]], f"line-{line['id']}", line["complaint_id"], line["at"])
        for line in telling
        for name, events, agency in wanting
        if KINDS[line["kind"]] in events and (agency is None or agency in _agencies(connection, line))
    ]
    outbox.owe_all(connection, debts)


def replied(connection: Connection, debt_id: int, complaint_id: int) -> None:
    """A reply about a complaint has just left."""
    wanting = [one for one in subscribers.wanting(connection) if Event.REPLIED in one.events]
    if not wanting:
        return
    at = connection.execute(select(table.c.done_at).where(table.c.id == debt_id)).scalar_one()
    here = {"complaint_id": complaint_id, "agency": None}
    debts = [
        _owing(name, Event.REPLIED, f"reply-{debt_id}", complaint_id, at)
        for name, _, agency in wanting
        if agency is None or agency in _agencies(connection, here)
    ]
    outbox.owe_all(connection, debts)


def check(connection: Connection, name: str, key: str, now: datetime) -> None:
    """One that tries the line."""
    outbox.owe_all(connection, [_owing(name, CHECK, key, None, now)])


def _owing(name: str, event: str, key: str, complaint_id: int | None, at: datetime) -> Owing:
    """Events of one complaint leave one after the other."""
    return Owing(
        key=f"{subscribers.lane(name)}:{key}",
        kind=Work.TELL,
        name=name,
        order_key=f"{subscribers.lane(name)}:{complaint_id or key}",
        now=at,
        complaint_id=complaint_id,
        payload={"id": key, "event": event, "at": at.isoformat()},
    )


def _agencies(connection: Connection, line: Mapping[str, Any]) -> set[str | None]:
    """Whose complaint it is, and whose it was until this line handed it on."""
    present = select(complaints.c.agency).where(complaints.c.id == line["complaint_id"])
    found = set(connection.execute(present).scalars())
    if line["agency"]:
        given = select(timeline.c.agency).where(timeline.c.complaint_id == line["complaint_id"], timeline.c.agency.is_not(None))
        found |= set(connection.execute(given.order_by(timeline.c.id.desc()).limit(2)).scalars())
    return found


def log(session: Session, name: str) -> Sequence[tuple[OutboxRow, str | None]]:
    """The newest events of a subscriber, each with its complaint's number in stored form."""
    mine = _select(OutboxRow, ComplaintRow.tracking_number).outerjoin(ComplaintRow, col(ComplaintRow.id) == col(OutboxRow.complaint_id))
    mine = mine.where(OutboxRow.kind == Work.TELL, OutboxRow.lane == subscribers.lane(name))
    return [(row, number) for row, number in session.exec(mine.order_by(col(OutboxRow.id).desc()).limit(LOG))]


def give_up(connection: Connection, debt_id: int) -> None:
    """Not into the pockets of the operators, whose citizens and doors miss nothing by it."""
    connection.execute(update(table).where(table.c.id == debt_id).values(state=Owed.GIVEN_UP))


def again(connection: Connection, name: str, debt_id: int, now: datetime) -> bool:
    """Once more, whether it arrived, failed or waits; False when there is none, or it is leaving at this moment."""
    mine = update(table).where(table.c.id == debt_id, table.c.lane == subscribers.lane(name), table.c.leased_by.is_(None))
    values = {"state": Owed.OWED, "due_at": now, "attempts": 0, "created_at": now, "last_error": None, "done_at": None, "result": None}
    return connection.execute(mine.values(**values)).rowcount == 1


def forget(connection: Connection, before: datetime) -> int:
    """Events from before then, told or not; at most AT_ONCE."""
    old = select(table.c.id).where(table.c.kind == Work.TELL, table.c.created_at < before).limit(AT_ONCE)
    return connection.execute(delete(table).where(table.c.id.in_(old))).rowcount
