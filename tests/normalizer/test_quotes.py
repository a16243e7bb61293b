from __future__ import annotations

import pytest

from normalizer.quotes import own_words

OWN = "Lampunya masih mati pak.\nTolong dicek lagi."


@pytest.mark.parametrize(
    "below",
    [
        "Pada Sab, 21 Nov 2026 pukul 10.00 Pengaduan Kota <aduan@kota.contoh.id> menulis:\n\n> Laporan Anda kami terima.\n> Simpan "
        "nomornya.",
        "Pada tanggal Sab, 21 Nov 2026 10.00 Pengaduan Kota <aduan@kota.contoh.id>\nmenulis:\n\n> Laporan Anda kami terima.",
        "On Sat, Nov 21, 2026 at 10:00 AM Pengaduan Kota <aduan@kota.contoh.id> wrote:\n\n> Laporan Anda kami terima.",
        "Le sam. 21 nov. 2026 à 10:00, Aduan <aduan@kota.contoh.id> a écrit :\n\n> Laporan Anda",
        "-----Pesan Asli-----\nDari: Pengaduan Kota\nDikirim: 21 November 2026 10:00\nKepada: Siti\nPerihal: Laporan\n\nLaporan Anda "
        "kami terima.",
        "-------- Original Message --------\nLaporan Anda kami terima.",
        "________________________________\nDari: Pengaduan Kota <aduan@kota.contoh.id>\nDikirim: Sabtu, 21 November 2026 "
        "10.00\nKepada: siti@contoh.id\n"
        "Subjek: Laporan\n\nLaporan Anda kami terima.",
        "*From:* Aduan <aduan@kota.contoh.id>\n*Sent:* Saturday, November 21, 2026 10:00\n*To:* Siti\n*Subject:* Laporan\n\nLaporan",
        "> Laporan Anda kami terima.\n> Simpan nomornya.",
        "--\nSiti Aminah\nRT 03 RW 05",
        "Dikirim dari iPhone saya",
        "Sent from my Samsung Galaxy smartphone.",
        "Dapatkan Outlook untuk Android",
        "2026-11-21 10:00 GMT+07:00 Pengaduan Kota <aduan@kota.contoh.id>:\n\n> Laporan Anda",
    ],
)
def test_what_is_not_the_writers(below: str) -> None:
    """Quoted replies in the ways of the mail programs, and signatures, are not the writer's words."""
    assert own_words(f"{OWN}\n\n{below}\n") == OWN


@pytest.mark.parametrize(
    "text",
    [
        'Pada hari Senin tetangga saya menulis: "jalan rusak".\nTolong diperbaiki ya.',
        "> 3 lubang di jalan ini\nitu berbahaya sekali pak",
        "Dari: rumah saya ke kantor jalannya rusak.\nKepada: Bapak Walikota mohon diperbaiki.\nTanggal: 3 November kemarin sudah saya "
        "laporkan.\n\nTerima kasih.",
        "Ada tiga hal:\n- jalan\n- lampu\n- sampah",
        "Kepada Yth. Bapak Wali Kota\n\nHal: jalan rusak\n\nDengan hormat, jalan kami rusak.",
        "-- \nSiti",
        "> hanya kutipan",
    ],
)
def test_the_writers_words_stay(text: str) -> None:
    """Words that only look like a header or a quote are kept; a mail never loses all its words."""
    assert own_words(text) == text.strip()


def test_answer_below_the_quote() -> None:
    """Who answers below a marked quote is heard."""
    text = "Pada Sab, 21 Nov 2026 pukul 10.00 Aduan <aduan@kota.contoh.id> menulis:\n> Di mana lokasinya?\n\nDi Jl. Mawar nomor 3."
    assert own_words(text) == "Di Jl. Mawar nomor 3."


@pytest.mark.parametrize(
    "line", ["Pada " + "a " * 60_000, "> " * 100_000, "On " + "1 <" * 50_000, "From: " * 20_000, "-" * 100_000, "a@" * 60_000]
)
def test_hostile_lines_are_linear(line: str) -> None:
    """Lines made to trap a regular expression end quickly (pytest's own time limit is the judge)."""
    assert isinstance(own_words(f"{line}\n{line}"), str)
