"""The JSON Schema of a complaint, as published in docs/complaint.schema.json. `python -m normalizer.schema` writes it."""

from __future__ import annotations

import json

from normalizer.complaint import SCHEMA_VERSION, Complaint

TARGET = "docs/complaint.schema.json"


def text() -> str:
    """The file's content, with a line end."""
    schema = Complaint.model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:satu-pintu:complaint:{SCHEMA_VERSION}",
    }
    return json.dumps(head | schema, ensure_ascii=False, indent=2, sort_keys=False) + "\n"


if __name__ == "__main__":
    with open(TARGET, "w", encoding="utf-8") as file:
        file.write(text())
