"""The tables. One row a fact; JSON columns only where a value is read and written whole.

Times are aware UTC datetimes. States are short strings from the enums beside them. What a state means stands in docs/glossary.md.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from normalizer.complaint import Classification, Complaint, Urgency
from store.columns import Key, json_column, key_column, moment, where

IS_OPEN = "state IN ('received', 'verified', 'waiting', 'assigned', 'in_progress', 'answered')"
"""Word for word in the index and in the query: that is how SQLite recognises that the one serves the other."""


class InboxState(StrEnum):
    NEW = "new"
    DONE = "done"
    QUARANTINED = "quarantined"


class Owed(StrEnum):
    OWED = "owed"
    DONE = "done"
    UNCERTAIN = "uncertain"
    """Sent, perhaps: nobody knows. A person decides, or the door is asked."""
    DEAD = "dead"
    """Failed for good; can be sent again from the desk."""
    BY_HAND = "by_hand"
    """The other side cannot be told by the hub: a person passes it on, and says so at the desk."""
    GIVEN_UP = "given_up"
    """An event that its subscriber would not take; it waits on the subscriber's own page."""


class Work(StrEnum):
    FORWARD = "forward"
    REPLY = "reply"
    FETCH = "fetch"
    ADD = "add"
    """What a citizen did after the complaint was handed over, for the door."""
    TELL = "tell"
    """An event, for a system that wants to hear of it."""


class InboxRow(SQLModel, table=True):
    """Everything that ever arrived, once. (channel, account, external_id) is unique for ever."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_id"),
        Index("ix_inbox_waiting", "account", "id", **where("state = 'new'")),
        Index("ix_inbox_under_way", "conversation", **where("state = 'new' AND leased_by IS NOT NULL")),
        Index("ix_inbox_talk", "conversation", "id"),
        # the pockets that the desk counts on every page: next to empty, so next to free
        Index("ix_inbox_quarantined", "id", **where("state = 'quarantined'")),
        Index("ix_inbox_triage", "id", **where("outcome = 'triage'")),
        Index("ix_inbox_set_aside", "id", **where("outcome = 'set_aside'")),
    )
    id: int | None = key_column()
    channel: str
    account: str
    external_id: str
    conversation: str
    received_at: datetime = moment()
    state: str = InboxState.NEW
    inbound: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The Inbound as JSON without its raw bytes; None when unreadable, or not yet opened (state new)."""
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The bytes as they came, when small; larger ones lie in the blob store."""
    raw_sha256: str | None = None
    attempts: int = 0
    leased_by: str | None = None
    leased_until: datetime | None = moment(null=True)
    outcome: str | None = None
    reason: str | None = None
    complaint_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    done_at: datetime | None = moment(null=True)


class ComplaintRow(Complaint, table=True):
    """A complaint with its tracking number, its state and the door that owns it."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_talk", "conversation", "id"),
        Index("ix_complaints_state", "state", "id"),
        # the desk's views and facets; those over the place and the words stand in the migrations "search" and "walked" only
        Index("ix_complaints_channel", "channel", "id"),
        Index("ix_complaints_agency", "agency", "id"),
        Index("ix_complaints_category", "category", "id"),
        Index("ix_complaints_mine", "assigned_to", "id", **where("assigned_to IS NOT NULL")),
        Index("ix_complaints_urgent", "urgency", "id", **where("urgency <> 'normal'")),
        Index("ix_complaints_merged", "merged_into", **where("merged_into IS NOT NULL")),
    )
    id: int | None = key_column()
    tracking_number: str = Field(sa_column=Column(String(32), nullable=False, unique=True))
    """Without hyphens, in capitals: the form that is looked up. `dispatcher.tracking.printed` adds them."""
    inbox_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, unique=True))
    channel: str
    account: str
    conversation: str
    reply_address: str | None = None
    reply_extra: dict[str, Any] = json_column({})
    group: str | None = None
    """The platform's album id of the message that opened it."""
    state: str = "received"
    state_at: datetime = moment()
    registered_at: datetime = moment()
    assigned_to: str | None = None
    """The operator who looks after it; their login name."""
    closed_by: str | None = None
    postponed_until: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    due_kind: str | None = None
    """The next limit that is not met: verify, first_follow_up, resolve, or auto_close (an answered one waits for its closing).

    None while it waits for the citizen, and after its end. `store.due` has the questions ("overdue", "due soon") for lists."""
    due_at: datetime | None = moment(null=True)
    """The last moment of that limit's day, in the city's zone. Only `dispatcher.clocks.winding` writes the two."""
    door: str = "desk"
    door_reference: str | None = Field(default=None, index=True)
    """The door's own number (a LAPOR! Tracking ID, an Open311 id); None until it answered."""
    forwarded_at: datetime | None = moment(null=True)
    merged_into: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    matter_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    """The matter that several citizens complain about (store.matters); None: nobody else, as far as is known."""
    matter_by: str | None = None
    """Who put it there, or took it out: `system`, or the operator."""
    last_words_at: datetime = moment()
    """When the citizen last wrote: the supplement window counts from here."""
    awaits_words: bool = False
    """It came as a photo or voice note only; the citizen was asked."""
    rating: int | None = None
    """1 to 5, by the citizen; None until they gave one."""
    rating_asked_at: datetime | None = moment(null=True)
    """A bare number after this is a rating; asked for once."""
    version: int = 1
    # kept as plain strings: a native enum of an engine cannot grow without pain
    classification: Classification = Field(default=Classification.COMPLAINT, sa_type=String)
    urgency: Urgency = Field(default=Urgency.NORMAL, sa_type=String)
    # nested values of the schema, read and written whole
    suggestions: list[dict[str, Any]] = json_column([])  # type: ignore[assignment]
    location: dict[str, Any] = json_column({})  # type: ignore[assignment]
    reporter: dict[str, Any] = json_column({})  # type: ignore[assignment]
    evidence: list[dict[str, Any]] = json_column([])  # type: ignore[assignment]
    personal_data: list[dict[str, Any]] = json_column([])  # type: ignore[assignment]
    provenance: dict[str, Any] = json_column({})  # type: ignore[assignment]
    submitted_at: datetime = moment()


