"""Numbers and filings that the tests of the doors share."""

from __future__ import annotations

from datetime import UTC, datetime

from dispatcher.doors.contract import Filing
from normalizer import tracking
from normalizer.complaint import Complaint, Provenance


def number(nth: int) -> str:
    """The nth tracking number, stored form."""
    return tracking.compose("CMH", [nth // 32**place % 32 for place in range(7)])


def filing(key: str, **values: object) -> Filing:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    fields = {
        "title": "Lampu jalan mati",
        "first_words": "lampu jalan mati di Jl. Gandawijaya",
        "body": "Lampu jalan mati di Jl. Gandawijaya",
        "submitted_at": at,
        "provenance": Provenance(channel="telegram", account="bot", external_id="1:2", received_at=at),
    }
    return Filing(complaint=Complaint.model_validate(fields | values), tracking_number=key)
