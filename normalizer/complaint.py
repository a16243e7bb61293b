"""THE schema: what every message from every channel becomes, and what every door gets.

`Complaint` is a SQLModel without a table; `store.tables` puts it into one and redeclares the nested fields as JSON columns.
Its JSON Schema is published in `docs/complaint.schema.json` and checked in CI. Field names are the English terms of the glossary.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlmodel import Field, SQLModel

SCHEMA_VERSION = 1


class Classification(StrEnum):
    """SP4N-LAPOR!'s four kinds; the software proposes, a person confirms."""

    SUPERVISORY = "pengaduan_berkadar_pengawasan"
    COMPLAINT = "pengaduan_tidak_berkadar_pengawasan"
    ASPIRATION = "aspirasi"
    INFORMATION = "permintaan_informasi"


class Urgency(StrEnum):
    NORMAL = "normal"
    HIGH = "high"
    EMERGENCY = "emergency"


class Outcome(StrEnum):
    """What an Inbound turned out to be."""

    COMPLAINT = "complaint"
    SUPPLEMENT = "supplement"
    STATUS_QUERY = "status_query"
    COMMAND = "command"
    TRIAGE = "triage"
    SET_ASIDE = "set_aside"
    UNREADABLE = "unreadable"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Location(Frozen):
    """Where it happened. Optional by nature: we ask, we never refuse."""

    text: str | None = None
    """The words that name the place, as the citizen wrote them."""
    address: str | None = None
    region_code: str | None = None
    """Kemendagri code with dots, for example 32.77.02.1003."""
    region_name: str | None = None
    rt: str | None = None
    rw: str | None = None
    lat: float | None = None
    lon: float | None = None
    inside: bool | None = None
    """Whether the coordinates lie in the city, as far as its circle on the map tells; None without coordinates or circle."""
    confidence: str | None = None
    """high: region_code may be trusted; low: words only."""


class Reporter(Frozen):
    """Who complains. Personal data: masked by default on every screen but the one that is opened with a reason."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    """E.164."""
    address: str | None = None


class Suggestion(Frozen):
    category: str
    score: float
    why: str


class PersonalData(Frozen):
    """A span of `body`: characters [start, end)."""

    kind: str
    """nik, kk, number, card, account, phone, email, plate, name; health and child only mark the words as sensitive."""
    start: int
    end: int


class EvidenceFile(Frozen):
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    """Set once the bytes are in the blob store."""


class Provenance(Frozen):
    """Through which door of the city it came, and where its raw bytes lie."""

    channel: str
    account: str
    external_id: str
    received_at: datetime
    inbox_id: int | None = None
    entered_by: str | None = None
    """The operator who typed a letter or call in."""


class Complaint(SQLModel):
    """One complaint. `first_words` never change; `body` is the text an operator may edit."""

    schema_version: int = SCHEMA_VERSION
    title: str = Field(max_length=200)
    first_words: str
    body: str
    classification: Classification = Classification.COMPLAINT
    category: str | None = None
    """A key of the profile's catalogue."""
    agency: str | None = None
    """A key of the profile's agencies."""
    suggestions: list[Suggestion] = []
    incident_date: date | None = None
    location: Location = Location()
    reporter: Reporter = Reporter()
    anonymous: bool = False
    """The reporter's name is hidden from everyone but the operators (LAPOR!: Anonim)."""
    confidential: bool = False
    """The whole report is not public (LAPOR!: Rahasia)."""
    evidence: list[EvidenceFile] = []
    language: str = "id"
    urgency: Urgency = Urgency.NORMAL
    personal_data: list[PersonalData] = []
    submitted_at: datetime
    """When the citizen sent it, by the platform's clock."""
    provenance: Provenance


class State(StrEnum):
    """The states of a complaint; the allowed moves are the table in `store.states`."""

    RECEIVED = "received"
    VERIFIED = "verified"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    OUT_OF_SCOPE = "out_of_scope"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
