from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "asyncio",
    "socket",
    "sqlite3",
    "urllib",
    "httpx",
    "aiohttp",
    "pathlib",
    "os",
    "logging",
    "random",
    "time",
    "structlog",
    "subprocess",
    "threading",
}
MODULES = sorted((ROOT / "normalizer").glob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_side_effects(module: Path) -> None:
    """The normaliser knows no network, no store, no file, no clock and no chance."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert not {name.split(".")[0] for name in imported(tree)} & FORBIDDEN
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not asked & {"now", "utcnow", "today"}


def test_heavy_libraries_wait() -> None:
    """Importing the normaliser loads no library that only some messages need."""
    code = (
        "import sys, normalizer.normalize; print([m for m in ('lokal', 'py3langid', 'numpy', 'inscriptis', 'lxml', 'phonenumbers') if "
        "m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
