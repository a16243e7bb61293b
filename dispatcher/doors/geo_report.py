"""Open311 GeoReport v2 as values: what we post, what a server answers, what its rows mean. Pure: no network, no clock.

Source: https://wiki.open311.org/GeoReport_v2/. The protocol has no key of its own against doubling, so our tracking number opens every
description in one fixed form, and only a description that opens with it is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dispatcher.doors import geo_answers
from dispatcher.doors.contract import DoorUpdate, Filing
from normalizer import tracking
from normalizer.complaint import Location, PersonalData, State

DESCRIPTION_LIMIT = 4000
"""Characters; POST Service Request, `description`."""
ROWS_LIMIT = 1000
"""Rows of one GET Service Requests at most; it also spans at most 90 days."""
DAYS_LIMIT = 90
TOKEN = "token:"  # noqa: S105  the protocol's word for a ticket, not a secret
PARAMETERS = (
    "jurisdiction_id",
    "service_code",
    "api_key",
    "address_string",
    "address_id",
    "lat",
    "long",
    "attribute",
    "description",
    "media_url",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One service request as a server lists it; times are aware."""

    reference: str
    status: str
    notes: str | None
    description: str
    requested_at: datetime | None
    updated_at: datetime | None


def mark(key: str) -> str:
    """The fixed form in which our number opens a description: CMH1234567C -> [CMH-1234-567C]."""
    return f"[{tracking.printed(key)}]"


def key_of(row: Row, prefix: str) -> str | None:
    """The number that opens the row's description, stored form; a number quoted later in the text is somebody talking about it."""
    opening = row.description.lstrip()
    close = opening.find("]")
    return tracking.stored(prefix, opening[1:close]) if opening.startswith("[") and close > 0 else None


def form(filing: Filing, key: str, service_code: str, city: str) -> dict[str, str]:
    """The fields of POST requests, without api_key and jurisdiction_id. The reporter is never named, nor marked spans of the text."""
    complaint = filing.complaint
    fields = {
        "service_code": service_code,
        "description": describe(key, masked(complaint.body, complaint.personal_data) or complaint.title),
    }
    place = complaint.location
    if place.lat is not None and place.lon is not None:
        fields |= {"lat": f"{place.lat:.6f}", "long": f"{place.lon:.6f}"}
    else:
        fields["address_string"] = address(place, city)
    return fields | ({"media_url": filing.media[0]} if filing.media else {})


def describe(key: str, words: str) -> str:
    """Our number, then the words, at most 4,000 characters; cut at a word."""
    whole = f"{mark(key)} {words}"
    if len(whole) <= DESCRIPTION_LIMIT:
        return whole
    return whole[: DESCRIPTION_LIMIT - 1].rsplit(None, 1)[0] + "…"


def masked(text: str, spans: Sequence[PersonalData]) -> str:
    """The text with every marked span as stars; GeoReport descriptions are public."""
    for span in sorted(spans, key=lambda one: one.start, reverse=True):
        text = text[: span.start] + "*" * (span.end - span.start) + text[span.end :]
    return text


def address(place: Location, city: str) -> str:
    """What is known of the place, most exact first; the city's name when nothing is."""
    words = place.address or place.text or ""
    rt, rw = (f"RT {place.rt}" if place.rt else None), (f"RW {place.rw}" if place.rw else None)
    named = re.search(r"\bR[TW]\b", words, re.IGNORECASE)
    parts = (words, None if named else rt, None if named else rw, place.region_name, city)
    kept: list[str] = []
    for part in parts:
        if part and not any(part.casefold() in earlier.casefold() for earlier in kept):
            kept.append(part)
    return ", ".join(kept)


def reference_in(body: bytes) -> tuple[str, str | None] | None:
    """(reference, notice) from the answer to a POST: an array of one with service_request_id, or a token that becomes one later."""
    rows = geo_answers.rows(body)
    first = rows[0] if rows else {}
    notice = _text(first.get("service_notice"))
    if number := _text(first.get("service_request_id")):
        return number, notice
    if token := _text(first.get("token")):
        return TOKEN + token, notice
    return None


def rows_in(body: bytes) -> Sequence[Row] | None:
    """The rows of GET requests; None when the answer is not such a list. Rows without an id are left out."""
    found = geo_answers.rows(body)
    if found is None:
        return None
    return [_row(one) for one in found if _text(one.get("service_request_id"))]


def codes_in(body: bytes) -> Sequence[str] | None:
    """The service codes of GET services; None when the answer is not such a list."""
    known = services_in(body)
    return None if known is None else list(known)


def services_in(body: bytes) -> Mapping[str, bool] | None:
    """The services of GET services, and whether each has a definition (`metadata`); None when the answer is not such a list."""
    found = geo_answers.rows(body)
    if found is None:
        return None
    return {code: str(one.get("metadata")).strip().casefold() == "true" for one in found if (code := _text(one.get("service_code")))}


def number_in(body: bytes) -> str | None:
    """The request's number from GET tokens/{token}; None while the server has none."""
    found = geo_answers.rows(body)
    return _text(found[0].get("service_request_id")) if found else None


def identity(filing: Filing) -> dict[str, str]:
    """The reporter's fields of POST requests; none of somebody who wants to be anonymous."""
    reporter = filing.complaint.reporter
    if filing.complaint.anonymous:
        return {}
    first, _, last = (reporter.name or "").strip().partition(" ")
    named = {"first_name": first, "last_name": last, "email": reporter.email, "phone": reporter.phone}
    return {name: value for name, value in named.items() if value}


def blamed(body: bytes) -> Sequence[str]:
    """The parameters that an error answer names, and `duplicate`. Only known words: a server may echo the citizen's text or our key."""
    words = geo_answers.words(body)
    return [word for word in (*PARAMETERS, "duplicate") if (word in words if len(word) > 4 else re.search(rf"\b{word}\b", words))]


def update(row: Row, prefix: str, now: datetime) -> DoorUpdate | None:
    """What a row tells about one complaint; None when it is neither news nor ours."""
    key, closed = key_of(row, prefix), row.status == "closed"
    if not (key or closed or row.notes):
        return None
    at = row.updated_at or row.requested_at or now
    return DoorUpdate(
        external_id=f"{row.reference}:{row.status}:{row.updated_at.isoformat() if row.updated_at else ''}",
        at=at,
        reference=row.reference,
        tracking_number=key,
        state=State.CLOSED if closed else None,
        public_text=row.notes,
    )


def stamp(moment: datetime) -> str:
    """W3C datetime in UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(one: Mapping[str, Any]) -> Row:
    return Row(
        reference=_text(one.get("service_request_id")) or "",
        status=(_text(one.get("status")) or "").casefold(),
        notes=_text(one.get("status_notes")),
        description=_text(one.get("description")) or "",
        requested_at=_moment(one.get("requested_datetime")),
        updated_at=_moment(one.get("updated_datetime")),
    )


def _text(value: object) -> str | None:
    """Ids come as strings and as numbers, empty values as null and as ""."""
    return str(value).strip() or None if isinstance(value, str | int) and not isinstance(value, bool) else None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
