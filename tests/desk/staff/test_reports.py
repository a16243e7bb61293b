"""What leaves the desk as a file: the agreed format, and nobody's name where it must not be."""

from __future__ import annotations

import io

from fpdf import FPDF
from openpyxl import load_workbook
from sqlmodel import select
from staging import Browser, Stage, csrf_of

from desk import recap
from desk.paper import Letters
from store.operators import Role
from store.people import AuditRow

MONTH = {"bulan": "2026-11"}
HEAD = ("No", "Tanggal", "Tracking ID", "User", "Judul", "Stakeholder", "Tanggapan", "Keterangan")


async def fetched(browser: Browser, path: str, fields: dict[str, str] | None = None) -> bytes:
    url = browser.stage.url(path)
    async with browser.http.post(url, data=fields) if fields else browser.http.get(url, params=MONTH) as answer:
        assert answer.status == 200
        return await answer.read()


def cells(book: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True))  # type: ignore[union-attr]


async def test_a_recap_names_nobody_and_runs_nothing(stage: Stage, browser: Browser) -> None:
    """XLSX, PDF and open data for a viewer: masked names, no secret title, a formula stays a text."""
    await stage.add_complaint(title="=HYPERLINK(1) hubungi 081234567890")
    await stage.add_complaint(title="Pungutan pejabat X", confidential=True)
    await stage.add_operator("wali", Role.VIEWER)
    await browser.sign_in("wali")
    rows = cells(await fetched(browser, "/desk/laporan/rekap"))
    assert rows[2] == HEAD
    assert rows[3][3] == "S••• R•••"
    assert str(rows[3][4]).startswith("=HYPERLINK(1)")
    assert "081234567890" not in str(rows)
    assert "pejabat X" not in str(rows)
    assert rows[4][3] == "Rahasia"
    assert (await fetched(browser, "/desk/laporan/rekap?bentuk=pdf")).startswith(b"%PDF")
    data = (await fetched(browser, "/desk/laporan/data-terbuka.csv")).decode()
    assert data.count("2026-11") == 2
    assert "CMH" not in data
    assert "Siti" not in data


async def test_names_are_for_supervisors_and_written_down(stage: Stage, browser: Browser) -> None:
    """The unmasked recap shows a name, never an anonymous one, and the trail says who fetched it."""
    await stage.add_complaint()
    await stage.add_complaint(anonymous=True, title="Anak saya keracunan di SD, hubungi 081234567890")
    await stage.add_operator("dewi", Role.SUPERVISOR)
    await browser.sign_in("dewi")
    token = csrf_of((await browser.get("/desk/laporan"))[1])
    rows = cells(await fetched(browser, "/desk/laporan/bernama", {"csrf": token, **MONTH, "bentuk": "xlsx"}))
    assert [row[3] for row in rows[3:]] == ["Siti Rahmawati", "Anonim"]
    assert "Anak saya" in str(rows)
    assert "Anak saya" not in str(cells(await fetched(browser, "/desk/laporan/rekap")))
    assert "81234567890" not in str(rows)
    assert [row.operator for row in await stage.read(select(AuditRow).where(AuditRow.action == "report"))] == ["dewi"]


async def test_a_receipt_is_a_pdf_with_a_code_to_scan(stage: Stage, operator: Browser) -> None:
    """The page shows the code, and the same receipt comes as a file."""
    number = await stage.add_complaint()
    assert "data:image/svg+xml" in (await operator.get(f"/desk/pengaduan/{number}/tanda-terima"))[1]
    assert (await fetched(operator, f"/desk/pengaduan/{number}/tanda-terima.pdf")).startswith(b"%PDF")


def test_a_long_recap_is_cut_with_a_sentence() -> None:
    """Rows with long answers are many pages; beyond what people print, a sentence says where the rest is."""
    row = (1, "01/11/2026", "CMH-ABCD-1234", "S••• R•••", "Lampu mati", "DPUPR", "Sudah diperbaiki. " * 40 + "x" * 300, "Selesai")
    made = recap.pdf("Rekapitulasi", "Dinas", iter([row] * 120))
    assert made.count(b"/Type /Page\n") > 15
    assert recap.PRINTED < 3000
    longer, cut = (recap.pdf("Rekapitulasi", "Dinas", iter([(1, *("a",) * 7)] * n)) for n in (recap.PRINTED + 50, recap.PRINTED))
    assert longer.count(b"/Type /Page\n") - cut.count(b"/Type /Page\n") <= 1


def test_a_cell_is_split_between_its_words() -> None:
    """No word is lost, no line is too wide, a word wider than its column is broken."""
    drawn = FPDF()
    drawn.set_font("Helvetica", size=8)
    words = "Petugas sudah datang " + "y" * 80 + "\nTerima kasih"
    lines = Letters(drawn).split(words, 30)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "").replace("\n", "")
    assert max(drawn.get_string_width(line) for line in lines) <= 30 + 1e-6
    assert lines[-1] == "Terima kasih"
