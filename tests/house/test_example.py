"""hub.example.toml is complete and true; the texts are whole; documents point at what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel

from config import load
from config.advice import fields_of
from config.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "hub.example.toml"


def test_the_example_as_it_is_changes_nothing() -> None:
    """Copied to hub.toml without a change it is the same as no file."""
    assert load.settings(EXAMPLE, {}) == Settings()
    assert load.exposed(EXAMPLE) == []


def uncommented() -> dict[str, Any]:
    """The example with every setting switched on."""
    lines = []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        setting = re.match(r"# (\[[a-z_.]+\].*|[a-z_]+ = .*)", line)
        lines.append(setting.group(1) if setting else line)
    return tomllib.loads("\n".join(lines))


def test_the_example_switched_on_is_valid(tmp_path: Path) -> None:
    """Every line can be used as it stands, and the values shown are the built-in ones."""
    values = uncommented()
    shown = {key: value for key, value in values.items() if key not in ("accounts", "doors", "profile_overrides", "secret")}
    assert Settings(**shown) == Settings()
    assert Settings(**values).accounts.keys() >= {"chat", "desk", "kominfo_bot", "surel"}
    load.profile(Settings(**values))


def test_no_setting_is_missing_from_the_example() -> None:
    """Every key of the settings stands there."""
    values = uncommented()
    missing = []
    for name, field in Settings.model_fields.items():
        if name not in values:
            missing.append(name)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys = [
                f.validation_alias.choices[0] if isinstance(f.validation_alias, AliasChoices) else n
                for n, f in field.annotation.model_fields.items()
            ]
            missing += [f"{name}.{key}" for key in keys if key not in values[name]]
    assert not missing


def test_every_text_stands_in_both_languages_with_the_same_fields() -> None:
    """Who chooses English gets every sentence, and each {field} is filled in both."""
    texts = tomllib.loads((ROOT / "config" / "texts.toml").read_text("utf-8"))
    assert set(texts) == {"id", "en"}
    assert set(texts["id"]) == set(texts["en"])
    different = [name for name in texts["id"] if fields_of(texts["id"][name]) != fields_of(texts["en"][name])]
    assert not different


def test_every_text_that_code_asks_for_is_there() -> None:
    """profile.text("name") with a literal name never raises KeyError."""
    texts = tomllib.loads((ROOT / "config" / "texts.toml").read_text("utf-8"))["id"]
    asked = set()
    for room in ("dispatcher", "desk", "connectors"):
        for path in (ROOT / room).rglob("*.py"):
            asked |= set(re.findall(r"(?:profile|texts)\.text\(\s*\"([a-z_]+)\"", path.read_text("utf-8")))
    assert asked - set(texts) == set()


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """README, CONTRIBUTING and docs point only at files that are there."""
    lost = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text("utf-8")):
            if not (page.parent / target).exists():
                lost.append(f"{page.relative_to(ROOT)}: {target}")
    assert not lost
