"""A week's letters and calls from a spreadsheet, on the desk's page."""

from __future__ import annotations

import io
import os
import re

import aiohttp
import openpyxl
import pytest
from sqlmodel import select
from staging import Browser, Stage, csrf_of

from desk import sheet
from store.tables import ComplaintRow, EvidenceRow, InboxRow

SHEET = """DAFTAR SURAT MASUK
No Agenda;Tanggal;Melalui;Nama;No. HP;Isi Laporan;Lokasi;Rahasia;Berkas;Disposisi
012;02/03/2026;surat;Siti Aminah;81234567890;Lampu jalan mati di Jl. Gatot Subroto RT 03 RW 05;Jl. Gatot Subroto;;surat-012.pdf;Kadis
013;2026-03-03;telepon;Budi;;Sampah di Pasar Antri tidak diangkut seminggu;;ya;;
014;besok;merpati;Joko;;;;;hilang.pdf;
;;;Rina;;Jalan berlubang di Jl. Amir Machmud depan sekolah;;;;
;;;Rina;;Jalan berlubang di Jl. Amir Machmud depan sekolah;;;;
"""
PAGE = "/desk/entri/impor"


async def uploaded(operator: Browser, content: bytes, *scans: tuple[str, bytes], name: str = "surat.csv") -> str:
    _, html = await operator.get(PAGE)
    form = aiohttp.FormData({"csrf": csrf_of(html)})
    form.add_field("sheet", content, filename=name)
    for file, body in scans:
        form.add_field("scans", body, filename=file)
    _, html = await operator.send(PAGE, form)
    return html


async def confirmed(operator: Browser, html: str) -> str:
    upload = re.search(r'name="upload" value="(\w+)"', html)
    assert upload
    return (await operator.send(f"{PAGE}/catat", {"csrf": csrf_of(html), "upload": upload.group(1)}))[1]


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


async def test_a_preview_names_every_mistake_by_row_and_enters_nothing(stage: Stage, operator: Browser) -> None:
    """What is right, what is wrong and why, what is the same twice, which column and scan nobody uses."""
    html = await uploaded(operator, SHEET.encode(), ("surat-012.pdf", b"%PDF-1.4 surat"), ("lain.pdf", b"%PDF-1.4 lain"))
    for expected in (
        "3 baris siap",
        "Baris 5",
        "merpati",
        "hilang.pdf tidak ada",
        "besok",
        "persis dengan baris 6",
        "Disposisi",
        "lain.pdf",
    ):
        assert expected in html, expected
    assert "81234567890" not in html
    assert await stage.read(select(InboxRow)) == []


async def test_confirmed_rows_become_complaints_with_numbers(stage: Stage, operator: Browser) -> None:
    """The good rows only, each with its day, its flags, its phone with the zero that Excel took, and its scan."""
    html = await uploaded(operator, SHEET.encode(), ("SURAT-012.PDF", b"%PDF-1.4 surat"))
    async with stage.line():
        html = await confirmed(operator, html)
    assert "3 laporan baru" in html
    rows = {row.reporter["name"]: row for row in await stage.read(select(ComplaintRow))}
    assert set(rows) == {"Siti Aminah", "Budi", "Rina"}
    assert rows["Siti Aminah"].submitted_at.date().isoformat() == "2026-03-02"
    assert rows["Siti Aminah"].reporter["phone"] == "+6281234567890"
    assert rows["Budi"].confidential
    assert rows["Budi"].provenance["entered_by"] == "rina"
    assert [rows[name].reply_extra["way"] for name in ("Siti Aminah", "Budi", "Rina")] == ["letter", "call", "letter"]
    (file,) = await stage.read(select(EvidenceRow))
    assert (file.media_type, stage.desk.blobs.get(file.sha256)) == ("application/pdf", b"%PDF-1.4 surat")
    assert len(re.findall(r"/desk/pengaduan/CMH-\w{4}-\w{4}", html)) == 3


async def test_importing_twice_doubles_nothing(stage: Stage, operator: Browser) -> None:
    """The same file again, the rows in another order, a corrected row with its agenda number, a second click."""
    first = await uploaded(operator, SHEET.encode(), ("surat-012.pdf", b"%PDF-1.4 surat"))
    async with stage.line():
        await confirmed(operator, first)
        assert "sudah diproses" in await confirmed(operator, first)
        again = await uploaded(operator, SHEET.encode(), ("surat-012.pdf", b"%PDF-1.4 surat"))
        assert "Tidak ada baris baru" in again
        assert len(re.findall(r"/desk/pengaduan/CMH-\w{4}-\w{4}", again)) == 3
        lines = SHEET.splitlines()
        lines[2] = lines[2].replace("mati di", "padam di")
        other = await uploaded(operator, "\n".join([lines[1], *reversed(lines[2:])]).encode(), ("surat-012.pdf", b"%PDF-1.4 surat"))
    assert "Tidak ada baris baru" in other
    assert len(await stage.read(select(InboxRow))) == 3


