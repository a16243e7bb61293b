"""Adding a channel touches a fixed list of files. Whatever was forgotten is named here."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

from connectors import registry
from desk.operator import labels
from dispatcher.doors import registry as doors

ROOT = Path(__file__).parents[2]
CONNECTORS = ROOT / "connectors"
FOLDERS = sorted(path.name for path in CONNECTORS.iterdir() if path.is_dir() and path.name != "__pycache__")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
EXAMPLE = (ROOT / "hub.example.toml").read_text("utf-8")


def settings_of(provider: str) -> type[BaseModel]:
    found: type[BaseModel] = import_module(f"connectors.{provider}.client").Settings
    return found


def test_every_folder_is_registered_and_every_channel_has_a_folder() -> None:
    """connectors/registry.py knows exactly the folders that are there."""
    assert set(registry.channels().values()) == set(FOLDERS)


@pytest.mark.parametrize("provider", FOLDERS)
@pytest.mark.parametrize("file", ["__init__.py", "wire.py", "client.py"])
def test_every_provider_has_the_same_files(provider: str, file: str) -> None:
    """The same names everywhere, so that who knows one provider knows all."""
    assert (CONNECTORS / provider / file).is_file(), f"connectors/{provider}/{file} is missing (CONTRIBUTING.md, Adding a channel)"


@pytest.mark.parametrize("provider", FOLDERS)
@pytest.mark.parametrize("heading", ["What arrives", "Set-up", "Limits"])
def test_every_provider_has_its_manual(provider: str, heading: str) -> None:
    """Its docstring tells an official what arrives, how to set it up, and where it ends."""
    manual = ast.get_docstring(ast.parse((CONNECTORS / provider / "__init__.py").read_text("utf-8"))) or ""
    assert heading in manual, f'connectors/{provider}/__init__.py: the docstring lacks "{heading}"'


@pytest.mark.parametrize("provider", FOLDERS)
def test_every_wire_is_a_pure_read(provider: str) -> None:
    """read(raw, *, account, now) -> Sequence[Arrival]."""
    read = import_module(f"connectors.{provider}.wire").read
    parameters = inspect.signature(read).parameters
    assert next(iter(parameters)) == "raw"
    assert {"account", "now"} <= set(parameters)


@pytest.mark.parametrize("provider", FOLDERS)
def test_every_provider_has_tests_and_cases(provider: str) -> None:
    """tests/channels/<provider>/ holds its own tests or cases."""
    folder = ROOT / "tests" / "channels" / provider
    assert list(folder.glob("test_*.py")) or list(folder.glob("cases/*.json")), f"tests/channels/{provider} is empty"


@pytest.mark.parametrize("channel", sorted(registry.channels()))
def test_every_channel_is_in_the_example(channel: str) -> None:
    """hub.example.toml shows an account of each channel with every key that it has."""
    assert re.search(rf'channel = "{channel}"', EXAMPLE), f"hub.example.toml: no account with channel = {channel}"
    keys = set(settings_of(registry.channels()[channel]).model_fields)
    missing = sorted(key for key in keys if not re.search(rf"^#? ?{key} = ", EXAMPLE, re.MULTILINE))
    assert not missing, f"hub.example.toml: {channel} lacks {missing}"


@pytest.mark.parametrize("kind", doors.kinds())
def test_every_door_is_in_the_example(kind: str) -> None:
    """The same for doors."""
    if kind == "desk":
        assert '"desk" (this hub\'s own pages) needs nothing here' in EXAMPLE
        return
    assert f'kind = "{kind}"' in EXAMPLE
    keys = set(import_module(f"dispatcher.doors.{kind}").Settings.model_fields)
    missing = sorted(key for key in keys if not re.search(rf"^#? ?{key} = ", EXAMPLE, re.MULTILINE))
    assert not missing, f"hub.example.toml: door {kind} lacks {missing}"


@pytest.mark.parametrize(
    "touched",
    [
        "connectors/<provider>/__init__.py",
        "connectors/<provider>/wire.py",
        "connectors/<provider>/client.py",
        "connectors/registry.py",
        "pyproject.toml",
        "hub.example.toml",
        "tests/channels/<provider>/",
        "demo/<provider>.py",
        "demo/citizens.py",
        "demo/show.py",
        "desk/operator/labels.py",
        "CHANGELOG.md",
    ],
)
def test_contributing_names_every_file_a_channel_touches(touched: str) -> None:
    """What a newcomer would forget stands in "Adding a channel"."""
    chapter = CONTRIBUTING.partition("## Adding a channel")[2].partition("\n## ")[0]
    assert touched in chapter


@pytest.mark.parametrize("channel", sorted(registry.channels()))
def test_every_channel_has_a_name_for_operators(channel: str) -> None:
    """desk/operator/labels.py: nobody reads a code on the desk."""
    assert channel in labels.CHANNELS


def test_a_channel_touches_only_the_files_that_contributing_lists() -> None:
    """The proof is the channel of other applications: whatever knows `webhook` by name stands in the table of "Adding a channel"."""
    chapter = CONTRIBUTING.partition("## Adding a channel")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `")]
    listed = [path.replace("<provider>", "webhook") for row in rows for path in re.findall(r"`([^`]+)`", row)]
    knows = re.compile(r"""connectors[./]webhook|demo[./]webhook|channel\s*=\s*["']webhook|["']webhook["']\s*:|[=!]=\s*["']webhook["']""")
    rooms = ("config", "connectors", "normalizer", "store", "dispatcher", "desk", "demo", "tests/channels")
    files = [path for room in rooms for kind in ("py", "toml", "po", "html", "js") for path in (ROOT / room).rglob(f"*.{kind}")]
    touched = {
        str(path.relative_to(ROOT)) for path in (*files, *ROOT.glob("*.py"), *ROOT.glob("*.toml")) if knows.search(path.read_text("utf-8"))
    }
    assert "connectors/registry.py" in touched
    assert not {path for path in touched if not any(path == one or (one.endswith("/") and path.startswith(one)) for one in listed)}


def test_import_rules_know_every_provider_and_door() -> None:
    """A new provider or door is fenced like the others in pyproject.toml."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    fenced = {module for one in contracts if one["type"] == "independence" for module in one["modules"]}
    protected = {module for one in contracts if one["type"] == "protected" for module in one["protected_modules"]}
    expected = {f"connectors.{folder}" for folder in FOLDERS} | {f"dispatcher.doors.{kind}" for kind in doors.kinds()}
    assert fenced == expected
    assert protected == expected
