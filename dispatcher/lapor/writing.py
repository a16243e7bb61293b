"""Rows as a file: CSV, XLSX or JSON, piece by piece. A cell that a spreadsheet would take for a formula is kept a word."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import orjson

from dispatcher.lapor.columns import HEADINGS

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
    }
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""OWASP, CSV injection: what a cell may not begin with."""
_PIECE = 64 * 1024
_CELL = 32_767
"""Characters in a cell of XLSX; Excel's own limit."""
Rows = AsyncIterator[Sequence[str]]


def harmless(cell: str) -> str:
    """A word for every spreadsheet program: an apostrophe before what would be calculated."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def written(form: str, rows: Rows, *, mark: bool = True) -> AsyncIterator[bytes]:
    """The file's bytes. form: csv, xlsx or json; mark: CSV begins with the byte order mark that Excel wants."""
    if form == "csv":
        return _csv(rows, mark)
    return _xlsx(rows) if form == "xlsx" else _json(rows)


async def _csv(rows: Rows, mark: bool) -> AsyncIterator[bytes]:
    text = io.StringIO(newline="")
    if mark:
        text.write("\ufeff")
    sheet = csv.writer(text)
    sheet.writerow(HEADINGS)
    async for row in rows:
        sheet.writerow([harmless(cell) for cell in row])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


async def _json(rows: Rows) -> AsyncIterator[bytes]:
    """An array of objects; JSON has no formulas, so the words stay as they are."""
    opens = b"[\n"
    async for row in rows:
        yield opens + orjson.dumps(dict(zip(HEADINGS, row, strict=True)))
        opens = b",\n"
    yield b"[]\n" if opens == b"[\n" else b"\n]\n"


async def _xlsx(rows: Rows) -> AsyncIterator[bytes]:
    """Made on disk row by row, then sent: an XLSX is a zip and has its contents at its end."""
    from xlsxwriter import Workbook

    with tempfile.TemporaryDirectory(prefix="satu-pintu-") as folder:
        path = Path(folder) / "export.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with Workbook(str(path), {**options, "tmpdir": folder}) as book:
            sheet = book.add_worksheet("Laporan")
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True}))
            number = 0
            async for row in rows:
                number += 1
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell[:_CELL])
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
