"""The envelope on the way to a city's own system and back: CloudEvents 1.0, JSON, structured. Pure: no network, no clock.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md. `id` is our key, so that whoever reads the same
event twice knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from connectors.errors import Malformed
from dispatcher.doors.contract import Addition, DoorUpdate
from dispatcher.doors.published import Extended, Published
from normalizer import tracking
from normalizer.complaint import State

MEDIA_TYPE = "application/cloudevents+json"
PREFIX = "id.go.satupintu."
REGISTERED = f"{PREFIX}complaint.registered"
RECEIPT = f"{PREFIX}complaint.receipt"
STATUS = f"{PREFIX}complaint.status"
CHECK = f"{PREFIX}check"
ADDED: Mapping[Addition, str] = MappingProxyType(
    {
        Addition.SUPPLEMENT: f"{PREFIX}complaint.supplemented",
        Addition.REOPENED: f"{PREFIX}complaint.reopened",
        Addition.SOLVED: f"{PREFIX}complaint.solved",
        Addition.RATED: f"{PREFIX}complaint.rated",
        Addition.WITHDRAWN: f"{PREFIX}complaint.withdrawn",
        Addition.HIDDEN: f"{PREFIX}complaint.hidden",
    }
)


def registered(data: Published, source: str) -> bytes:
    return _event(REGISTERED, data.tracking_number, data.tracking_number, source, data.submitted_at, data)


def added(data: Extended, key: str, source: str) -> bytes:
    return _event(ADDED[data.kind], key, data.complaint.tracking_number, source, data.at, data)


def trying(key: str, source: str, at: datetime) -> bytes:
    """An event that means nothing: they are asked whether they believe our signature."""
    return orjson.dumps(_head(CHECK, key, None, source, at))


def _event(kind: str, key: str, number: str, source: str, at: datetime, data: BaseModel) -> bytes:
    told = {"dataschema": "urn:satu-pintu:published:1", "data": data.model_dump(mode="json")}
    return orjson.dumps(_head(kind, key, number, source, at) | told)


def _head(kind: str, key: str, number: str | None, source: str, at: datetime) -> dict[str, Any]:
    head = {
        "specversion": "1.0",
        "type": kind,
        "source": source,
        "id": key,
        "time": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
    }
    return head | ({"subject": number} if number else {})


def _text(words: str) -> str:
    """No control characters but line ends: PostgreSQL stores no NUL, and nobody reads the others."""
    return "".join(one for one in words if one.isprintable() or one in "\n\t").strip()


Words = Annotated[str, Field(max_length=10_000), AfterValidator(_text)]
Short = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_text), Field(min_length=1)]


class _News(BaseModel):
    """`data` of what comes back. Other keys are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    reference: Short | None = None
    state: State | None = None
    agency: Short | None = None
    public_text: Words | None = None
    note: Words | None = None


class _Envelope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    specversion: Literal["1.0"]
    id: Short
    type: Short
    source: Short
    time: AwareDatetime | None = None
    subject: Short | None = None
    data: _News = _News()


def news(body: bytes, prefix: str, now: datetime) -> DoorUpdate | None:
    """What came back, as an update; None when they only try the line. Raises Malformed, which names the field and never its content."""
    try:
        event = _Envelope.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise Malformed("Bukan JSON.") from None
    except ValidationError as error:
        fields = sorted({".".join(str(step) for step in each["loc"]) or "isi" for each in error.errors(include_input=False)})
        raise Malformed(f"Bukan CloudEvents 1.0 yang dikenal; periksa: {', '.join(fields)}.") from None
    if event.type == CHECK:
        return None
    if event.type not in (RECEIPT, STATUS):
        raise Malformed(f"type tidak dikenal; pakai {RECEIPT} atau {STATUS}.")
    number = tracking.stored(prefix, event.subject) if event.subject else None
    if number is None and event.data.reference is None:
        raise Malformed("subject (nomor laporan) atau data.reference wajib ada.")
    if event.type == RECEIPT and event.data.reference is None:
        raise Malformed("data.reference wajib ada pada tanda terima.")
    return DoorUpdate(
        external_id=f"{event.source}#{event.id}",
        at=min(event.time or now, now),
        reference=event.data.reference,
        tracking_number=number,
        state=event.data.state if event.type == STATUS else None,
        agency=event.data.agency,
        public_text=event.data.public_text or None,
        note=event.data.note or None,
    )
