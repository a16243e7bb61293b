from __future__ import annotations

import pytest

from normalizer import title


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "Assalamualaikum wr wb. Selamat pagi pak wali, izin lapor lampu PJU mati di Jl. Mawar. Terima kasih",
            "Lampu PJU mati di Jl. Mawar",
        ),
        ("JALAN RUSAK PARAH DI DEPAN PUSKESMAS!!!", "Jalan rusak parah di depan puskesmas"),
        ("Yth. Bapak Wali Kota Cimahi. Dengan hormat, bersama ini saya sampaikan keluhan mengenai sampah di TPS", "Sampah di TPS"),
        ("Nama saya Budi, NIK 3277010109890001, mau lapor ktp saya belum jadi", "Ktp saya belum jadi"),
        ("halo min\ngot mampet di gang 3\ntolong ya", "Got mampet di gang 3"),
        ("https://maps.app.goo.gl/x jalan bolong di sini", "Jalan bolong di sini"),
        ("Laporan saya belum ditanggapi juga", "Laporan saya belum ditanggapi juga"),
        ("Saya warga RW 10. Selokan tersumbat sampah.", "Selokan tersumbat sampah"),
        ("pohon tumbang di jl. jend. amir machmud no. 155", "Pohon tumbang di jl. jend. amir machmud no. 155"),
    ],
)
def test_first_telling_sentence(body: str, expected: str) -> None:
    """Greetings, addressees and preambles are not the matter."""
    assert title.of(None, body) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: Fwd: Sampah menumpuk di Melong", "Sampah menumpuk di Melong"),
        ("Pengaduan", "Jalan rusak sejak Mei"),
        ("(no subject)", "Jalan rusak sejak Mei"),
    ],
)
def test_subject_when_it_tells(subject: str, expected: str) -> None:
    """A subject that says nothing does not become the title."""
    assert title.of(subject, "Jalan rusak sejak Mei.") == expected


def test_title_hides_numbers_of_people() -> None:
    """Many people see titles: NIK and phone are covered."""
    shown = title.of(None, "KTP hilang atas NIK 3277010109890001 telp 081234567890")
    assert "3277010109890001" not in shown
    assert "081234567890" not in shown


def test_length() -> None:
    """At most 100 characters, cut at a word."""
    shown = title.of(None, "jalan rusak " * 40)
    assert len(shown) <= title.LIMIT
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["image"], "Laporan foto tanpa keterangan"),
        (["voice"], "Laporan suara tanpa keterangan"),
        (["place"], "Laporan lokasi tanpa keterangan"),
        (["file"], "Laporan berkas tanpa keterangan"),
    ],
)
def test_without_words(kinds: list[str], expected: str) -> None:
    """Evidence that came without a word still has a title."""
    assert title.without_words(kinds) == expected


def test_forward_marks() -> None:
    """Fwd: and its sisters are told from Re:."""
    assert title.passes_on("Trs: aduan")
    assert title.passes_on("FW: aduan")
    assert not title.passes_on("Re: aduan")
