"""LAPOR!'s export as records: CSV in the ways that offices save it, and XLSX. Row by row, under caps; formulas are never calculated.

Knows nothing of our complaints.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from dispatcher.lapor.columns import HEADINGS, MONTHS

BYTES = 100_000_000
UNPACKED = 200_000_000
"""Bytes that an XLSX may unpack to; it is a zip, and zips can lie."""
ROWS = 200_000
CELL = 100_000
"""Characters of one cell; the longest report seen has some thousands, and Excel holds 32,767."""
COLUMNS = 60
_TITLE_LINES = 10
"""Lines that may stand above the headings."""
_NEEDED = ("Tracking ID", "Status Laporan")
_DELIMITERS = ",;\t|"
_KNOWN = {" ".join(heading.lower().split()): heading for heading in HEADINGS}
_MONTHS = {name.lower(): number for number, name in enumerate(MONTHS, 1)} | {"may": 5, "ags": 8, "aug": 8, "oct": 10, "nop": 11, "dec": 12}
_WORDED = re.compile(r"(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s-]+(\d{4})")
_NUMBERED = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/-](\d{1,2})[/-](\d{4}))")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")


class Unusable(Exception):
    """It is no export of LAPOR!. The text is for the operator, in Indonesian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One report as LAPOR! tells it. `line`: where it stands in the file."""

    line: int
    reference: str
    """The Tracking ID as written; in our own export, our number where LAPOR!'s is not known."""
    at: datetime | None
    title: str
    words: tuple[str, ...]
    """The first and the final text, as far as they are given."""
    status: str
    agency: str
    reason: str


def records(path: Path, zone: tzinfo) -> Iterator[Record]:
    """The reports, in the file's order. Raises Unusable, also halfway: whoever applies reads the whole file first."""
    if path.stat().st_size > BYTES:
        raise Unusable(f"Berkasnya lebih dari {BYTES // 1_000_000} MB. Ekspor lagi untuk masa yang lebih pendek.")
    with path.open("rb") as file:
        begins = file.read(4096)
    if begins.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unusable("Ini berkas Excel lama (.xls). Buka di Excel, lalu simpan sebagai .xlsx atau .csv.")
    table = _xlsx(path) if begins.startswith(b"PK") else _csv(path, begins)
    with closing(table):
        places = _headings(table)
        for line, cells in table:
            if line > ROWS:
                raise Unusable(f"Paling banyak {ROWS} baris sekali impor. Pecah menjadi beberapa berkas.")
            if any(cells):
                yield _record(line, {name: cells[place] for name, place in places.items() if place < len(cells)}, zone)


Table = Generator[tuple[int, Sequence[str]], None, None]


def _headings(table: Table) -> dict[str, int]:
    """Heading -> column, whatever its capitals and spaces."""
    for line, cells in table:
        found = {_KNOWN[low]: place for place, cell in enumerate(cells) if (low := " ".join(cell.lower().split())) in _KNOWN}
        if all(heading in found for heading in _NEEDED):
            return found
        if line >= _TITLE_LINES:
            break
    raise Unusable(f"Ini bukan ekspor SP4N-LAPOR!: kolom {' dan '.join(_NEEDED)} tidak ditemukan.")


def _record(line: int, cells: dict[str, str], zone: tzinfo) -> Record:
    said = (cells.get(name, "") for name in ("Isi Laporan Awal", "Isi Laporan Akhir"))
    return Record(
        line=line,
        reference=cells.get("Tracking ID", ""),
        at=moment(cells.get("Tanggal Laporan Masuk", ""), cells.get("Waktu Laporan Masuk", ""), zone),
        title=cells.get("Judul Laporan", ""),
        words=tuple(dict.fromkeys(text for text in said if text)),
        status=cells.get("Status Laporan", ""),
        agency=cells.get("Instansi Terdisposisi", ""),
        reason=cells.get("Alasan Tunda/Arsip", ""),
    )


def moment(day: str, hour: str, zone: tzinfo) -> datetime | None:
    """ "23 Sep 2024" and "00:41:43" in the city's zone; None when the day cannot be read."""
    worded, numbered, clock = _WORDED.search(day), _NUMBERED.search(day), _TIME.search(hour)
    if worded:
        parts = (int(worded[3]), _MONTHS.get(worded[2].lower(), 0), int(worded[1]))
    elif numbered:
        year, month, date_ = (numbered[1], numbered[2], numbered[3]) if numbered[1] else (numbered[6], numbered[5], numbered[4])
        parts = (int(year), int(month), int(date_))
    else:
        return None
    try:
        return datetime.combine(date(*parts), time(int(clock[1]), int(clock[2]), int(clock[3] or 0)) if clock else time(), zone)
    except ValueError:
        return None


def _csv(path: Path, begins: bytes) -> Table:
    charset = _charset(path, begins)
    with path.open(encoding=charset, newline="", errors="replace") as lines:
        head = lines.read(4096)
        if "\x00" in head:
            raise Unusable("Ini bukan berkas CSV atau XLSX.")
        delimiter = max(_DELIMITERS, key=lambda each: _familiar(head, each))
        lines.seek(0)
        sheet = csv.reader(lines, delimiter=delimiter)
        try:
            for cells in sheet:
                yield sheet.line_num, _tidy(cells, sheet.line_num)
        except csv.Error:
            raise Unusable(f"CSV-nya rusak di sekitar baris {sheet.line_num}: mungkin ada tanda kutip yang tidak ditutup.") from None


def _familiar(head: str, delimiter: str) -> int:
    """How many known headings this delimiter brings to light; commas inside quoted text do not count."""
    try:
        lines = list(csv.reader(head.splitlines()[:_TITLE_LINES], delimiter=delimiter))
    except csv.Error:
        return 0
    return max((sum(" ".join(cell.lower().split()) in _KNOWN for cell in line) for line in lines), default=0)


def _charset(path: Path, begins: bytes) -> str:
    """As Excel, LibreOffice and old programs save it."""
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _xlsx(path: Path) -> Table:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED:
                raise Unusable("Isi XLSX-nya terlalu besar.")
        with closing(load_workbook(path, read_only=True, data_only=True, keep_links=False)) as book:
            for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True, max_col=COLUMNS), 1):
                yield line, _tidy(map(_word, cells), line)
    except Unusable:
        raise
    except Exception as error:  # the library raises whatever a broken zip or XML brings
        raise Unusable(f"XLSX-nya tidak terbaca ({type(error).__name__}). Simpan ulang dari Excel, atau simpan sebagai CSV.") from None


def _word(value: Any) -> str:
    """A cell as a person sees it: whole numbers without a point, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _tidy(cells: Iterable[str], line: int) -> Sequence[str]:
    tidy = [cell.replace("\x00", "").replace("\r\n", "\n").strip() for cell in cells][:COLUMNS]
    if any(len(cell) > CELL for cell in tidy):
        raise Unusable(f"Baris {line}: satu sel berisi lebih dari {CELL} huruf. Ini bukan ekspor SP4N-LAPOR!.")
    return tidy
