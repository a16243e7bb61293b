"""What a city's own system reads of us is what we say that it reads."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from dispatcher.doors import published

FILE = Path(__file__).parents[2] / "docs" / "published.schema.json"


def test_the_published_events_schema_is_up_to_date() -> None:
    """docs/published.schema.json says what the code says. Behind? Run `python -m dispatcher.doors.published`."""
    assert FILE.read_text(encoding="utf-8") == published.text()
    jsonschema.Draft202012Validator.check_schema(json.loads(published.text()))
