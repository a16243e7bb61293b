"""What grouping costs the writer's thread: with a full store, and in a flood about one thing. `python -m bench.matters [URL]`"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert

from config import load
from config.settings import Settings
from dispatcher import grouping
from normalizer import tracking
from store import matters, migrate
from store.database import Database
from store.tables import ComplaintRow

FILL, FLOOD, ALONE = 100_000, 5_000, 1_000
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
KINDS = ("sampah", "jalan", "penerangan_jalan", "drainase", "air_bersih")
WORDS = [
    "lubang",
    "besar",
    "motor",
    "jatuh",
    "gelap",
    "malam",
    "padam",
    "menumpuk",
    "bau",
    "busuk",
    "banjir",
    "selutut",
    "rumah",
    "mampet",
    "keruh",
    "bocor",
    "parah",
    "retak",
    "miring",
]


def row(chance: random.Random, n: int, at: datetime, flood: bool) -> dict[str, object]:
    """A complaint's columns: one flood, or anything anywhere in a city of some 10 km and 2,000 streets."""
    street = f"Jl. Nama{chance.randrange(2_000)}"
    body = "banjir masuk rumah selutut " + chance.choice(WORDS) if flood else " ".join(chance.sample(WORDS, 6)) + f" di {street}"
    point = {} if flood or n % 3 else {"lat": -6.92 + chance.random() / 10, "lon": 107.5 + chance.random() / 10}
    where = {"region_code": "32.77.01.1001", "text": None} if flood else {"text": street, **point}
    values = {
        "tracking_number": tracking.compose("CMH", [n >> shift & 31 for shift in range(0, 35, 5)]),
        "title": body[:80],
        "first_words": body,
        "body": body,
        "category": "drainase" if flood else chance.choice(KINDS),
        "location": where,
        "reporter": {"phone": f"+62812{n:08d}"},
        "channel": "telegram",
        "account": "bot",
        "conversation": f"telegram:bot:{n}",
        "provenance": {"channel": "telegram", "account": "bot", "external_id": str(n), "received_at": at.isoformat()},
    } | dict.fromkeys(("state_at", "registered_at", "last_words_at", "submitted_at"), at)
    return {name: value for name, value in ComplaintRow.model_validate(values).model_dump().items() if name != "id"}


def run(url: str) -> None:
    profile, chance, db = load.profile(Settings()), random.Random(7), Database(url)
    migrate.upgrade(db.readers)
    made = 0

    def add(connection: Connection, at: datetime, *, flood: bool) -> float:
        nonlocal made
        made += 1
        columns = row(chance, made, at, flood)
        connection.execute(insert(ComplaintRow.__table__).values(id=made, **columns))  # type: ignore[attr-defined]
        begun = time.thread_time()
        grouping.group(connection, profile, columns | {"id": made}, at)
        return (time.thread_time() - begun) * 1_000

    def many(count: int, *, flood: bool, step: timedelta) -> list[float]:
        took: list[float] = []
        at = NOW
        while len(took) < count:
            with db.writer.begin() as connection:
                for _ in range(min(128, count - len(took))):
                    at += step
                    took.append(add(connection, at, flood=flood))
        return took

    def tell(name: str, took: list[float]) -> None:
        ordered = sorted(took)
        print(f"{name:32} median {statistics.median(took):6.3f} ms   p99 {ordered[int(len(took) * 0.99)]:6.3f} ms", flush=True)

    tell("an empty store", many(ALONE, flood=False, step=timedelta(minutes=1)))
    many(FILL - ALONE, flood=False, step=timedelta(seconds=15))
    tell(f"{FILL} complaints", many(ALONE, flood=False, step=timedelta(minutes=1)))
    took = many(FLOOD, flood=True, step=timedelta(seconds=1))
    tell(f"a flood, the first {FLOOD // 10}", took[: FLOOD // 10])
    tell(f"a flood, the last {FLOOD // 10}", took[-FLOOD // 10 :])
    with db.writer.begin() as connection:
        size = connection.exec_driver_sql("SELECT count(*) FROM complaints WHERE matter_id IS NOT NULL").scalar_one()
        print(f"{size} grouped, {connection.exec_driver_sql('SELECT count(*) FROM matters').scalar_one()} matters")
        assert matters.candidates(connection, ["drainase:village:32.77.01.1001"], besides=0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/hub.db")