class SupplementRow(SQLModel, table=True):
    """What a citizen added to an open complaint: one Inbound each, so that it can be split off or moved."""

    __tablename__ = "supplements"
    id: int | None = key_column()
    complaint_id: int = Field(sa_column=Column(Key, nullable=False, index=True))
    inbox_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, unique=True))
    body: str
    at: datetime = moment()
    edit: bool = False
    """True: the citizen corrected an earlier message; the first words stay."""
    location: dict[str, Any] = json_column({})


class EvidenceRow(SQLModel, table=True):
    """One file of a complaint. Its bytes are in the blob store once `sha256` is set."""

    __tablename__ = "evidence"
    id: int | None = key_column()
    complaint_id: int = Field(sa_column=Column(Key, nullable=False, index=True))
    supplement_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    account: str
    ref: str | None = None
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    error: str | None = None
    """Why the file could not be fetched, as an error code."""


class TimelineRow(SQLModel, table=True):
    """Who did what, when, from where. The one truth; the desk, /lacak and the replies are views of it."""

    __tablename__ = "timeline"
    __table_args__ = (UniqueConstraint("complaint_id", "source", "external_id"),)
    id: int | None = key_column()
    complaint_id: int = Field(sa_column=Column(Key, nullable=False, index=True))
    at: datetime = moment()
    kind: str
    """registered, forwarded, state, news, supplement, passed_on, by_hand, rerouted, rated, answer, note, split, merged, moved,
    edited, told."""
    actor: str
    """citizen, system, door or the operator's name."""
    source: str
    """The channel, the door or `desk`."""
    external_id: str | None = None
    """Makes a door's update unique within its source."""
    state: str | None = None
    agency: str | None = None
    public_text: str | None = None
    """May be shown to the citizen in their own channel. Never on /lacak unless it came from the catalogue of texts."""
    note: str | None = None
    """For operators only."""


class OutboxRow(SQLModel, table=True):
    """One thing that is owed: a forward, an addition, a reply, a file to fetch, an event to tell.

    `key` is unique: the same debt is never owed twice."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "lane", "due_at", **where("state = 'owed'")),
        Index("ix_outbox_order", "order_key", "id", **where("state = 'owed'")),
        Index("ix_outbox_talk", "conversation", "id"),
        Index("ix_outbox_mailed", "result", **where("result LIKE 'sp.%'")),
        Index("ix_outbox_told", "lane", "id", **where("kind = 'tell'")),
        Index("ix_outbox_dead", "id", **where("state = 'dead'")),
        Index("ix_outbox_uncertain", "id", **where("state = 'uncertain'")),
        Index("ix_outbox_by_hand", "id", **where("state = 'by_hand'")),
    )
    id: int | None = key_column()
    key: str = Field(sa_column=Column(String, nullable=False, unique=True))
    kind: str
    lane: str
    """Kind and account or door: fairness and pauses are per lane."""
    order_key: str
    """Rows of one order key leave one after the other."""
    conversation: str | None = None
    complaint_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    payload: dict[str, Any] = json_column({})
    state: str = Owed.OWED
    created_at: datetime = moment()
    due_at: datetime = moment()
    attempts: int = 0
    leased_by: str | None = None
    leased_until: datetime | None = moment(null=True)
    unsure: bool = False
    """An attempt began whose end was never learnt."""
    last_error: str | None = None
    """Code and operator's sentence; never a citizen's words."""
    done_at: datetime | None = moment(null=True)
    result: str | None = None
    """The platform's message id, or the door's reference."""


class CursorRow(SQLModel, table=True):
    """Where a polled account or door stands."""

    __tablename__ = "cursors"
    name: str = Field(primary_key=True)
    cursor: dict[str, Any] = json_column({})
    saved_at: datetime = moment()


class LeaseRow(SQLModel, table=True):
    """Who may poll an account or run a job, until when."""

    __tablename__ = "leases"
    name: str = Field(primary_key=True)
    holder: str
    until: datetime = moment()


class PulseRow(SQLModel, table=True):
    """Health of an account, door or job: its last good moment and its last trouble."""

    __tablename__ = "pulses"
    name: str = Field(primary_key=True)
    last_ok_at: datetime | None = moment(null=True)
    last_error_at: datetime | None = moment(null=True)
    last_error: str | None = None
    paused_until: datetime | None = moment(null=True)
    stopped: bool = False
    """The account's credential was refused: nothing is tried until the setting is changed and the hub restarted."""
    forged: int = 0
