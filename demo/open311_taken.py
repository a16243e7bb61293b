"""What the stand-in of a GeoReport server has taken, and how its journal keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

_OPENING = re.compile(r"\[([A-Z]{2,5}-[0-9A-Z]{4}-[0-9A-Z]{4})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A request that this city now has. `number` is the tracking number that opens its description."""

    reference: str
    number: str | None
    service_code: str
    description: str
    status: str = "open"
    notes: str | None = None
    requested: datetime
    updated: datetime
    fields: Mapping[str, str] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        """As GET answers: neither account nor reporter nor attributes."""
        return {
            "service_request_id": self.reference,
            "status": self.status,
            "status_notes": self.notes,
            "service_code": self.service_code,
            "description": self.description,
            "agency_responsible": None,
            "requested_datetime": self.requested.isoformat(timespec="seconds"),
            "updated_datetime": self.updated.isoformat(timespec="seconds"),
            "address": self.fields.get("address_string"),
            "lat": float(self.fields["lat"]) if "lat" in self.fields else None,
            "long": float(self.fields["long"]) if "long" in self.fields else None,
            "media_url": self.fields.get("media_url"),
        }


def taken_in(journal: Path) -> Sequence[Taken]:
    """What was taken, by the journal."""
    return [taken_of(entry) for line in journal.read_bytes().splitlines() if "taken" in (entry := orjson.loads(line))]


def taken_of(entry: Mapping[str, Any]) -> Taken:
    fields, at = entry["fields"], datetime.fromisoformat(entry["at"])
    opening = _OPENING.match(fields.get("description", ""))
    return Taken(
        reference=entry["taken"],
        number=opening.group(1) if opening else None,
        service_code=fields["service_code"],
        description=fields.get("description", ""),
        requested=at.replace(microsecond=0),
        updated=at.replace(microsecond=0),
        fields=fields,
    )
