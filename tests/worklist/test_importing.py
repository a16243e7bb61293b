"""Import of LAPOR!'s export: finds our complaints, shows before it does, tells whom it should, changes nothing twice, and can be undone."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from office import DOORS, NOW, Office
from sqlalchemy import select

from dispatcher.lapor import columns, importing
from dispatcher.lapor.comparing import Verdict
from dispatcher.lapor.importing import Plan
from dispatcher.moving import ActRefused
from store import complaints, worklist
from store.tables import OutboxRow

outbox = OutboxRow.__table__  # type: ignore[attr-defined]
DEPARTMENT = "Dinas Perhubungan"


def written(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, columns.HEADINGS, restval="")
        sheet.writeheader()
        sheet.writerows(rows)
    return path


def told(row: Mapping[str, Any], status: str, **cells: str) -> dict[str, str]:
    at = (row["registered_at"] + timedelta(hours=3)).astimezone(ZoneInfo("Asia/Jakarta"))
    day = {"Tanggal Laporan Masuk": columns.day(at), "Waktu Laporan Masuk": f"{at:%H:%M:%S}"}
    return day | {"Isi Laporan Awal": row["body"], "Status Laporan": status} | {key.replace("_", " "): cell for key, cell in cells.items()}


def of(office: Office) -> importing.Office:
    return importing.Office(db=office.db, profile=office.profile, replies=office.replies, doors=DOORS)


async def look(office: Office, path: Path, *, tell: bool | None = None) -> Plan:
    return await importing.look(of(office), path, now=NOW, tell=tell)


async def carry_out(office: Office, plan: Plan) -> tuple[int, int]:
    return await importing.carry_out(of(office), plan, operator="rina", clock=lambda: NOW)


async def owed(office: Office) -> int:
    return len(await office.db.read(lambda s: s.connection().execute(select(outbox.c.id)).all()))


async def test_by_number_by_words_and_by_our_own_number(office: Office, tmp_path: Path) -> None:
    """A known Tracking ID, the same words, words touched while keying in, and our own number each find their complaint; others none."""
    known = await office.complaint(door_reference="1234567")
    same, touched = [
        await office.complaint(body=f"Pohon tumbang menutup Jalan Kolonel Masturi, {what}.") for what in ("dekat SMP", "arah Lembang")
    ]
    ours = await office.complaint()
    rows = [
        told(known, "Terdisposisi ke X", Tracking_ID="1234567", Instansi_Terdisposisi=DEPARTMENT),
        told(same, "Belum diverifikasi", Tracking_ID="2000001"),
        told({**touched, "body": touched["body"].replace("Pohon", "POHON besar")}, "Ditutup oleh Sistem", Tracking_ID="2000002"),
        told({**ours, "body": ""}, "Ditindaklanjuti oleh Instansi", Tracking_ID=ours["tracking_number"]),
        told({**ours, "body": "Saluran air di Cibeber meluap setiap hujan"}, "Belum diverifikasi", Tracking_ID="3000000"),
    ]
    path = written(tmp_path / "lapor.csv", rows)
    plan = await look(office, path)
    assert plan.verdicts == {Verdict.CHANGED: 4, Verdict.FOREIGN: 1}
    assert (await office.row(known["id"]))["state"] == "received", "a look changes nothing"
    number, done = await carry_out(office, plan)
    assert (number, done) == (1, 4)
    after = [await office.row(each["id"]) for each in (known, same, touched, ours)]
    assert [row["state"] for row in after] == ["assigned", "received", "closed", "in_progress"]
    assert [row["door_reference"] for row in after] == ["1234567", "2000001", "2000002", ours["door_reference"]]
    assert office.profile.agencies[after[0]["agency"]].name == DEPARTMENT
    again = await look(office, path)
    assert not again.changes, "the same file twice changes nothing"


async def test_who_is_told(office: Office, tmp_path: Path) -> None:
    """Reporters of the last seven days hear of it, older ones only on demand, nobody with quiet."""
    old = NOW - timedelta(days=30)
    rows = [await office.complaint(door_reference="1234567"), await office.complaint(door_reference="1234568", registered_at=old)]
    path = written(tmp_path / "lapor.csv", [told(row, "Ditutup oleh Admin", Tracking_ID=row["door_reference"]) for row in rows])
    assert [change.silent for change in (await look(office, path)).changes] == [False, True]
    assert [change.silent for change in (await look(office, path, tell=True)).changes] == [False, False]
    assert [change.silent for change in (await look(office, path, tell=False)).changes] == [True, True]
    await carry_out(office, await look(office, path))
    assert await owed(office) == 1


async def test_undo_puts_back_what_nobody_moved_since(office: Office, tmp_path: Path) -> None:
    """States and Tracking IDs return with a line in the timeline; who moved on stays; a second undo is refused."""
    kept, moved = [await office.complaint(body=f"Sampah menumpuk di Pasar {name} sejak Senin") for name in ("Atas", "Antri Baru")]
    rows = [
        told(row, "Diarsipkan oleh Admin", Tracking_ID=str(2000000 + n), **{"Alasan_Tunda/Arsip": "tidak jelas"})
        for n, row in enumerate((kept, moved))
    ]
    number, _ = await carry_out(office, await look(office, written(tmp_path / "lapor.csv", rows)))
    lines = await office.db.read(lambda s: complaints.timeline_of(s, kept["id"]))
    assert "tidak jelas" in (lines[-1].note or "")
    await office.db.write(lambda c: complaints.change(c, moved["id"], state="verified"))
    assert await importing.undo(of(office), number, operator="rina", now=NOW) == (1, 1)
    back = await office.row(kept["id"])
    assert [back[name] for name in ("state", "state_at", "door_reference")] == [
        kept[name] for name in ("state", "state_at", "door_reference")
    ]
    assert (await office.row(moved["id"]))["state"] == "verified"
    assert await office.db.read(lambda s: worklist.queue(s.connection(), DOORS)) == [kept["tracking_number"]]
    lines = await office.db.read(lambda s: complaints.timeline_of(s, kept["id"]))
    assert lines[-1].note == "Impor SP4N-LAPOR! #1 dibatalkan"
    with pytest.raises(ActRefused, match="sudah dibatalkan"):
        await importing.undo(of(office), number, operator="rina", now=NOW)


async def test_what_only_a_person_can_decide_is_left(office: Office, tmp_path: Path) -> None:
    """Two equal complaints, one named twice, a state that cannot follow, an unknown status, a merged one; and LAPOR! lagging behind us."""
    twins = [await office.complaint(body="Lampu penyeberangan di depan pasar rusak") for _ in range(2)]
    twice = await office.complaint(door_reference="1000001")
    gone = await office.complaint(door_reference="1000002", state="withdrawn")
    odd = await office.complaint(door_reference="1000003")
    merged = await office.complaint(door_reference="1000004", merged_into=twice["id"])
    ahead = await office.complaint(door_reference="1000005", state="answered", agency="dishub")
    rows = [
        told(twins[0], "Belum diverifikasi", Tracking_ID="1000000"),
        *[told(twice, "Ditutup oleh Admin", Tracking_ID="1000001") for _ in range(2)],
        told(gone, "Ditutup oleh Admin", Tracking_ID="1000002"),
        told(odd, "Melayang", Tracking_ID="1000003"),
        told(merged, "Ditutup oleh Admin", Tracking_ID="1000004"),
        told(ahead, f"Terdisposisi ke {DEPARTMENT}", Tracking_ID="1000005", Instansi_Terdisposisi=DEPARTMENT),
    ]
    plan = await look(office, written(tmp_path / "lapor.csv", rows))
    assert plan.verdicts == {
        Verdict.AMBIGUOUS: 1,
        Verdict.CHANGED: 1,
        Verdict.REPEATED: 1,
        Verdict.REFUSED: 1,
        Verdict.ODD: 1,
        Verdict.MERGED: 1,
        Verdict.SAME: 1,
    }


async def test_an_xlsx_says_the_same(office: Office, tmp_path: Path) -> None:
    """Numbers as numbers and headings in any capitals."""
    row = await office.complaint(door_reference="1234567")
    book = openpyxl.Workbook()
    book.active.append([heading.upper() for heading in columns.HEADINGS])
    cells = told(row, "Ditutup oleh Pelapor")
    book.active.append([1234567, *(cells.get(heading, "") for heading in columns.HEADINGS[1:])])
    book.save(tmp_path / "lapor.xlsx")
    assert (await look(office, tmp_path / "lapor.xlsx")).verdicts == {Verdict.CHANGED: 1}
