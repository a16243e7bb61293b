"""The 21 columns: exact headings, nothing that could leak, files that no spreadsheet program runs."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import orjson
import pytest
from office import NOW, Office

from dispatcher.lapor import columns
from dispatcher.lapor.exporting import Export
from dispatcher.lapor.writing import harmless, written
from normalizer.complaint import State
from store import complaints
from store.exports import PAGE, Wanted

GOLDEN = Path(__file__).parent / "golden.csv"


async def file(office: Office, form: str = "csv", *, mark: bool = False, **export: object) -> bytes:
    made = Export(**({"wanted": Wanted()} | export))
    return b"".join([piece async for piece in written(form, made.rows(office.db, office.profile), mark=mark)])


async def several(office: Office) -> None:
    await office.complaint(door_reference="1234567", state="assigned", agency="dpupr", classification="aspirasi")
    await office.complaint(anonymous=True, body="Nama saya Siti Rahmawati, hub 081234567890", location={"region_code": "32.77.03.1001"})
    await office.complaint(anonymous=True, confidential=True, body="Pungutan oleh siti", state="closed", closed_by="citizen")
    row = await office.complaint(title='=HYPERLINK("http://x")', channel="whatsapp", state="archived")
    await office.db.write(
        lambda c: complaints.note(c, row["id"], at=NOW, kind="state", actor="rina", source="desk", state="archived", note="tidak jelas")
    )


async def test_the_file_is_the_golden_one(office: Office) -> None:
    """Headings, order, dates, words: letter by letter as an official export has them."""
    await several(office)
    assert (await file(office)).decode() == GOLDEN.read_bytes().decode()


@pytest.mark.parametrize("unmasked", [False, True])
@pytest.mark.parametrize("form", ["csv", "json"])
async def test_who_hid_is_never_named(office: Office, form: str, unmasked: bool) -> None:
    """Neither in the name's column nor in the words, masked or not; their numbers neither."""
    for flags in ({"anonymous": True}, {"confidential": True}, {"anonymous": True, "confidential": True}):
        await office.complaint(
            title="Laporan Siti Rahmawati", body="Saya SITI RAHMAWATI, 081234567890", first_words="siti rahmawati 081234567890", **flags
        )
    text = (await file(office, form, unmasked=unmasked)).decode().lower()
    assert "siti" not in text
    assert "rahmawati" not in text
    assert "81234567890" not in text


async def test_masked_by_default_and_open_on_demand(office: Office) -> None:
    """Name and number of a reporter who hid nothing: covered, unless the export is unmasked."""
    await office.complaint(body="hubungi 081234567890")
    covered, opened = (await file(office)).decode(), (await file(office, unmasked=True)).decode()
    assert "S••• R•••" in covered
    assert "081234567890" not in covered
    assert "Siti Rahmawati" in opened
    assert "081234567890" in opened


@pytest.mark.parametrize("cell", ["=1+1", "+62812", "-2", "@SUM(A1)", "\tx", "  =cmd|' /C calc'!A0"])
def test_a_cell_that_calculates_becomes_a_word(cell: str) -> None:
    """An apostrophe keeps Excel and LibreOffice from running it."""
    assert harmless(cell) == f"'{cell}"
    assert harmless("Jalan-jalan = rusak") == "Jalan-jalan = rusak"


async def test_the_three_forms_say_the_same(office: Office) -> None:
    """CSV with its mark, XLSX without one formula, JSON: the same words under the same 21 headings."""
    await several(office)
    marked = await file(office, mark=True)
    assert marked.startswith(b"\xef\xbb\xbf")
    listed = list(csv.reader(io.StringIO(marked.decode("utf-8-sig"))))
    packed = await file(office, "xlsx")
    assert b"<f>" not in ZipFile(io.BytesIO(packed)).read("xl/worksheets/sheet1.xml")
    sheet = [["" if cell is None else str(cell) for cell in row] for row in openpyxl.load_workbook(io.BytesIO(packed)).active.values]
    objects = orjson.loads(await file(office, "json"))
    assert tuple(listed[0]) == tuple(sheet[0]) == tuple(objects[0]) == columns.HEADINGS
    assert len(columns.HEADINGS) == 21
    assert [[harmless(cell) for cell in row] for row in sheet[1:]] == listed[1:]
    assert [list(each.values()) for each in objects] == sheet[1:]


async def test_only_what_was_asked_for(office: Office) -> None:
    """By day, state and door; merged complaints are not counted twice; more than one page of them arrives whole."""
    old = await office.complaint(registered_at=NOW - timedelta(days=40))
    await office.complaint(state="closed")
    await office.complaint(door="desk", door_reference=None)
    await office.complaint(merged_into=old["id"])

    async def numbers(**wanted: object) -> int:
        return (await file(office, "json", wanted=Wanted(**wanted))).count(b"Tracking ID")

    assert await numbers() == 3
    assert await numbers(since=NOW - timedelta(days=30)) == 2
    assert await numbers(until=NOW - timedelta(days=30)) == 1
    assert await numbers(states=("closed",)) == 1
    assert await numbers(doors=("desk",)) == 1
    for _ in range(PAGE):
        await office.complaint()
    assert await numbers() == PAGE + 3


def test_every_state_has_its_status_and_most_come_back() -> None:
    """What we write is understood when it is read again."""
    for state in State:
        found = columns.meaning(columns.status(state, agency="Dinas Perhubungan", closed_by="citizen"))
        assert found.known
    assert columns.meaning("TERDISPOSISI  ke Dinas Perhubungan").agency == "Dinas Perhubungan"
    assert not columns.meaning("Melayang").known
    assert columns.day(datetime(2024, 8, 3)) == "03 Agu 2024"
