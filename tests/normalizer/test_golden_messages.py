"""One golden file a kind of message: what came in, and what must be said of it. A new kind is a new file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from normalizer_samples import chat, mail

from config.profile import Profile
from connectors.contract import Attachment, Inbound, Place
from dispatcher.preview import shown
from normalizer.normalize import normalize

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


def inbound(given: dict[str, Any]) -> Inbound:
    if "mail" in given:
        return mail("\n".join(given["mail"]), staff=given.get("staff", False))
    changes = dict(given)
    text = changes.pop("text", "")
    if "attachments" in changes:
        changes["attachments"] = [Attachment(**one) for one in changes["attachments"]]
    if "place" in changes:
        changes["place"] = Place(**changes["place"])
    return chat(text, **changes)


def differences(expected: Any, told: Any, path: str = "") -> list[str]:
    """Where the outcome differs from the golden values; what the file does not name is free."""
    if isinstance(expected, dict) and isinstance(told, dict):
        return [line for key, value in expected.items() for line in differences(value, told.get(key), f"{path}.{key}".lstrip("."))]
    return [] if expected == told else [f"{path}: {told!r}, not {expected!r}"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_golden(file: Path, profile: Profile) -> None:
    """The message of each golden file comes out as the file says."""
    case = json.loads(file.read_text(encoding="utf-8"))
    assert differences(case["expect"], shown(normalize(inbound(case["inbound"]), profile))) == [], case["about"]


def test_golden_files_are_there() -> None:
    """The parametrised test has something to run on."""
    assert len(FILES) >= 20
