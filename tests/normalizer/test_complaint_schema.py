from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from normalizer import schema
from normalizer.complaint import Complaint, Provenance

PUBLISHED = Path(__file__).parents[2] / "docs" / "complaint.schema.json"


def test_published_schema_is_up_to_date() -> None:
    """docs/complaint.schema.json says what the code says. Behind? Run `python -m normalizer.schema`."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema.text()


def test_a_complaint_fits_its_schema() -> None:
    """What we hand out validates against what we publish."""
    jsonschema.Draft202012Validator.check_schema(json.loads(schema.text()))
    told = Complaint.model_validate(
        {
            "title": "Jalan rusak",
            "first_words": "jln rusak",
            "body": "jln rusak",
            "submitted_at": "2026-11-22T10:00:00+07:00",
            "provenance": Provenance(channel="webchat", account="chat", external_id="1", received_at="2026-11-22T10:00:00+07:00"),
        }
    )
    jsonschema.validate(told.model_dump(mode="json"), json.loads(schema.text()))
