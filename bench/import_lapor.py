"""What an import of LAPOR!'s export costs: generated rows, of which half are complaints of ours that wait for their Tracking ID.

`python -m bench.import_lapor --rows 10000`. Prints seconds and the process's peak memory; exit 1 over the limits.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import load
from config.settings import Settings
from dispatcher.lapor import columns, importing
from dispatcher.replies import Replies
from normalizer import tracking
from store import migrate
from store.database import Database
from store.tables import ComplaintRow
from store.upsert import insert

SECONDS, MEGABYTES = 10.0, 200.0
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
THINGS = ("lampu jalan mati", "jalan berlubang", "sampah menumpuk", "saluran mampet", "air tidak mengalir", "parkir liar", "pohon tumbang")
PLACES = ("Gang Melati", "Jalan Kolonel Masturi", "Pasar Atas", "Jalan Encep Kartawiria", "RW 07 Cibeber", "Leuwigajah", "Cipageran")
STATUSES = ("Belum diverifikasi", "Terdisposisi ke Dinas Perhubungan", "Ditindaklanjuti oleh Instansi", "Ditutup oleh Sistem")


def words(n: int, chance: random.Random) -> str:
    thing, place = chance.choice(THINGS), chance.choice(PLACES)
    return f"Selamat siang, izin lapor {thing} di {place} nomor {n}, sudah {chance.randint(2, 30)} hari belum ditangani. " + " ".join(
        chance.choices(
            ("mohon", "segera", "warga", "malam", "gelap", "bahaya", "anak", "sekolah", "motor", "jatuh", "petugas", "dinas"), k=30
        )
    )


async def fill(db: Database, texts: list[str]) -> None:
    rows = []
    for n, text in enumerate(texts, 1):
        at = NOW - timedelta(days=20) + timedelta(seconds=n)
        number = tracking.compose("CMH", [n // 1024 % 32, n // 32 % 32, n % 32, 5, 9, 30, 2])
        row = ComplaintRow(
            tracking_number=number, title=text[:60], first_words=text, body=text, channel="telegram", account="bot",
            conversation=f"telegram:bot:{n}", reply_address=str(n), state_at=at, registered_at=at, last_words_at=at, submitted_at=at,
            provenance={}, door="worklist", door_reference=f"token:{number}", forwarded_at=at,
        )  # fmt: skip
        rows.append(row.model_dump(exclude={"id"}))
    table = ComplaintRow.__table__  # type: ignore[attr-defined]
    for start in range(0, len(rows), 1000):
        await db.write(lambda connection, part=rows[start : start + 1000]: connection.execute(insert(connection, table), part))  # type: ignore[misc]


def export(path: Path, texts: list[str], rows: int, chance: random.Random) -> None:
    """Every third text was touched while it was keyed in."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(columns.HEADINGS)
        for n in range(rows):
            text = texts[n] if n < len(texts) else words(n + 1_000_000, chance)
            said = text.replace("Selamat siang, izin", "Mohon izin") if n % 3 == 0 else text
            at = NOW - timedelta(days=19)
            cells = {
                "Tracking ID": 1_000_000 + n,
                "Tanggal Laporan Masuk": columns.day(at),
                "Waktu Laporan Masuk": f"{at:%H:%M:%S}",
                "Judul Laporan": said[:60],
                "Isi Laporan Awal": said,
                "Isi Laporan Akhir": said,
                "Status Laporan": STATUSES[n % len(STATUSES)],
            }
            sheet.writerow([cells.get(heading, "") for heading in columns.HEADINGS])


async def main(rows: int) -> bool:
    chance = random.Random(7)
    profile = load.profile(Settings())
    with tempfile.TemporaryDirectory(prefix="satu-pintu-bench-") as folder:
        db = Database(f"sqlite:///{folder}/hub.db")
        await asyncio.to_thread(migrate.upgrade, db.readers)
        texts = [words(n, chance) for n in range(rows // 2)]
        await fill(db, texts)
        path = Path(folder) / "export.csv"
        export(path, texts, rows, chance)
        office = importing.Office(db=db, profile=profile, replies=Replies(profile, "http://127.0.0.1"), doors=frozenset({"worklist"}))
        begins = time.perf_counter()
        plan = await importing.look(office, path, now=NOW, tell=None)
        looked = time.perf_counter()
        _, done = await importing.carry_out(office, plan, operator="bench", clock=lambda: NOW)
        applied = time.perf_counter()
        again = await importing.look(office, path, now=NOW, tell=None)
        await db.aclose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"rows {rows}, ours {len(texts)}: " + ", ".join(f"{name} {count}" for name, count in plan.verdicts.items()))
    print(
        f"look {looked - begins:.1f} s, apply {applied - looked:.1f} s ({done} complaints), peak {peak:.0f} MB; again {len(again.changes)}"
    )
    return applied - begins < SECONDS and peak < MEGABYTES and done == len(texts) and not again.changes


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    raise SystemExit(0 if asyncio.run(main(parser.parse_args().rows)) else 1)
