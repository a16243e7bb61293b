from __future__ import annotations

import pytest

from connectors.contract import Place
from normalizer import place
from normalizer.complaint import Location

CIMAHI = "32.77"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Jalan rusak di Jl. Kebon Kopi No. 12 RT 03/05 Kelurahan Cibeureum Cimahi Selatan", "32.77.01.1002"),
        ("lampu mati di rt 3 rw 5 leuwigajah", "32.77.01.1004"),
        ("sampah menumpuk di Melong", "32.77.01.1001"),
        ("RT/RW 03/07 kel utama", "32.77.01.1003"),
        ("di depan puskesmas cigugur tengah", "32.77.02.1002"),
        ("warga karang mekar mengeluh", "32.77.02.1003"),
        ("banjir di kecamatan cimahi utara", "32.77.03"),
        ("banjir di Cibabat dan Citeureup", "32.77.03"),
    ],
)
def test_region(text: str, code: str) -> None:
    """A village or district of the city that the text names for certain gets its Kemendagri code."""
    found = place.find(text, None, CIMAHI)
    assert (found.region_code, found.confidence) == (code, "high")


@pytest.mark.parametrize(
    "text",
    [
        "jalan rusak parah",
        "tolong diperbaiki dengan hasil utama",
        "banjir di Cibabat dan Melong",
        "jalan di Kelurahan Menteng rusak",
        "saya di Cimahi",
    ],
)
def test_no_guessing(text: str) -> None:
    """Ordinary words, two places at once, another city's villages, and the city itself give no village."""
    assert place.find(text, None, CIMAHI).region_code is None


@pytest.mark.parametrize(
    ("text", "rt", "rw"),
    [
        ("RT 03/05", "003", "005"),
        ("rt 3 rw 5", "003", "005"),
        ("RT/RW 03/07", "003", "007"),
        ("RT 02/RW 07", "002", "007"),
        ("RT01 RW.02", "001", "002"),
        ("warga rw 10", None, "010"),
        ("rt 012", "012", None),
        ("start 3", None, None),
    ],
)
def test_rt_rw(text: str, rt: str | None, rw: str | None) -> None:
    """RT and RW, as people write them, in the three digits of an identity card."""
    found = place.find(text, None, CIMAHI)
    assert (found.rt, found.rw) == (rt, rw)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("lampu mati di Jl. Kebon Kopi No. 12 sudah dua minggu", "Jl. Kebon Kopi No. 12"),
        ("di jl. jend. amir machmud no. 155, tolong", "jl. jend. amir machmud no. 155"),
        ("kebakaran di jalan amir mahmud dekat alun-alun!", "jalan amir mahmud dekat alun-alun"),
        ("jalan rusak dan jalan berlubang", None),
        ("di Gang Mesjid lampu mati", "Gang Mesjid"),
        ("rumah di Jl. Melati RT 01 NIK 3277010109890001", "Jl. Melati RT 01"),
    ],
)
def test_span(text: str, span: str | None) -> None:
    """The words that name the place, from "Jl." to where the sentence goes on; "jalan rusak" names none."""
    assert place.find(text, None, CIMAHI).text == span


def test_pin() -> None:
    """The platform's pin and address are taken as they are."""
    found = place.find("", Place(lat=-6.87, lon=107.54, text="Pasar Atas"), CIMAHI)
    assert (found.lat, found.lon, found.address, found.confidence) == (-6.87, 107.54, "Pasar Atas", "high")


@pytest.mark.parametrize("pin", [Place(lat=123.0, lon=-999.0), Place(lat=0.0, lon=0.0), Place(lat=float("nan"), lon=1.0)])
def test_impossible_pin(pin: Place) -> None:
    """Outside the world, or on Null Island, is no place; the complaint goes on without it."""
    assert place.find("jalan rusak", pin, CIMAHI) == Location()


def test_coordinates_in_words() -> None:
    """Coordinates that somebody typed count as a pin."""
    found = place.find("lokasi -6.8841, 107.5413", None, CIMAHI)
    assert (found.lat, found.lon) == (-6.8841, 107.5413)


def test_address_of_a_venue_names_the_village() -> None:
    """An address that came with the pin is read like words."""
    found = place.find("", Place(text="Jl. Mawar RT 02 RW 07, Kelurahan Melong"), CIMAHI)
    assert (found.region_code, found.rt, found.rw) == ("32.77.01.1001", "002", "007")
