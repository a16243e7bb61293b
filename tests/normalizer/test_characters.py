from __future__ import annotations

import pytest

from normalizer.characters import clean, cut, fold, lowered, one_line, tidy


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("jalan\x00 rusak", "jalan rusak"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("ja\u200blan\ufeff", "jalan"),
        ("cafe\u0301", "café"),
        ("\ud83d\ude4f makasih", "🙏 makasih"),
        ("\ud83d rusak", "\ufffd rusak"),
        ("tidak diperbaikiâ€™ lagi", "tidak diperbaiki’ lagi"),
        ("Ã©Ã¨", "éè"),
        ("👨‍👩‍👧 keluarga", "👨‍👩‍👧 keluarga"),
    ],
)
def test_clean_repairs(written: str, kept: str) -> None:
    """What PostgreSQL, a terminal or a reader would choke on is repaired or removed; words and emoji stay."""
    assert clean(written) == kept
    assert clean(kept) == kept


def test_clean_cuts() -> None:
    """No text is longer than the limit."""
    assert len(clean("a" * 100, 10)) == 10
    assert len(clean("é" * 100, 10)) == 10


def test_tidy_keeps_paragraphs() -> None:
    """Blanks shrink, paragraphs stay."""
    assert tidy(" a  b \n\n\n\n c\t d ") == "a b\n\nc d"


def test_one_line_has_no_line_ends() -> None:
    """A subject or name can never bring a header of its own."""
    assert one_line("a\r\nBcc: b", 50) == "a Bcc: b"


def test_fold_is_for_comparing() -> None:
    """Letters that only look special compare as plain ones."""
    assert fold("𝗝𝗮𝗹𝗮𝗻 RUSAK") == "jalan rusak"


def test_cut_at_a_word() -> None:
    """A cut text ends at a word, with an ellipsis, within the limit."""
    assert cut("jalan rusak parah sekali", 15) == "jalan rusak…"
    assert cut("pendek", 15) == "pendek"
    assert len(cut("a" * 50, 15)) == 15


@pytest.mark.parametrize("written", ["Jl. KENANGA", "İstanbul No. 5", "ẞ Ａ", ""])
def test_lowered_keeps_positions(written: str) -> None:
    """What is found in the small letters stands at the same place in the text, also where a capital has two small letters."""
    assert len(lowered(written)) == len(written)
    assert not written or lowered(written) != written
