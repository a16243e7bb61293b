"""The monthly recap in the agreed format, as XLSX and PDF. Its libraries are loaded when a file is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice

from config.profile import Profile
from desk import paper
from desk.masks import masked, masked_name
from desk.naming import names
from desk.operator import labels
from normalizer.tracking import printed
from store.reports import Line

HEAD = ("No", "Tanggal", "Tracking ID", "User", "Judul", "Stakeholder", "Tanggapan", "Keterangan")
_WIDTHS = (5, 12, 18, 18, 44, 16, 50, 22)
PRINTED = 2_000
"""Rows in a PDF; nobody leafs through more."""
Row = tuple[str | int, ...]


def rows(lines: Sequence[Line], profile: Profile, *, named: bool) -> Iterator[Row]:
    """As people read them. `named`: with the names of those who did not ask to hide them; all else stays masked."""
    called = names(profile)
    for number, line in enumerate(lines, start=1):
        state = labels.STATES.get(line.state, line.state)
        yield (
            number,
            f"{line.registered_at.astimezone(profile.tz):%d/%m/%Y}",
            printed(line.number),
            _user(line, named=named),
            "Laporan rahasia" if line.confidential else masked(line.title),
            called["agency"](line.agency) if line.agency else "",
            "" if line.confidential else masked(line.answer),
            f"{state}; LAPOR! {line.door_reference}" if line.door_reference else state,
        )


def _user(line: Line, *, named: bool) -> str:
    if line.confidential or line.anonymous:
        return "Rahasia" if line.confidential else "Anonim"
    name = line.reporter.get("name") or ""
    return (name if named else masked_name(name)) or "–"


def xlsx(title: str, found: Iterator[Row]) -> bytes:
    """Texts stay texts: nothing that a citizen wrote becomes a formula or a link."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, plain) as book:
        sheet = book.add_worksheet("Rekapitulasi")
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, bold)
        sheet.write_row(2, 0, HEAD, bold)
        for row, values in enumerate(found, start=3):
            sheet.write_row(row, 0, values, wrap)
    return out.getvalue()


def pdf(title: str, office: str, found: Iterator[Row]) -> bytes:
    """The first PRINTED rows; the whole is a spreadsheet's business."""
    some = list(islice(found, PRINTED))
    left = sum(1 for _ in found)
    end = f"Masih ada {left} laporan lagi: lengkapnya ada di berkas XLSX." if left else ""
    return paper.table(title, office, HEAD, _WIDTHS, some, end)
