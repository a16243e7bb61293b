"""The monthly recap in the agreed format, as XLSX and PDF. Its libraries are loaded when a file is asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from babel.dates import format_date

from config.profile import Profile
from desk import paper
from desk.masks import covered, masked, masked_name
from desk.naming import names
from desk.operator import labels
from normalizer.tracking import printed
from store.reports import Line

HEAD = ("No", "Tanggal", "Tracking ID", "User", "Judul", "Stakeholder", "Tanggapan", "Keterangan")
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_NO_SHEET = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WIDTHS = (5, 12, 18, 18, 44, 16, 50, 22)
PRINTED = 2_000
"""Rows in a PDF; nobody leafs through more."""
Row = tuple[str | int, ...]
Rows = Iterator[Row]


def title(profile: Profile, month: date, agency: str | None) -> str:
    of = f", {profile.agencies[agency].name}" if agency else ""
    return f"Rekapitulasi pengaduan {format_date(month, 'MMMM y', locale='id')}{of}"


def rows(lines: Sequence[Line], profile: Profile, *, named: bool) -> Rows:
    """As people read them. `named`: for the office, with the names of those who did not ask to hide them; otherwise words about health and
    children are covered too."""
    called, cover = names(profile, labels.CHANNELS), masked if named else covered
    for number, line in enumerate(lines, start=1):
        state = labels.STATES.get(line.state, line.state)
        yield (
            number,
            f"{line.registered_at.astimezone(profile.tz):%d/%m/%Y}",
            printed(line.number),
            _user(line, named=named),
            "Laporan rahasia" if line.confidential else cover(line.title),
            called["agency"](line.agency) if line.agency else "",
            "" if line.confidential else cover(line.answer),
            f"{state}; LAPOR! {line.door_reference}" if line.door_reference else state,
        )


def _user(line: Line, *, named: bool) -> str:
    if line.confidential or line.anonymous:
        return "Rahasia" if line.confidential else "Anonim"
    name = line.reporter.get("name") or ""
    return (name if named else masked_name(name)) or "–"


def xlsx(heading: str, found: Rows, sheets: Mapping[str, Rows] | None = None) -> bytes:
    """Texts stay texts: nothing that a citizen wrote becomes a formula or a link. `sheets`: further ones by their names."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, plain) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, some in {"Rekapitulasi": found, **(sheets or {})}.items():
            sheet = book.add_worksheet(name)
            for column, width in enumerate(_WIDTHS):
                sheet.set_column(column, column, width)
            sheet.write_string(0, 0, heading if some is found else f"{heading}, {name}", bold)
            sheet.write_row(2, 0, HEAD, bold)
            for row, values in enumerate(some, start=3):
                sheet.write_row(row, 0, values, wrap)
    return out.getvalue()


def sheet_names(called: Mapping[str, str]) -> dict[str, str]:
    """What Excel takes as the name of a sheet: 31 characters at most, some of them never, none twice."""
    found: dict[str, str] = {}
    for key, name in called.items():
        plain = _NO_SHEET.sub(" ", name).strip("' ")[:25] or key[:25]
        taken = {each.casefold() for each in found.values()} | {"rekapitulasi", "history"}
        spare = (f"{plain} {number}" for number in range(2, 1000))
        found[key] = plain if plain.casefold() not in taken else next(each for each in spare if each.casefold() not in taken)
    return found


def pdf(heading: str, office: str, found: Rows) -> bytes:
    """The first PRINTED rows; the whole is a spreadsheet's business."""
    some = list(islice(found, PRINTED))
    left = sum(1 for _ in found)
    end = f"Masih ada {left} laporan lagi: lengkapnya ada di berkas XLSX." if left else ""
    return paper.table(heading, office, HEAD, _WIDTHS, some, end)
