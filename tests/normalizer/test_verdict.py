"""What reads as a judgement of what was done, and what does not."""

from __future__ import annotations

import pytest

from normalizer.verdict import Judged, Verdict, of
from normalizer.wording import words


@pytest.mark.parametrize(
    "said", ["beres", "Sudah beres, terima kasih pak", "udah beres min", "Alhamdulillah sudah selesai", "sudah diperbaiki", "fixed, thanks"]
)
def test_solved(said: str):
    """Only the judgement, with politeness around it."""
    assert of(said, words(said)) == Judged(Verdict.SOLVED)


@pytest.mark.parametrize(
    "said",
    [
        "belum beres",
        "Blm beres pak, airnya masih menggenang",
        "belum",
        "masih rusak",
        "Tidak ada perubahan sama sekali",
        "Lampunya belum diperbaiki",
        "still not fixed",
    ],
)
def test_unsolved(said: str):
    """More words may follow: they are the reason."""
    assert of(said, words(said)).verdict is Verdict.UNSOLVED


@pytest.mark.parametrize(
    ("said", "grade"), [("5", 5), ("nilai 4", 4), ("4/5", 4), ("3 bintang", 3), ("Rating: 2", 2), ("⭐⭐⭐", 3), ("1.", 1)]
)
def test_a_grade(said: str, grade: int):
    """One figure from 1 to 5, or so many stars."""
    assert of(said, words(said)) == Judged(Verdict.RATED, grade)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "6",
        "0",
        "12",
        "5 lampu mati",
        "RT 5",
        "Lampu jalan mati sejak kemarin",
        "sudah selesai tapi aspalnya retak",
        "terima kasih",
        "ok",
    ],
)
def test_anything_else_is_none(said: str):
    """A complaint with a figure in it, a wrong figure, politeness."""
    assert of(said, words(said)) == Judged()
