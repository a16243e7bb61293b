from __future__ import annotations

import pytest

from config.profile import Profile
from normalizer import classify
from normalizer.complaint import Classification
from normalizer.wording import words


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("jln berlubang parah", "jalan_rusak"),
        ("lampu jalan mati sdh 2 minggu", "penerangan_jalan"),
        ("lampu merah mati di simpang", "lalu_lintas"),
        ("sampahnya menumpuk bau busuk", "sampah"),
        ("selokan mampet, air meluap", "drainase"),
        ("air pdam tidak mengalir", "air_bersih"),
        ("ktp saya belum jadi", "kependudukan"),
        ("bansos pkh tidak tepat sasaran", "bantuan_sosial"),
        ("pohon mau tumbang", "pohon_taman"),
        ("ppdb zonasi tidak adil", "pendidikan"),
        ("oknum minta uang", "layanan_aparatur"),
    ],
)
def test_category(text: str, category: str, profile: Profile) -> None:
    """The city's words lead to its category; the best comes first, with its reason."""
    best = classify.categories(words(text), [], profile)[0]
    assert best.category == category
    assert best.why
    assert 0 < best.score <= 1


def test_no_category(profile: Profile) -> None:
    """Nothing is proposed where no word says so."""
    assert classify.categories(words("tolong bantu saya"), [], profile) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jalan rusak tolong diperbaiki", Classification.COMPLAINT),
        ("mau tanya syarat bikin ktp apa saja?", Classification.INFORMATION),
        ("usul pak, sebaiknya dibangun taman bermain", Classification.ASPIRATION),
        ("ada pungli di kelurahan", Classification.SUPERVISORY),
        ("kapan lampu yang rusak ini diperbaiki?", Classification.COMPLAINT),
    ],
)
def test_kind(text: str, expected: Classification, profile: Profile) -> None:
    """One of the four kinds is proposed; a question mark alone does not make a complaint a question."""
    suggestions = classify.categories(words(text), [], profile)
    assert classify.kind(words(text), suggestions, profile, question="?" in text) is expected
