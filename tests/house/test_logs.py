"""Every line that our code logs says what it means to say: its keys are allowed, its event is a name."""

from __future__ import annotations

import ast
from pathlib import Path

from config.logging import AMOUNTS, SHAPES

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
ALLOWED = set(SHAPES) | AMOUNTS | {"exc_info"}


def lines_logged() -> list[tuple[str, ast.Call]]:
    files = [path for room in ("connectors", "normalizer", "store", "dispatcher", "desk") for path in (ROOT / room).rglob("*.py")]
    found = []
    for path in [*files, ROOT / "run.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                logger = node.func.value
                if isinstance(logger, ast.Name) and logger.id in ("log", "_log", "logger"):
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


def test_every_key_that_is_logged_is_allowed() -> None:
    """A key that config/logging.py does not know would print as a marker, and an operator would look for it in vain."""
    stray = [f"{place} {word.arg}" for place, call in lines_logged() for word in call.keywords if word.arg not in ALLOWED]
    assert not stray, "add the key with its shape to config/logging.py, or log less: " + ", ".join(stray)


def test_every_event_is_a_plain_name() -> None:
    """No f-string, no sentence: `lane.paid`."""
    odd = []
    for place, call in lines_logged():
        event = call.args[0] if len(call.args) == 1 else None
        if not (isinstance(event, ast.Constant) and isinstance(event.value, str) and SHAPES["event"][0].fullmatch(event.value)):
            odd.append(place)
    assert not odd


def test_nobody_prints_or_logs_around_it() -> None:
    """Only run.py's command line prints, and only config sets the standard library's logging up."""
    found = []
    for room in ("config", "connectors", "normalizer", "store", "dispatcher", "desk"):
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" in path.parts or path == ROOT / "config" / "logging.py":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                printed = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
                imported = isinstance(node, ast.Import) and any(alias.name == "logging" for alias in node.names)
                if printed or imported:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found
