"""What the JSON API takes and gives. These models check what comes in, write what goes out, and are the OpenAPI document's schemas.

No model has a field for who reported: the API shows none of it. Unknown fields are refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from normalizer.complaint import Classification, State, Urgency
from store.events import Event as Told
from store.subscribers import Standing

LONGEST = 10_000
TEXT = r"^[^\x00]*[^\x00\s][^\x00]*$"
"""Not blank, and without the one character that PostgreSQL cannot keep."""
CODE = r"^[a-z0-9_-]{1,60}$"
WEBHOOK = r"^[a-z][a-z0-9_-]{1,39}$"


def _day(written: Any) -> Any:
    """A day as people and forms write it, and in no other of ISO 8601's spellings."""
    if not isinstance(written, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
        raise ValueError("a day is written 2026-01-31")
    return date.fromisoformat(written)


def _row(written: Any) -> Any:
    if not isinstance(written, str) or not re.fullmatch(r"[1-9]\d{0,14}", written, re.ASCII):
        raise ValueError("a whole number from 1")
    return int(written)


Day = Annotated[date, BeforeValidator(_day)]
Row = Annotated[int, Field(ge=1, le=999_999_999_999_999), BeforeValidator(_row)]
Code = Annotated[str, Field(pattern=CODE)]


class Asked(BaseModel):
    """What a caller sends. From a body nothing is converted: a number is a number."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Given(BaseModel):
    """What the hub answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Asked):
    """No parameters."""


class Wanted(Asked):
    """Filters of the list; one that is left out leaves its question open. Days are in the city's zone, `until` included."""

    view: Literal["open", "new", "waiting", "soon", "overdue", "undelivered"] | None = None
    state: State | None = None
    channel: Code | None = None
    agency: Code | None = None
    category: Code | None = None
    urgency: Urgency | None = None
    place: Annotated[str, Field(pattern=r"^[0-9.]{8,13}$")] | None = None
    since: Day | None = None
    until: Day | None = None
    q: Annotated[str, Field(pattern=TEXT, max_length=200)] | None = None
    before: Row | None = None


class Point(Asked):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class NewComplaint(Asked):
    """`reference`: yours. The same one again, with the same key, is the same complaint, however often it is sent."""

    text: str = Field(pattern=TEXT, max_length=4000)
    category: Code | None = None
    point: Point | None = None
    address: str | None = Field(default=None, pattern=TEXT, max_length=500)
    name: str | None = Field(default=None, pattern=TEXT, max_length=100)
    email: str | None = Field(default=None, pattern=r"^[^\x00\s@]+@[^\x00\s@]+$", max_length=254)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9 ().-]{5,30}$")
    reference: str | None = Field(default=None, pattern=TEXT, max_length=200)


class NewMove(Asked):
    """`text`: for the citizen. `reason`: for the operators. `version`: the one that you saw; refused when it changed since."""

    to: State
    agency: Code | None = None
    text: str | None = Field(default=None, pattern=TEXT, max_length=LONGEST)
    reason: str | None = Field(default=None, pattern=TEXT, max_length=LONGEST)
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)


class NewNote(Asked):
    """For operators only; the citizen is not told."""

    text: str = Field(pattern=TEXT, max_length=LONGEST)


class Problem(Given):
    """`code`: for programs, and stays. `message`: for people."""

    code: str
    message: str


class Place(Given):
    region_code: str | None
    region_name: str | None
    words: str | None
    lat: float | None
    lon: float | None


class Summary(Given):
    """One line of the list. `title` is covered like everything; of a confidential complaint it is null."""

    number: str
    title: str | None
    state: State
    state_at: datetime
    channel: str
    agency: str | None
    category: str | None
    urgency: Urgency
    anonymous: bool
    confidential: bool
    registered_at: datetime
    supplements: int
    evidence: int


class Complaints(Given):
    """`next`: hand it over as `before` for the page that follows; null on the last."""

    complaints: list[Summary]
    next: int | None


class Complaint(Summary):
    text: str | None
    classification: Classification
    due_kind: str | None
    due_at: datetime | None
    door: str
    door_reference: str | None
    place: Place | None
    merged_into: str | None
    version: int


class Event(Given):
    """`text`: what the citizen was told. `note`: for operators."""

    at: datetime
    kind: str
    actor: str
    source: str
    state: State | None
    agency: str | None
    text: str | None
    note: str | None


class Timeline(Given):
    number: str
    events: list[Event]


class Registered(Given):
    """`number` is null while it is being made: send the same `reference` again to learn it."""

    number: str | None
    reference: str


class Agency(Given):
    code: str
    name: str
    short: str


class Agencies(Given):
    agencies: list[Agency]


class Category(Given):
    code: str
    name: str
    agency: str


class Categories(Given):
    categories: list[Category]


class Stats(Given):
    """How many complaints are in each state now."""

    at: datetime
    states: dict[State, int]
    open: int
    total: int


class Waiting(Given):
    """What waits for a person: messages nobody could read, mentions to look at, forwards and replies that failed or may have failed."""

    at: datetime
    quarantined: int
    triage: int
    dead: int
    uncertain: int


class NewWebhook(Asked):
    """`name`: a short word of yours. `agency`: only complaints of that agency. `events`: which of them are told."""

    name: str = Field(pattern=WEBHOOK)
    url: str = Field(pattern=r"^https?://[^\s\x00]+$", max_length=500)
    events: list[Told] = Field(min_length=1, max_length=20)
    agency: Code | None = None


class Webhook(Given):
    """`standing`: paused by an admin, failed (three days of nothing but failure), gone (it answered 410), or active."""

    name: str
    url: str
    events: list[Told]
    agency: str | None
    standing: Standing
    failing_since: datetime | None
    created_at: datetime


class Webhooks(Given):
    webhooks: list[Webhook]


class WebhookSecret(Webhook):
    """`secret`: shown this once."""

    secret: str


class Tried(Given):
    """`id`: the webhook-id under which the event comes."""

    id: str


class Attempted(Given):
    """One event of the last fifty. `told`: the answer, or why there was none. `due_at`: of the next try, while it is owed."""

    id: str
    event: str
    number: str | None
    at: datetime
    state: Literal["owed", "done", "given_up"]
    attempts: int
    told: str | None
    due_at: datetime | None


class Deliveries(Given):
    deliveries: list[Attempted]


class CloudEvent(Given):
    """What a webhook gets: CloudEvents 1.0. `data` is the complaint as it is when this is sent; null in a test."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str | None = None
    time: datetime
    datacontenttype: Literal["application/json"]
    dataschema: str | None = None
    data: Complaint | None = None
