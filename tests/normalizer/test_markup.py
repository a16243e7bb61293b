from __future__ import annotations

import pytest

from normalizer.markup import to_text


def words_of(page: str) -> str:
    return " ".join(to_text(page).split())


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>Jalan <b>rusak</b></p><p>parah</p>", "Jalan rusak parah"),
        ("<style>p{color:red}</style><script>alert(1)</script><p>Jalan</p>", "Jalan"),
        ("Jalan&nbsp;rusak &amp; gelap", "Jalan rusak & gelap"),
        ('<img src="http://contoh.id/x.png"><p>Jalan</p>', "Jalan"),
        ("", ""),
        ("<<<<", "<<<<"),
    ],
)
def test_to_text(page: str, words: str) -> None:
    """What a reader sees, without scripts, styles and pictures."""
    assert words_of(page) == words


def test_lines_stay() -> None:
    """Paragraphs and line breaks stay lines."""
    assert [line.strip() for line in to_text("<p>satu<br>dua</p><p>tiga</p>").split("\n") if line.strip()] == ["satu", "dua", "tiga"]


def test_depth_has_an_end() -> None:
    """Fifty thousand nested blocks are stripped instead of laid out."""
    assert words_of("<div>" * 50_000 + "Jalan rusak") == "Jalan rusak"


def test_hostile_brackets() -> None:
    """A flood of brackets is linear."""
    assert isinstance(to_text("<" * 200_000), str)
    assert isinstance(to_text("<style" * 30_000), str)
    assert isinstance(to_text("<!--" * 50_000), str)
