"""What an import of LAPOR!'s export costs, and its way back: a look, applying, the same file again, undo.

`python -m bench.import_lapor --sizes 1000,10000`: every row is a complaint of ours that changes. A third is known by its Tracking ID, a
third by its words, a third by words that were touched while they were keyed in; `--foreign 0.5` makes half of the rows other people's,
`--tell` tells every citizen. Prints seconds on the clock, seconds of CPU and the process's peak memory; exit 1 over the limits.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
DAYS = 30
"""Over so many days the reports came in; those of the last seven are told of their news."""
THINGS = ("lampu jalan mati", "jalan berlubang", "sampah menumpuk", "saluran mampet", "air tidak mengalir", "parkir liar", "pohon tumbang")
PLACES = ("Gang Melati", "Jalan Kolonel Masturi", "Pasar Atas", "Jalan Encep Kartawiria", "RW 07 Cibeber", "Leuwigajah", "Cipageran")
REST = ("mohon", "segera", "warga", "malam", "gelap", "bahaya", "anak", "sekolah", "motor", "jatuh", "petugas", "dinas")
STATUSES = ("Menunggu Kelengkapan Informasi", "Terdisposisi ke Dinas Perhubungan", "Ditindaklanjuti oleh Instansi", "Ditutup oleh Sistem")


@dataclass
class Spent:
    """What a phase took."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def phase(name: str, told: list[str]) -> Iterator[Spent]:
    spent, begun, cpu = Spent(), time.perf_counter(), time.process_time()
    yield spent
    spent.seconds, spent.cpu = time.perf_counter() - begun, time.process_time() - cpu
    told.append(f"{name} {spent.seconds:.1f} s (CPU {spent.cpu:.1f}), peak {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def words(n: int, chance: random.Random) -> str:
    thing, place = chance.choice(THINGS), chance.choice(PLACES)
    begins = f"Selamat siang, izin lapor {thing} di {place} nomor {n}, sudah {chance.randint(2, 30)} hari belum ditangani. "
    return begins + " ".join(chance.choices(REST, k=30))


def came(n: int, size: int) -> datetime:
    return NOW - timedelta(days=DAYS) + timedelta(days=DAYS) * n / size


def reference(n: int) -> str:
    return str(1_000_000 + n)


async def fill(db: Database, texts: list[str]) -> None:
    """Complaints that lie on the worklist; every third has its Tracking ID."""
    table = ComplaintRow.__table__  # type: ignore[attr-defined]
    for start in range(0, len(texts), 500):
        rows = [_complaint(n, text, len(texts)) for n, text in enumerate(texts[start : start + 500], start)]
        await db.write(lambda connection, part=rows: connection.execute(insert(connection, table), part))  # type: ignore[misc]


def _complaint(n: int, text: str, size: int) -> dict[str, object]:
    at, number = came(n, size), tracking.compose("CMH", [n // 1024 % 32, n // 32 % 32, n % 32, 5, 9, 30, 2])
    row = ComplaintRow(
        tracking_number=number, title=text[:60], first_words=text, body=text, channel="telegram", account="bot",
        conversation=f"telegram:bot:{n}", reply_address=str(n), state_at=at, registered_at=at, last_words_at=at, submitted_at=at,
        provenance={}, door="worklist", door_reference=reference(n) if n % 3 == 0 else f"token:{number}", forwarded_at=at,
    )  # fmt: skip
    return row.model_dump(exclude={"id"})


def export(path: Path, texts: list[str], foreign: int, chance: random.Random) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(columns.HEADINGS)
        for n in range(len(texts) + foreign):
            text = texts[n] if n < len(texts) else words(n + 1_000_000, chance)
            said = text.replace("Selamat siang, izin", "Mohon izin") if n % 3 == 1 else text
            at = came(n % len(texts), len(texts)) + timedelta(hours=1)
            cells = {
                "Tracking ID": reference(n),
                "Tanggal Laporan Masuk": columns.day(at),
                "Waktu Laporan Masuk": f"{at:%H:%M:%S}",
                "Judul Laporan": said[:60],
                "Isi Laporan Awal": said,
                "Isi Laporan Akhir": said,
                "Status Laporan": STATUSES[n % len(STATUSES)],
            }
            sheet.writerow([cells.get(heading, "") for heading in columns.HEADINGS])


async def measure(size: int, foreign: float, tell: bool | None) -> bool:
    chance, profile, told = random.Random(7), load.profile(Settings()), list[str]()
    with tempfile.TemporaryDirectory(prefix="satu-pintu-bench-") as folder:
        db = Database(f"sqlite:///{folder}/hub.db")
        await asyncio.to_thread(migrate.upgrade, db.readers)
        ours = [words(n + 1000, chance) for n in range(size - int(size * foreign))]
        await fill(db, ours)
        path = Path(folder) / "export.csv"
        export(path, ours, size - len(ours), chance)
        office = importing.Office(db=db, profile=profile, replies=Replies(profile, "http://127.0.0.1"), doors=frozenset({"worklist"}))
        with phase("look", told) as looked:
            plan = await importing.look(office, path, now=NOW, tell=tell)
        with phase("apply", told) as applied:
            number, done = await importing.carry_out(office, plan, operator="bench", clock=lambda: NOW)
        with phase("look again, nothing changes", told):
            again = await importing.look(office, path, now=NOW, tell=tell)
        limits = looked.seconds + applied.seconds < SECONDS and _peak() < MEGABYTES
        with phase("undo", told):
            restored, _ = await importing.undo(office, number, operator="bench", now=NOW)
        await db.aclose()
    print(f"rows {size}, ours {len(ours)}, changed {done}, of whom {sum(not change.silent for change in plan.changes)} are told")
    print("  " + "\n  ".join(told))
    print(f"  look + apply {looked.seconds + applied.seconds:.1f} s (CPU {looked.cpu + applied.cpu:.1f})")
    return limits and done == restored == len(ours) and not again.changes


async def main(sizes: list[int], foreign: float, tell: bool | None) -> bool:
    return all([await measure(size, foreign, tell) for size in sizes])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--foreign", type=float, default=0.0, help="this part of the rows is no complaint of ours")
    parser.add_argument("--tell", action="store_true", default=None, help="tell every citizen, not only those of the last seven days")
    args = parser.parse_args()
    raise SystemExit(0 if asyncio.run(main([int(size) for size in args.sizes.split(",")], args.foreign, args.tell)) else 1)
