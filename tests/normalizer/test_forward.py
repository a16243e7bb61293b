from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from normalizer import forward

WIB = ZoneInfo("Asia/Jakarta")
BODY = "Yth. Dinas PU,\n\nJalan Melati RT 03 rusak parah.\n\nTerima kasih,\nSiti"
BLOCK = "Dari: Siti Aminah <siti@contoh.id>\nTanggal: Sab, 21 Nov 2026 10:00:00 +0700\nKepada: aduan@kota.contoh.id\nPerihal: Jalan rusak"

FORWARDS = {
    "gmail": f"---------- Forwarded message ---------\n{BLOCK}\n\n\n{BODY}",
    "thunderbird": f"-------- Pesan Diteruskan --------\n{BLOCK}\n\n\n\n{BODY}",
    "outlook": f"________________________________\n{BLOCK}\n\n{BODY}",
    "horde": f"----- Teruskan pesan dari siti@contoh.id -----\n{BLOCK}\n\n{BODY}\n\n----- Akhir pesan yang diteruskan -----",
    "apple": "Mulai pesan yang diteruskan:\n\n" + "\n".join(f"> {line}" for line in f"{BLOCK}\n\n{BODY}".split("\n")),
    "yahoo": (
        "   ----- Pesan yang Diteruskan ----- Dari: Siti Aminah <siti@contoh.id>Kepada: aduan@kota.contoh.idTerkirim: Sabtu, 21 "
        f"November 2026 10.00.00 WIBJudul: Jalan rusak\n {BODY}"
    ),
}


@pytest.mark.parametrize("client", FORWARDS)
@pytest.mark.parametrize("note", [None, "Mohon ditindaklanjuti.\n\nOperator"])
def test_unwrap(client: str, note: str | None) -> None:
    """Who wrote first, when, about what and in which words, as the mail programs pass it on; the operator's note apart."""
    text = f"{note}\n\n{FORWARDS[client]}" if note else FORWARDS[client]
    found = forward.unwrap(text, WIB, passed_on=True, answer=False)
    assert found is not None
    assert found.original.from_ is not None
    assert (found.original.from_.name, found.original.from_.address) == ("Siti Aminah", "siti@contoh.id")
    assert found.original.subject == "Jalan rusak"
    assert found.original.date == "2026-11-21T10:00:00+07:00"
    assert (found.original.body or "").split() == BODY.split()
    assert found.note == note


@pytest.mark.parametrize(
    "text",
    [
        "Dari: rumah saya ke kantor jalannya rusak.\nKepada: Bapak Walikota mohon diperbaiki.\nTanggal: 3 November kemarin.",
        "Pada tanggal 3 November saya menulis: jalan rusak. Belum ada jawaban.",
        "Jalan rusak.",
        "",
    ],
)
def test_not_forwarded(text: str) -> None:
    """Words that look like headers make no forward."""
    assert forward.unwrap(text, WIB, passed_on=False, answer=False) is None


def test_an_answer_is_no_forward() -> None:
    """A quoted original under Re: is not passed on."""
    text = f"Terima kasih.\n\n{FORWARDS['outlook']}"
    assert forward.unwrap(text, WIB, passed_on=False, answer=True) is None
