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
    """Only the command line prints; of the standard library's logging, others may only make a library quieter."""
    found = []
    for room in ("config", "connectors", "normalizer", "store", "dispatcher", "desk"):
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts and path != ROOT / "config" / "logging.py":
                tree = ast.parse(path.read_text("utf-8"))
                found += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in ast.walk(tree) if _speaks(node)]
    assert not found


def _speaks(node: ast.AST) -> bool:
    """print(…), logging.info(…), logging.getLogger(…).info(…)."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "print"
    if not isinstance(node, ast.Attribute) or node.attr not in LEVELS | {"log", "basicConfig", "addHandler"}:
        return False
    of = node.value
    if isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute):
        of = of.func.value
    return isinstance(of, ast.Name) and of.id == "logging"
