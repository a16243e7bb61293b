from __future__ import annotations

import pytest

from normalizer import privacy

NIK = "3277010109890001"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"NIK saya {NIK}", ["nik"]),
        ("NIK 3277 0101 0989 0001", ["nik"]),
        ("NIK 3277.0101.0989.0001", ["nik"]),
        ("hp 081234567890", ["phone"]),
        ("hubungi +62 812-3456-7890 ya", ["phone"]),
        ("telp (022) 6654321", ["phone"]),
        ("telp 022 6654321", ["phone"]),
        ("surel budi.santoso@contoh.go.id", ["email"]),
        (f"{NIK} dan 081234567890 dan a@b.id", ["nik", "phone", "email"]),
        ("Jl. Kebon Kopi No. 12 RT 03 RW 05", []),
        ("sejak 21-11-2026 jam 10.30", []),
        ("anggaran Rp 1.500.000.000", []),
    ],
)
def test_find(text: str, kinds: list[str]) -> None:
    """NIK, phone and mail address are found as people write them; house numbers, dates and sums are none."""
    assert [span.kind for span in privacy.find(text)] == kinds


def test_mask_keeps_the_length() -> None:
    """Covered text is as long as before, so that other spans still fit."""
    text = f"NIK {NIK}, hp 081234567890, surel budi@contoh.id"
    masked = privacy.masked(text)
    assert len(masked) == len(text)
    assert NIK not in masked
    assert "81234567890" not in masked
    assert "budi@" not in masked
    assert masked.endswith("@contoh.id")


@pytest.mark.parametrize("text", [f"a@{NIK}.id", f"{NIK}@contoh.id", "3277 0101 0989 0001@contoh.id", f"0812{NIK}", f"x{NIK}y"])
def test_nik_inside_something_else(text: str) -> None:
    """A NIK is covered wherever it hides."""
    shown = privacy.masked(text)
    assert NIK not in shown
    assert "0101 0989" not in shown


def test_masking_twice_changes_nothing() -> None:
    """What is covered is not found again."""
    masked = privacy.masked(f"NIK {NIK} hp 0812 3456 7890 surel b@c.id")
    assert privacy.masked(masked) == masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tolong identitas saya dirahasiakan", (True, False)),
        ("mohon nama saya jangan disebut, anonim saja", (True, False)),
        ("laporan ini bersifat rahasia", (False, True)),
        ("jangan sebutkan nama saya", (True, False)),
        ("jalan rusak", (False, False)),
        ("jangan buang sampah di sini", (False, False)),
    ],
)
def test_wishes(text: str, expected: tuple[bool, bool]) -> None:
    """Who asks to stay unnamed, or for the report to stay closed, is heard; the two are independent."""
    assert privacy.wishes(text) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("No KK 3277010109890001", ["kk"]),
        ("kartu keluarga saya 3277 0101 0989 0001", ["kk"]),
        ("kartu 4111 1111 1111 1111", ["card"]),
        ("kartu 4111111111111111", ["card"]),
        ("kode 9999888877776666", ["number"]),
        ("transfer ke rekening BCA 1234567890", ["account"]),
        ("no rek 0012-01-123456-50-1 BRI", ["account"]),
        ("mobil D 1234 ABC parkir di trotoar", ["plate"]),
        ("plat nopol d 12 xy parkir liar", ["plate"]),
        ("B1234XYZ ngebut", ["plate"]),
        ("rekening 1234567890 atas nama Budi Santoso di bank", ["account", "name"]),
        ("a.n. Siti Aminah", ["name"]),
        ("atas nama budi santoso", ["name"]),
        ("atas nama warga RT 03 saya melapor", []),
        ("Blok D 12 RT 03", []),
        ("Jl. A 1234", []),
        ("tahun 2026 A", []),
        ("pesanan 12345678 unit", []),
    ],
)
def test_more_kinds(text: str, kinds: list[str]) -> None:
    """Family cards, payment cards, accounts, plates and names are told apart; addresses and sums are none of them."""
    assert [span.kind for span in privacy.find(text)] == kinds


def test_names_and_plates_are_covered() -> None:
    """A name keeps its first letters, a plate its letters."""
    assert privacy.masked("atas nama Budi Santoso, D 1234 ABC") == "atas nama B••• S••••••, D •••• ABC"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("anak saya (8 tahun) dirundung", ["child"]),
        ("siswa SD dipukul guru", ["child"]),
        ("ibu saya kanker tidak dilayani puskesmas", ["health"]),
        ("bayi penderita TBC ditolak", ["health", "child"]),
        ("jalan rusak sudah 8 tahun", []),
    ],
)
def test_sensitive_kinds(text: str, kinds: list[str]) -> None:
    """Health and children mark a complaint; their words stay readable."""
    spans = privacy.flagged(text, privacy.find(text))
    assert privacy.sensitive_kinds(spans) == kinds
    assert privacy.mask(text, spans) == text
