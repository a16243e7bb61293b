"""What a city's own system reads of a complaint: the published form of the schema, without what the receiver may not have. Pure.

Its JSON Schema stands in docs/published.schema.json; `python -m dispatcher.doors.published` writes it. Fields are added, never renamed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from connectors.errors import Refused
from dispatcher.doors.contract import Added, Addition, Filing
from normalizer import privacy, tracking
from normalizer.complaint import Classification, Complaint, Location, Reporter, Urgency

VERSION = 1
TARGET = "docs/published.schema.json"


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Receiver(Value):
    """What the other side may have, as hub.toml says."""

    confidential: bool = False
    """Secret reports."""
    identities: bool = False
    """Name and contact of people who asked to be anonymous, and the personal data that stands in the words."""


class File(Value):
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None


class Published(Value):
    """One complaint as it is now. Words are masked where personal data stood; `reporter` is null when it is withheld."""

    schema_version: int = VERSION
    tracking_number: str
    """Stored form, the key: CMH1234567C."""
    printed_number: str
    """As citizens read it: CMH-1234-567C."""
    title: str
    body: str
    classification: Classification
    category: str | None
    agency: str | None
    incident_date: date | None
    location: Location
    urgency: Urgency
    language: str
    anonymous: bool
    confidential: bool
    reporter: Reporter | None
    channel: str
    submitted_at: datetime
    files: Sequence[File] = ()
    media: Sequence[str] = ()
    """Links under which the files may be fetched."""


class Extended(Value):
    """What a citizen did later. `complaint` is the whole complaint as it is now, so that nobody has to put it together."""

    kind: Addition
    reference: str
    """The receiver's own number, as it told us; our key where it never did."""
    at: datetime
    text: str | None = None
    rating: int | None = None
    media: Sequence[str] = ()
    complaint: Published


def published(filing: Filing, receiver: Receiver, door: str) -> Published:
    """Raises Refused for a secret report that `door` may not have: a person passes it on."""
    return _published(filing.complaint, filing.tracking_number, filing.media, receiver, door)


def extended(added: Added, receiver: Receiver, door: str) -> Extended:
    """A complaint that became secret only now was sent long ago: the receiver is told so, and told nothing new."""
    hidden = added.complaint.confidential and not receiver.confidential
    complaint = added.complaint.model_copy(update={"confidential": False} if hidden else {})
    shown = _published(complaint, added.tracking_number, (), receiver, door)
    if hidden:
        empty = {"title": "", "body": "", "reporter": None, "location": Location(), "files": ()}
        shown = shown.model_copy(update={"confidential": True, **empty})
    return Extended(
        kind=added.kind,
        reference=added.reference,
        at=added.at,
        text=_said(added, hidden, receiver),
        rating=added.rating,
        media=() if hidden else added.media,
        complaint=shown,
    )


def _said(added: Added, hidden: bool, receiver: Receiver) -> str | None:
    if added.text is None or hidden:
        return None
    return added.text if receiver.identities else privacy.masked(added.text)


def _published(complaint: Complaint, key: str, media: Sequence[str], receiver: Receiver, door: str) -> Published:
    if complaint.confidential and not receiver.confidential:
        raise Refused(f"Laporan rahasia tidak dikirim ke {door}: teruskan sendiri, atau atur doors.{door}.confidential.")
    whole = receiver.identities
    return Published(
        tracking_number=key,
        printed_number=tracking.printed(key),
        title=complaint.title if whole else privacy.masked(complaint.title),
        body=complaint.body if whole else privacy.mask(complaint.body, complaint.personal_data),
        classification=complaint.classification,
        category=complaint.category,
        agency=complaint.agency,
        incident_date=complaint.incident_date,
        location=complaint.location,
        urgency=complaint.urgency,
        language=complaint.language,
        anonymous=complaint.anonymous,
        confidential=complaint.confidential,
        reporter=None if complaint.anonymous and not whole else complaint.reporter,
        channel=complaint.provenance.channel,
        submitted_at=complaint.submitted_at,
        files=[File(**each.model_dump()) for each in complaint.evidence],
        media=media,
    )


def text() -> str:
    """The schema file's content, with a line end."""
    schema = Extended.model_json_schema(mode="serialization")
    definitions = schema.pop("$defs")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:satu-pintu:published:{VERSION}",
        "title": "data of the CloudEvents that a city's own system gets",
        "oneOf": [{"$ref": "#/$defs/Published"}, {"$ref": "#/$defs/Extended"}],
    }
    return json.dumps(head | {"$defs": {**definitions, "Extended": schema}}, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    with open(TARGET, "w", encoding="utf-8") as file:
        file.write(text())