async def test_a_workbook_of_excel_is_read_as_it_is_seen(stage: Stage, operator: Browser) -> None:
    """Numbers without a point, dates of Excel, true and false."""
    import datetime as dt

    head = ("No", "Tanggal", "Nama", "Telp", "Isi", "Anonim", "Lat", "Lon")
    row = (7, dt.datetime(2026, 3, 2), "Siti", 81234567890.0, "Lampu jalan mati di Cibabat", True, -6.87, 107.54)
    html = await uploaded(operator, xlsx(head, (None,) * 8, row), name="surat.xlsx")
    assert "1 baris siap" in html
    async with stage.line():
        await confirmed(operator, html)
    (complaint,) = await stage.read(select(ComplaintRow))
    assert complaint.submitted_at.date().isoformat() == "2026-03-02"
    assert (complaint.anonymous, complaint.location["lat"], complaint.reporter["phone"]) == (True, -6.87, "+6281234567890")


async def test_what_is_no_table_is_told_in_a_sentence(stage: Stage, operator: Browser) -> None:
    """Old Excel, a broken zip, bytes, no headings, nothing: a reason and what to do."""
    for content, expected in (
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls"),
        (b"PK\x03\x04broken", "tidak terbaca"),
        (b"\x00\x01\x02\x03" * 100, "bukan berkas CSV"),
        (b"a;b;c\n1;2;3", "judul kolom"),
        (b"\n\n", "kosong"),
        (b"isi\n" + b"x\n" * 2100, "2101 baris, 101 lebih banyak daripada 2000"),
        (b'isi;nama\n"' + b"x" * 200_000, "rusak"),
    ):
        html = await uploaded(operator, content)
        assert expected in html, expected
    assert await stage.read(select(InboxRow)) == []


@pytest.mark.parametrize(
    "content",
    [
        b'No;Isi;Nama\n1;"Lampu mati, gelap, rawan, banyak anak, tolong, segera";Siti\n2;Jalan, trotoar, got, rusak;Ani\n',
        b'No,Isi,Nama\n1,"lampu; tiang; kabel; gardu; semua mati",Siti\n2,"jalan;rusak",Ani\n',
        b"Surat masuk, Maret 2026, Kominfo, Cimahi\n\nNo\tIsi\tNama\n1\tlampu, mati\tSiti\n2\tjalan; rusak\tAni\n",
    ],
)
def test_signs_in_the_words_are_no_columns(content: bytes) -> None:
    """Whatever lies between the columns, commas and semicolons of the letters stay words."""
    table = [cells for _, cells in sheet.rows(content)]
    assert [len(cells) for cells in table[-3:]] == [3, 3, 3]
    assert [cells[2] for cells in table[-3:]] == ["Nama", "Siti", "Ani"]


async def test_the_example_is_a_table_that_the_page_understands(stage: Stage, operator: Browser) -> None:
    async with operator.http.get(stage.url(f"{PAGE}/contoh.csv")) as answer:
        content = await answer.read()
    html = await uploaded(operator, content, ("surat-012.pdf", b"%PDF-1.4"))
    assert "1 baris siap" in html


async def test_what_nobody_confirms_is_removed_after_a_day(stage: Stage, operator: Browser) -> None:
    """Letters hold personal data; an upload that was only looked at does not stay, and a late yes is told."""
    folder = stage.desk.blobs.folder
    first = await uploaded(operator, SHEET.encode(), ("surat-012.pdf", b"%PDF-1.4 surat"))
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) == 3
    for file in files:
        os.utime(file, (0, 0))
    await uploaded(operator, b"isi\nLampu mati")
    assert not any(file.exists() for file in files)
    assert "sudah diproses" in await confirmed(operator, first)
    assert await stage.read(select(InboxRow)) == []


async def test_only_scans_of_entered_rows_become_evidence(stage: Stage, operator: Browser) -> None:
    html = await uploaded(operator, SHEET.encode(), ("surat-012.pdf", b"%PDF-1.4 surat"), ("lain.pdf", b"%PDF-1.4 lain"))
    async with stage.line():
        await confirmed(operator, html)
    kept = [file.read_bytes() for file in stage.desk.blobs.folder.glob("??/*") if file.is_file()]
    assert kept == [b"%PDF-1.4 surat"]
