"""What reading forty ordinary complaints by hand showed to be wrong once, each kept from coming back."""

from __future__ import annotations

import pytest
from normalizer_samples import chat

from config.profile import Profile
from normalizer.normalize import normalize


@pytest.mark.parametrize(
    ("text", "outcome", "category", "place"),
    [
        ("JLN DPN RUMAH SAYA DI GG MAWAR RT 03/05 CIBEBER BOLONG2 UDH 2 MINGGU", "complaint", "jalan_rusak", "GG MAWAR RT 03/05 CIBEBER"),
        ("Punten min, di Jalan Kebon Rumput aya tangkal rek rubuh, bahaya pisan", "complaint", "pohon_taman", "Jalan Kebon Rumput"),
        ("Dalan neng ngarep omahku bolong gedhe, wis pirang-pirang dina ora didandani", "complaint", "jalan_rusak", None),
        ("warung di jl industri buka sampe subuh musiknya kenceng ganggu warga", "complaint", "ketertiban", "jl industri"),
        ("kabel telkom ngelewer di jl gatot subroto 3 hari yg lalu", "complaint", "informatika", "jl gatot subroto"),
        ("My street light on Jalan Sangkuriang has been broken since last week", "complaint", "penerangan_jalan", "Jalan Sangkuriang"),
        ("kemarin saya diminta uang buat bikin KTP di kecamatan padahal gratis", "complaint", "layanan_aparatur", None),
        ("makasih ya min lampunya udah nyala", "set_aside", None, None),
        ("makasih ya min tapi lampunya belum nyala", "complaint", "penerangan_jalan", None),
        ("Dijual tanah murah nego hub 081222333444 SHM lokasi strategis", "triage", None, None),
        ("Miras dijual bebas di trotoar Jl. Gandawijaya, harga nego", "complaint", "trotoar", "Jl. Gandawijaya"),
    ],
)
def test_as_people_write(profile: Profile, text: str, outcome: str, category: str | None, place: str | None) -> None:
    """SMS shouting, Sundanese, Javanese, English: the kind, the place and no more, and thanks are no complaint."""
    told = normalize(chat(text), profile)
    assert (told.outcome.value, told.category, told.location.text) == (outcome, category, place)


def test_a_cry_stays_in_the_title(profile: Profile) -> None:
    """ "Banjir!!!" says what it is about."""
    assert (normalize(chat("Banjir!!!! di melong asih air udah sepaha"), profile).title or "").startswith("Banjir!")
