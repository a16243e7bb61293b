"""Complaints with what belongs to them: supplements, evidence, timeline. Plain inserts and look-ups inside somebody's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import Connection, Select, delete, func, literal, select, text, update
from sqlmodel import Session, col
from sqlmodel import select as _select

from store import events
from store.states import OPEN
from store.tables import ComplaintRow, EvidenceRow, InboxRow, OutboxRow, SupplementRow, TimelineRow
from store.undone import stands
from store.upsert import insert

Found = dict[str, Any]
"""A row by column name."""

table = ComplaintRow.__table__  # type: ignore[attr-defined]
supplements = SupplementRow.__table__  # type: ignore[attr-defined]
evidence = EvidenceRow.__table__  # type: ignore[attr-defined]
timeline = TimelineRow.__table__  # type: ignore[attr-defined]
inbox = InboxRow.__table__  # type: ignore[attr-defined]
outbox = OutboxRow.__table__  # type: ignore[attr-defined]
_MAY_BE_EMPTY = ("external_id", "state", "agency", "public_text", "note")


def add(connection: Connection, values: dict[str, Any]) -> int | None:
    """Insert a complaint; None when its tracking number is taken (draw again)."""
    once = insert(connection, table).values(**values).on_conflict_do_nothing(index_elements=["tracking_number"]).returning(table.c.id)
    return connection.execute(once).scalar_one_or_none()


def mark(connection: Connection, complaint_id: int, **values: Any) -> None:
    """Bookkeeping that nobody edits: the version stays, so that an operator's open form stays good."""
    connection.execute(update(table).where(table.c.id == complaint_id).values(**values))


def change(connection: Connection, complaint_id: int, **values: Any) -> None:
    """What people see and edit: the version moves on."""
    connection.execute(update(table).where(table.c.id == complaint_id).values(version=table.c.version + 1, **values))


def get(connection: Connection, complaint_id: int) -> Found | None:
    return _one(connection, select(table).where(table.c.id == complaint_id))


def _one(connection: Connection, wanted: Select[Any]) -> Found | None:
    row = connection.execute(wanted).mappings().one_or_none()
    return dict(row) if row is not None else None


def by_number(connection: Connection, number: str) -> Found | None:
    """`number` in stored form (normalizer.tracking.stored)."""
    return _one(connection, select(table).where(table.c.tracking_number == number))


def by_reference(connection: Connection, door: str, reference: str) -> Found | None:
    """By the door's own number."""
    return _one(connection, select(table).where(table.c.door == door, table.c.door_reference == reference).limit(1))


def latest(connection: Connection, conversation: str, *, only_open: bool = False) -> Found | None:
    """The newest complaint of a conversation, following a merge to where it went."""
    wanted = select(table).where(table.c.conversation == conversation)
    if only_open:
        wanted = wanted.where(table.c.state.in_(OPEN))
    found = _one(connection, wanted.order_by(table.c.id.desc()).limit(1))
    return get(connection, found["merged_into"]) if found and found["merged_into"] else found


