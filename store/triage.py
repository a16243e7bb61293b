"""What waits for a person's word, whether it is a complaint. Inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from sqlalchemy import Connection, func, select, text, update
from sqlmodel import Session

from connectors.contract import Inbound
from normalizer import mail
from normalizer.admission import WAITING
from normalizer.complaint import Outcome
from store import talk
from store.inbox import load
from store.tables import InboxRow, InboxState

REJECTED = "rejected"
"""The reason of what a person set aside."""

table = InboxRow.__table__  # type: ignore[attr-defined]


def admit(connection: Connection, inbox_id: int) -> Sequence[int]:
    """Back into the line as a complaint, whatever the rules think of it; with it the posts that wait of the same public conversation.

    Returns the rows, empty when there is nothing to decide (any more). What was set aside can be taken after all, alone.
    """
    open_to_decision = table.c.outcome.in_([Outcome.TRIAGE, Outcome.SET_ASIDE])
    decided = select(table.c.conversation, table.c.outcome, table.c.reason).where(
        table.c.id == inbox_id, open_to_decision, table.c.complaint_id.is_(None)
    )
    row = connection.execute(decided).one_or_none()
    if row is None:
        return []
    wanted = table.c.id == inbox_id
    if row.outcome == Outcome.TRIAGE and row.reason in WAITING:
        wanted |= (table.c.conversation == row.conversation) & (table.c.outcome == Outcome.TRIAGE) & table.c.reason.in_(WAITING)
    waiting = select(table.c.id, table.c.inbound).where(
        wanted, table.c.state == InboxState.DONE, table.c.complaint_id.is_(None), table.c.inbound.is_not(None)
    )
    admitted = [found for found in connection.execute(waiting).all() if _reopen(connection, found.id, found.inbound)]
    return [found.id for found in admitted] if inbox_id in {found.id for found in admitted} else []


def reject(connection: Connection, inbox_id: int, now: datetime) -> bool:
    """Set aside by a person; False when it no longer waits."""
    done = connection.execute(
        update(table)
        .where(table.c.id == inbox_id, table.c.outcome == Outcome.TRIAGE, table.c.state == InboxState.DONE)
        .values(outcome=Outcome.SET_ASIDE, reason=REJECTED, done_at=now)
    )
    return done.rowcount == 1


def _reopen(connection: Connection, inbox_id: int, inbound: bytes) -> bool:
    held = orjson.loads(inbound)
    held["extra"] = {**held["extra"], "admitted": True}
    done = connection.execute(
        update(table)
        .where(table.c.id == inbox_id, table.c.state == InboxState.DONE, table.c.complaint_id.is_(None))
        .values(
            state=InboxState.NEW,
            inbound=orjson.dumps(held),
            attempts=0,
            outcome=None,
            reason=None,
            done_at=None,
            leased_by=None,
            leased_until=None,
        )
    )
    return done.rowcount == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a person needs for the decision."""

    words: str
    name: str | None
    handle: str | None


def waiting(session: Session, inbox_ids: Sequence[int]) -> Mapping[int, Waiting]:
    """The posts and mails of a page, by inbox row."""
    wanted = select(table.c.id, table.c.inbound, table.c.raw).where(table.c.id.in_(inbox_ids), table.c.inbound.is_not(None))
    return {row.id: _waiting(load(row.inbound, row.raw or b"")) for row in session.execute(wanted)}


def _waiting(held: Inbound) -> Waiting:
    """The author is named where the post itself names them to everybody. A mail's words lie in its raw bytes."""
    words = held.text or (mail.read(held, UTC).body if held.channel == "email" and held.raw else "") or held.subject or ""
    public = bool(held.extra.get("public"))
    return Waiting(words=words, name=held.sender.name if public else None, handle=held.sender.address if public else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a thread. `row`: its inbox row where it is the one that is decided about; `mine`: we wrote it."""

    at: datetime
    what: Waiting
    row: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message that waits, with the whole talk around it. `previous` and `following`: the waiting rows beside it, None at the ends."""

    id: int
    channel: str
    account: str
    external_id: str
    reason: str | None
    received_at: datetime
    thread: Sequence[Said]
    previous: int | None
    following: int | None


def case(session: Session, beside: int | None = None) -> Case | None:
    """The waiting row `beside`, or the next one after it, or the first of all; None when nothing waits."""
    waits = select(table).where(_WAITS)
    ahead = session.execute(waits.where(table.c.id >= (beside or 0)).order_by(table.c.id).limit(1)).one_or_none()
    row = ahead or session.execute(waits.order_by(table.c.id).limit(1)).one_or_none()
    if row is None:
        return None
    before = select(func.max(table.c.id)).where(_WAITS, table.c.id < row.id)
    after = select(func.min(table.c.id)).where(_WAITS, table.c.id > row.id)
    return Case(
        id=row.id,
        channel=row.channel,
        account=row.account,
        external_id=row.external_id,
        reason=row.reason,
        received_at=row.received_at,
        thread=_thread(session, row.conversation, row.external_id),
        previous=session.execute(before).scalar(),
        following=session.execute(after).scalar(),
    )


_WAITS = text("inbox.outcome = 'triage'")
"""As the partial index says it."""


def _thread(session: Session, conversation: str, external_id: str) -> Sequence[Said]:
    theirs = [
        Said(at=word.at, what=_waiting(word.inbound), row=word.external_id == external_id)
        for word in talk.words(session, conversation)
        if word.inbound is not None
    ]
    ours = [
        Said(at=answer.at, what=Waiting(words=str(answer.payload.get("text") or ""), name=None, handle=None), mine=True)
        for answer in talk.answers(session, conversation)
    ]
    return sorted((*theirs, *ours), key=lambda said: said.at)
