"""A spreadsheet as rows of words: CSV in the ways that offices save it, and XLSX. Knows nothing of letters or complaints."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

ROWS = 2_000
"""Of one file; a week of letters is a few hundred."""
TOO_MANY = (
    "Berkas ini berisi {rows} baris, {over} lebih banyak daripada {most} yang dapat diimpor sekali jalan. "
    "Belum ada yang dicatat; pecah menjadi beberapa berkas."
)
LINES = 20 * ROWS
"""Of a sheet, empty ones among them."""
COLUMNS = 60
UNPACKED = 200_000_000
"""Bytes that an XLSX may unpack to; it is a zip, and zips can lie."""
_DELIMITERS = ";,\t|"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Unusable(Exception):
    """No table can be read from it. The text is for the operator, in Indonesian; `told` fills its {fields}."""

    def __init__(self, text: str, **told: object) -> None:
        super().__init__(text.format(**told))
        self.text, self.told = text, told


def rows(content: bytes) -> Sequence[tuple[int, Sequence[str]]]:
    """(line number as the spreadsheet shows it, cells) of the first sheet, without empty lines. Raises Unusable."""
    if content.startswith(_OLD_EXCEL):
        raise Unusable("Ini berkas Excel lama (.xls). Buka di Excel, lalu simpan sebagai .xlsx atau .csv.")
    table = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    found = [(number, cells) for number, cells in enumerate(table, 1) if any(cells)]
    if not found:
        raise Unusable("Berkasnya kosong.")
    if len(found) > ROWS:
        raise Unusable(TOO_MANY, rows=len(found), over=len(found) - ROWS, most=ROWS)
    return found


def _csv(content: bytes) -> Iterator[Sequence[str]]:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable("Ini bukan berkas CSV atau XLSX.")
    text = _decoded(content)
    delimiter = max(_DELIMITERS, key=lambda each: _evenly(text[:16_384], each))
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield _tidy(cells)
    except csv.Error:
        raise Unusable("CSV-nya rusak: mungkin ada tanda kutip yang tidak ditutup.") from None


def _evenly(head: str, delimiter: str) -> int:
    """How well it makes a table: cells in lines of one width. Commas in the words make lines of any width, those in quotes none."""
    try:
        widths = Counter(len(cells) for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if len(cells) > 1)
    except csv.Error:
        return 0
    return max((width * lines for width, lines in widths.items()), default=0)


def _decoded(content: bytes) -> str:
    """As Excel, LibreOffice and old programs save it."""
    for charset in ("utf-16", "utf-8-sig", "cp1252") if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _xlsx(content: bytes) -> Iterator[Sequence[str]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED:
                raise Unusable("Isi XLSX-nya terlalu besar.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for count, cells in enumerate(book.worksheets[0].iter_rows(values_only=True, max_col=COLUMNS)):
            if count > LINES:
                raise Unusable("Lembarnya lebih dari {lines} baris. Hapus baris kosong di bawahnya, atau pecah berkasnya.", lines=LINES)
            yield _tidy(map(_word, cells))
    except Unusable:
        raise
    except Exception as error:  # the library raises whatever a broken zip or XML brings
        raise Unusable(
            "XLSX-nya tidak terbaca ({error}). Simpan ulang dari Excel, atau simpan sebagai CSV.", error=type(error).__name__
        ) from None


def _word(value: Any) -> str:
    """A cell as a person sees it: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if (value.hour, value.minute) == (0, 0) else f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _tidy(cells: Iterable[str]) -> Sequence[str]:
    return [cell.replace("\x00", "").replace("\r\n", "\n").strip() for cell in cells][:COLUMNS]