def of_message(connection: Connection, conversation: str, external_id: str) -> Found | None:
    """The complaint that a message of this conversation opened or joined; the id may be the key's beginning (e-mail)."""
    found = connection.execute(
        select(inbox.c.complaint_id)
        .where(inbox.c.conversation == conversation, inbox.c.complaint_id.is_not(None))
        .where((inbox.c.external_id == external_id) | inbox.c.external_id.startswith(f"{external_id}:", autoescape=True))
        .order_by(inbox.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return get(connection, found) if found else None


def of_reply(connection: Connection, conversation: str, message_id: str) -> Found | None:
    """The complaint about which we sent this message in this conversation."""
    found = connection.execute(
        select(outbox.c.complaint_id)
        .where(outbox.c.conversation == conversation, outbox.c.result == message_id, outbox.c.complaint_id.is_not(None))
        .limit(1)
    ).scalar_one_or_none()
    return get(connection, found) if found else None


def of_mail(connection: Connection, message_id: str) -> str | None:
    """The number of the complaint about which we sent a mail with this Message-ID of ours, to whomever."""
    return connection.execute(
        select(table.c.tracking_number)
        .join(outbox, outbox.c.complaint_id == table.c.id)
        .where(outbox.c.result == message_id, text("outbox.result LIKE 'sp.%'"))  # the index's own words
        .limit(1)
    ).scalar_one_or_none()


def told_elsewhere(connection: Connection, conversation: str, since: datetime) -> tuple[Found, datetime] | None:
    """The complaint of another line of talk about which we wrote in this one (a fallback), and when; the newest since then."""
    told = connection.execute(
        select(outbox.c.complaint_id, outbox.c.created_at)
        .where(outbox.c.conversation == conversation, outbox.c.created_at >= since, outbox.c.complaint_id.is_not(None))
        .where(outbox.c.key.contains(":via:"))
        .order_by(outbox.c.id.desc())
        .limit(1)
    ).one_or_none()
    found = get(connection, told.complaint_id) if told else None
    return (found, told.created_at) if found and told and found["conversation"] != conversation else None


def state_before(connection: Connection, complaint_id: int, state: str) -> str | None:
    """The newest state that was another one."""
    rows = select(timeline.c.state).where(timeline.c.complaint_id == complaint_id, timeline.c.kind.in_(["registered", "state"]))
    rows = rows.where(timeline.c.state.is_not(None), timeline.c.state != state, stands(timeline.c.id))
    return connection.execute(rows.order_by(timeline.c.id.desc()).limit(1)).scalar_one_or_none()


def newest_actor(connection: Connection, complaint_id: int, kind: str) -> str | None:
    """Who wrote the newest line of this kind; None: there is none."""
    rows = select(timeline.c.actor).where(timeline.c.complaint_id == complaint_id, timeline.c.kind == kind)
    return connection.execute(rows.order_by(timeline.c.id.desc()).limit(1)).scalar_one_or_none()


def said_new(connection: Connection, conversation: str, since_inbox_id: int) -> bool:
    """Whether the citizen asked for another complaint ("laporan baru" by itself) after the message that opened the last one."""
    found = connection.execute(
        select(inbox.c.id).where(
            inbox.c.conversation == conversation, inbox.c.id > since_inbox_id, inbox.c.outcome == "command", inbox.c.reason == "baru"
        )
    ).first()
    return found is not None


def move_talk(connection: Connection, old: str, new: str, address: str) -> None:
    """The platform goes on with these lines of talk under another name; what belongs to them goes along."""
    lines = table.c.conversation.startswith(f"{old}:", autoescape=True)
    renamed = literal(new) + func.substr(table.c.conversation, len(old) + 1)
    connection.execute(update(table).where(lines).values(conversation=renamed, reply_address=address))


def asked_for(connection: Connection, conversation: str, since_inbox_id: int, since: datetime, commands: tuple[str, ...]) -> list[str]:
    """Which of these commands came after that message and time and belonged to no complaint yet, in their order."""
    wanted = select(inbox.c.reason).where(
        inbox.c.conversation == conversation,
        inbox.c.id > since_inbox_id,
        inbox.c.received_at >= since,
        inbox.c.outcome == "command",
        inbox.c.reason.in_(commands),
        inbox.c.complaint_id.is_(None),
    )
    return list(connection.execute(wanted.order_by(inbox.c.id)).scalars())


def supplement(
    connection: Connection, complaint_id: int, *, inbox_id: int | None, body: str, at: datetime, edit: bool, location: dict[str, Any]
) -> int:
    row = {"complaint_id": complaint_id, "inbox_id": inbox_id, "body": body, "at": at, "edit": edit, "location": location}
    return int(connection.execute(insert(connection, supplements).values(**row).returning(supplements.c.id)).scalar_one())


def get_supplement(connection: Connection, supplement_id: int) -> Found | None:
    return _one(connection, select(supplements).where(supplements.c.id == supplement_id))


def take_supplement(connection: Connection, supplement_id: int, complaint_id: int) -> None:
    """A supplement became that complaint: its files go along, the supplement itself is no more."""
    belongs = update(evidence).where(evidence.c.supplement_id == supplement_id)
    connection.execute(belongs.values(complaint_id=complaint_id, supplement_id=None))
    connection.execute(delete(supplements).where(supplements.c.id == supplement_id))


def move_supplement(connection: Connection, supplement_id: int, complaint_id: int) -> None:
    connection.execute(update(supplements).where(supplements.c.id == supplement_id).values(complaint_id=complaint_id))
    connection.execute(update(evidence).where(evidence.c.supplement_id == supplement_id).values(complaint_id=complaint_id))


def add_evidence(connection: Connection, **values: Any) -> int:
    return int(connection.execute(insert(connection, evidence).values(**values).returning(evidence.c.id)).scalar_one())


def change_evidence(connection: Connection, evidence_id: int, **values: Any) -> None:
    connection.execute(update(evidence).where(evidence.c.id == evidence_id).values(**values))


class Told(TypedDict):
    """What a line of the timeline says; see TimelineRow."""

    at: datetime
    kind: str
    actor: str
    source: str
    external_id: NotRequired[str | None]
    state: NotRequired[str | None]
    agency: NotRequired[str | None]
    public_text: NotRequired[str | None]
    note: NotRequired[str | None]


def line(complaint_id: int, **told: Unpack[Told]) -> dict[str, Any]:
    """A row of the timeline, with all its columns."""
    return {"complaint_id": complaint_id, **dict.fromkeys(_MAY_BE_EMPTY), **told}


def note(connection: Connection, complaint_id: int, **told: Unpack[Told]) -> bool:
    """Add to the timeline; False when this source told the same (external_id) before."""
    row = line(complaint_id, **told)
    once = insert(connection, timeline).on_conflict_do_nothing(index_elements=["complaint_id", "source", "external_id"])
    new = connection.execute(once.returning(timeline.c.id), row).scalar_one_or_none()
    if new is not None:
        events.tell(connection, [{**row, "id": new}])
    return new is not None


def heard(connection: Connection, complaint_id: int, source: str, external_id: str) -> bool:
    """Whether this source told the same before."""
    same = select(timeline.c.id).where(timeline.c.complaint_id == complaint_id, timeline.c.source == source)
    return connection.execute(same.where(timeline.c.external_id == external_id)).first() is not None


def find(session: Session, number: str) -> ComplaintRow | None:
    return session.exec(_select(ComplaintRow).where(col(ComplaintRow.tracking_number) == number)).one_or_none()


def timeline_of(session: Session, complaint_id: int) -> list[TimelineRow]:
    wanted = _select(TimelineRow).where(col(TimelineRow.complaint_id) == complaint_id)
    return list(session.exec(wanted.order_by(col(TimelineRow.at), col(TimelineRow.id))))


def supplements_of(session: Session, complaint_id: int) -> list[SupplementRow]:
    wanted = _select(SupplementRow).where(col(SupplementRow.complaint_id) == complaint_id)
    return list(session.exec(wanted.order_by(col(SupplementRow.id))))


def evidence_of(session: Session, complaint_id: int) -> list[EvidenceRow]:
    wanted = _select(EvidenceRow).where(col(EvidenceRow.complaint_id) == complaint_id)
    return list(session.exec(wanted.order_by(col(EvidenceRow.id))))


def count(session: Session) -> int:
    return session.exec(_select(func.count()).select_from(ComplaintRow)).one()
