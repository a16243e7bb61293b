"""Files as offices save them are read; files that are something else, or mean harm, are refused with a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from dispatcher.lapor.reading import CELL, UNPACKED, Unusable, moment, records

ZONE = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_way_to_save_a_csv(tmp_path: Path, delimiter: str, charset: str) -> None:
    """Delimiter by the headings, not by counting over the citizens' commas; four encodings; a title above."""
    cells = [
        ["Laporan Bulan Ini"],
        ["tracking id", " STATUS  Laporan", "Isi Laporan Awal"],
        ["1234567", "Ditutup oleh Sistem", "a; b, c; d, Café\nbaris dua"],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in cells)
    path = tmp_path / "lapor.csv"
    path.write_bytes(text.encode(charset))
    (record,) = records(path, ZONE)
    assert (record.reference, record.status, record.words) == ("1234567", "Ditutup oleh Sistem", ("a; b, c; d, Café\nbaris dua",))


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        ("23 Sep 2024", "00:41:43", datetime(2024, 9, 22, 17, 41, 43, tzinfo=UTC)),
        ("23 Agu 2024", "00.41", datetime(2024, 8, 22, 17, 41, tzinfo=UTC)),
        ("1 Agustus 2024", "", datetime(2024, 7, 31, 17, tzinfo=UTC)),
        ("5 Mei 2024", "12:00:00", datetime(2024, 5, 5, 5, tzinfo=UTC)),
        ("2024-12-31 00:00:00", "07:00:00", datetime(2024, 12, 31, tzinfo=UTC)),
        ("31/12/2024", "07:00:00", datetime(2024, 12, 31, tzinfo=UTC)),
        ("31 Feb 2024", "07:00:00", None),
        ("23 Xyz 2024", "", None),
        ("", "", None),
    ],
)
def test_days_as_indonesians_write_them(day: str, hour: str, expected: datetime | None) -> None:
    """In the city's zone; what is no day is none."""
    assert moment(day, hour, ZONE) == expected


def _bomb(path: Path) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as parts, parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
        for _ in range(UNPACKED // 10_000_000 + 1):
            part.write(b"0" * 10_000_000)


def _wide(path: Path) -> None:
    path.write_text(f"Tracking ID,Status Laporan\n1234567,{'x' * 1_000_000}\n", "utf-8")


def _wide_xlsx(path: Path) -> None:
    path.write_text(f"Tracking ID,Status Laporan\n1234567,{'x' * (CELL + 1)}\n", "utf-8")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_bomb, "terlalu besar"),
        (_wide, "rusak di sekitar baris"),
        (_wide_xlsx, "satu sel berisi lebih dari"),
        (lambda path: path.write_text("Nama,Alamat\nBudi,Cimahi\n", "utf-8"), "bukan ekspor SP4N-LAPOR!"),
        (lambda path: path.write_bytes(b""), "bukan ekspor SP4N-LAPOR!"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00"), "bukan berkas CSV"),
        (lambda path: path.write_bytes(b"PK\x03\x04 not a zip"), "tidak terbaca"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100)), "Excel lama"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, make: object, said: str) -> None:
    """With a sentence for the operator, never with a traceback or all the memory."""
    path = tmp_path / "file"
    make(path)  # type: ignore[operator]
    with pytest.raises(Unusable, match=said):
        list(records(path, ZONE))


def test_a_formula_is_never_calculated(tmp_path: Path) -> None:
    """A cell that calculates is read as nothing when no program kept its value."""
    book = openpyxl.Workbook()
    book.active.append(["Tracking ID", "Status Laporan"])
    book.active.append(["1234567", '=HYPERLINK("http://x","Ditutup oleh Sistem")'])
    book.save(tmp_path / "lapor.xlsx")
    (record,) = records(tmp_path / "lapor.xlsx", ZONE)
    assert record.status == ""
