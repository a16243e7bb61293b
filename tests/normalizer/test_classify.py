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


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("makan bergizi gratis di sekolah basi", "makan_bergizi"),
        ("ada bandar narkoba di kontrakan", "p4gn"),
        ("listrik padam terus token listrik mahal", "energi_sda"),
        ("asn tidak netral saat pilkada", "netralitas_asn"),
    ],
)
def test_the_catalogue_fills_the_gaps(profile: Profile, text: str, category: str) -> None:
    """What the city's own categories do not know, SP4N-LAPOR!'s topics do."""
    assert category in {one.category for one in classify.categories(words(text), [], profile)}


def test_the_citys_own_come_first(profile: Profile) -> None:
    """A topic of the catalogue never goes before a category of the city, so that the routing stays the city's."""
    found = classify.categories(words("sampah menumpuk di jalan, lingkungan hidup rusak"), [], profile)
    shipped = [profile.categories[one.category].shipped for one in found]
    assert shipped == sorted(shipped)
    assert not shipped[0]
