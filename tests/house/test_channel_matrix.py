"""docs/channels: a page for each channel with the same headings, and a matrix that says what the connectors say."""

from __future__ import annotations

import pytest
from channel_matrix import ROOT, rows

from connectors import registry

HEADINGS = ["## What arrives", "## Set-up, step by step", "## Limits", "## Troubleshooting"]


async def test_the_matrix_is_current():
    """`python tests/house/channel_matrix.py` writes it again."""
    assert (ROOT / "docs/channels/README.md").read_text("utf-8") == rows()


@pytest.mark.parametrize("channel", registry.channels())
def test_every_channel_has_its_page(channel: str):
    """An official finds the same headings on each."""
    page = (ROOT / f"docs/channels/{channel}.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("## ")] == HEADINGS
