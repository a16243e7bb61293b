"""The look stays small and whole."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STYLES = sorted((ROOT / "desk" / "static").glob("*.css"))
MOST = 20_000
PICTURES = 400_000


def test_all_styles_together_are_sent_in_under_20_kb() -> None:
    """What a browser would load if one page used every sheet, as it is sent."""
    assert sum(len(gzip.compress(path.read_bytes())) for path in STYLES) < MOST


def test_no_single_page_loads_more_than_25_kb_of_styles() -> None:
    """Unpacked: the values with the desk's sheet, and with the citizens' sheet."""
    sizes = {path.name: path.stat().st_size for path in STYLES}
    for page in ("operator.css", "public.css"):
        assert sizes["tokens.css"] + sizes[page] < 25_000


def test_colours_stand_in_the_tokens_only() -> None:
    """A page that names its own colour has no dark side; paper that is printed, and the frame's two themes, are the exceptions."""
    for path in STYLES:
        if path.name in ("public.css", "operator.css"):
            rules = [line for line in path.read_text("utf-8").splitlines() if re.search(r":[^;{]*#[0-9a-f]{3,6}\b", line)]
            assert [line for line in rules if not re.match(r"^(\.slip|\.sign|\.qr|\s*body\.paper-page)", line)] == []


def test_pictures_of_the_documentation_are_small() -> None:
    """The repository stays quick to fetch."""
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "design").iterdir()) < PICTURES
