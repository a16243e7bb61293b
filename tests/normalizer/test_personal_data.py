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
