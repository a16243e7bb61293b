"""One citizen's talk as the chat shows it: what they wrote, what became of it, and what was answered. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from connectors.contract import Inbound
from store.held import LATER
from store.inbox import load
from store.tables import ComplaintRow, InboxRow, InboxState, OutboxRow, Owed, Work

SHOWN = 200
"""Messages and replies at most, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of a message. `number`: the stored tracking number of the complaint that it opened or joined."""

    external_id: str
    settled: bool
    """The pipeline has dealt with it."""
    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Progress):
    """A message of the citizen, with what it says; None when it could not be read."""

    at: datetime
    inbound: Inbound | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A stored reply. `payload` is {"text", "subject", "buttons", "tracking_number", "automatic"}."""

    id: int
    at: datetime
    payload: dict[str, Any]


def words(session: Session, conversation: str) -> Sequence[Word]:
    """The newest messages of a conversation, oldest first."""
    found = session.exec(_whole().where(col(InboxRow.conversation) == conversation).order_by(col(InboxRow.id).desc()).limit(SHOWN))
    return [_word(row, number) for row, number in found][::-1]


def by_key(session: Session, conversation: str, external_id: str) -> Word | None:
    """A message of this very conversation; another's with the same id is not found."""
    wanted = _whole().where(col(InboxRow.conversation) == conversation, col(InboxRow.external_id) == external_id)
    found = session.exec(wanted).one_or_none()
    return _word(*found) if found else None


def progress(session: Session, conversation: str) -> Sequence[Progress]:
    """What became of the newest messages, oldest first; a look that many open pages take, so it reads no message."""
    found = session.exec(_outcome().where(col(InboxRow.conversation) == conversation).order_by(col(InboxRow.id).desc()).limit(SHOWN))
    return [_progress(*row) for row in found][::-1]


def progress_of(session: Session, inbox_id: int) -> Progress | None:
    found = session.exec(_outcome().where(col(InboxRow.id) == inbox_id)).one_or_none()
    return _progress(*found) if found else None


def answers(session: Session, conversation: str, after: int = 0) -> Sequence[Answer]:
    """The replies of a conversation with an id above `after`, oldest first; the newest when there are too many.

    What waits for its time (`store.held`) has not been said yet."""
    waits = (col(OutboxRow.state) == Owed.OWED) & col(OutboxRow.order_key).startswith(LATER)
    rows = session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.conversation) == conversation, col(OutboxRow.kind) == Work.REPLY, col(OutboxRow.id) > after, ~waits)
        .order_by(col(OutboxRow.id).desc())
        .limit(SHOWN)
    ).all()
    return [Answer(id=row.id or 0, at=row.created_at, payload=row.payload) for row in reversed(rows)]


def file_of(session: Session, conversation: str, sha256: str) -> tuple[str, str] | None:
    """(media type, file name) of a file that this conversation sent; None when it did not."""
    for one in words(session, conversation):
        for each in one.inbound.attachments if one.inbound else ():
            if each.sha256 == sha256:
                return each.media_type or "application/octet-stream", each.filename or "lampiran"
    return None


def _whole() -> Any:
    return _with_number(select(InboxRow, ComplaintRow.tracking_number))


def _outcome() -> Any:
    return _with_number(select(InboxRow.external_id, InboxRow.state, ComplaintRow.tracking_number))


def _with_number(wanted: Any) -> Any:
    return wanted.join(ComplaintRow, col(ComplaintRow.id) == col(InboxRow.complaint_id), isouter=True)


def _word(row: InboxRow, number: str | None) -> Word:
    inbound = load(row.inbound) if row.inbound else None
    settled = row.state != InboxState.NEW
    return Word(external_id=row.external_id, settled=settled, number=number, at=row.received_at, inbound=inbound)


def _progress(external_id: str, state: str, number: str | None) -> Progress:
    return Progress(external_id=external_id, settled=state != InboxState.NEW, number=number)
