"""A week's letters and calls from a spreadsheet: looked at first, row by row, then taken. Taking it twice doubles nothing.

A row's key is its agenda number and year, else everything that it says; so the same row is the same letter for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import PurePath

import orjson
from pydantic import ValidationError
from sqlmodel import Session, col, select

from connectors.contract import Inbound
from connectors.manual.wire import CHANNEL, Entry, File, read
from desk import columns
from desk.sheet import Unusable
from store.tables import ComplaintRow, InboxRow

AT_ONCE = 100
"""Rows in one call of the intake."""
_HEADER_WITHIN = 15
"""Lines of letterhead that may stand above the headings."""
_ODD: Mapping[str, str] = {"string_too_long": "terlalu panjang", "string_too_short": "masih kosong", "too_long": "terlalu banyak"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `entry` None: `mistakes` say what to put right. `same_as`: an earlier line that says exactly this."""

    number: int
    entry: Entry | None = None
    mistakes: Sequence[str] = ()
    same_as: int | None = None
    shown: str = ""
    """The beginning of its words, for the preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`ignored`: headings that nothing was made of; `unused`: scans that no row names."""

    lines: Sequence[Line]
    ignored: Sequence[str]
    unused: Sequence[str]

    @property
    def good(self) -> Sequence[Line]:
        return [line for line in self.lines if line.entry is not None]


def look(rows: Sequence[tuple[int, Sequence[str]]], scans: Mapping[str, File], *, operator: str, zone: tzinfo, now: datetime) -> Batch:
    """Everything that is right and wrong with a sheet; changes nothing. scans: by file name. Raises Unusable without headings."""
    at, fields = _headings(rows)
    ignored = [cell for cell, field in zip(rows[at][1], fields, strict=True) if cell and field is None]
    lines: list[Line] = []
    seen: dict[str, int] = {}
    named: set[str] = set()
    by_name = {name.lower(): file for name, file in scans.items()}
    for number, cells in rows[at + 1 :]:
        written = {field: cell for field, cell in zip(fields, cells, strict=False) if field and cell}
        line = _line(number, written, by_name, operator=operator, zone=zone, now=now)
        named |= {name.lower() for name in _names(written.get("files", ""))}
        if line.entry is not None:
            first = seen.setdefault(line.entry.id, number)
            line = line if first == number else Line(number=number, same_as=first, shown=line.shown)
        lines.append(line)
    return Batch(lines=lines, ignored=ignored, unused=sorted(name for name in scans if name.lower() not in named))


def _headings(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, Sequence[str | None]]:
    for at, (_, cells) in enumerate(rows[:_HEADER_WITHIN]):
        fields = [columns.field_of(cell) for cell in cells]
        if "text" in fields or "files" in fields:
            twice = {field for field in fields if field and fields.count(field) > 1}
            return at, [field if field not in twice or fields.index(field) == place else None for place, field in enumerate(fields)]
    raise Unusable("Tidak ada judul kolom yang dikenal. Baris judul perlu memuat sedikitnya “Isi” atau “Berkas”; lihat contohnya.")


def _line(number: int, written: Mapping[str, str], scans: Mapping[str, File], *, operator: str, zone: tzinfo, now: datetime) -> Line:
    values, mistakes = _values(written, scans, zone, now)
    shown = (written.get("text") or written.get("subject") or written.get("files") or "")[:120]
    if not mistakes:
        try:
            return Line(
                number=number, entry=Entry(id=_key(written, values.get("received_at") or now), operator=operator, **values), shown=shown
            )
        except ValidationError as error:
            mistakes = [_sentence(fault["loc"], str(fault["type"])) for fault in error.errors(include_input=False)]
    return Line(number=number, mistakes=mistakes, shown=shown)


def _values(written: Mapping[str, str], scans: Mapping[str, File], zone: tzinfo, now: datetime) -> tuple[dict[str, object], list[str]]:
    values: dict[str, object] = {"way": columns.way("")}
    mistakes: list[str] = []
    for field, cell in written.items():
        if field in ("agenda", "files"):
            continue
        try:
            values[field] = columns.day(cell, zone, now) if field == "received_at" else columns.READ.get(field, str)(cell)
        except ValueError as error:
            mistakes.append(f"{columns.NAMES[field][0]}: {error}")
    names = _names(written.get("files", ""))
    mistakes += [f"berkas: {name} tidak ada di antara pindaian" for name in names if name.lower() not in scans]
    values["files"] = tuple(scans[name.lower()] for name in names if name.lower() in scans)
    return values, mistakes


def _names(cell: str) -> Sequence[str]:
    """File names of one cell; a path is only its last part."""
    parts = [part.strip() for part in cell.replace("\n", ";").replace(",", ";").split(";")]
    return [PurePath(part.replace("\\", "/")).name for part in parts if part]


def _key(written: Mapping[str, str], received_at: object) -> str:
    """Survives new columns and another order of rows."""
    year = received_at.year if isinstance(received_at, datetime) else 0
    own = {"agenda": written["agenda"].lower(), "year": year} if written.get("agenda") else dict(written)
    return "impor-" + hashlib.sha256(orjson.dumps(own, option=orjson.OPT_SORT_KEYS)).hexdigest()[:40]


def _sentence(place: tuple[int | str, ...], kind: str) -> str:
    """Which cell is odd; never what stands in it."""
    if not place:
        return "isi: tulis isi laporannya, atau sebut berkas pindaiannya; lintang dan bujur berpasangan"
    field = str(place[0])
    return f"{columns.NAMES.get(field, (field,))[0]}: {_ODD.get(kind, 'tidak wajar')}"


def arrivals(lines: Sequence[Line], account: str, now: datetime) -> Sequence[Inbound]:
    """What the intake is given for the good rows."""
    found = [arrival for line in lines if line.entry for arrival in read(line.entry.model_dump_json().encode(), account=account, now=now)]
    return [arrival for arrival in found if isinstance(arrival, Inbound)]


def known(session: Session, account: str, lines: Sequence[Line]) -> Mapping[str, str | None]:
    """Entry id -> tracking number in stored form (None: on its way), of those that were taken before."""
    ids = [line.entry.id for line in lines if line.entry]
    query = (
        select(InboxRow.external_id, ComplaintRow.tracking_number)
        .join(ComplaintRow, col(ComplaintRow.id) == col(InboxRow.complaint_id), isouter=True)
        .where(InboxRow.channel == CHANNEL, InboxRow.account == account, col(InboxRow.external_id).in_(ids))
    )
    return dict(session.exec(query).all()) if ids else {}
