"""What grouping costs the writer's thread while the store fills up, and in a flood about one thing. `python -m bench.matters [URL]`

At each size as many complaints find their like, so what grows would be the looking. The crowd is kept as it is kept when it is registered
(its fingerprints and keys), many at a time and without being compared; the thousand that are measured at each size are grouped like any
complaint. CPU time of this thread, so what else the machine does counts little.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from config import load
from config.settings import Settings
from dispatcher import grouping
from normalizer import fingerprint, tracking
from normalizer.likeness import kept_under
from store import matters, migrate
from store.complaints import table as complaints
from store.database import Database
from store.tables import ComplaintRow

SIZES, FLOOD, ALONE, AT_ONCE = (1_000, 10_000, 30_000, 100_000), 5_000, 1_000, 1_000
STEP = timedelta(minutes=5)
"""Between two complaints of the crowd: 100,000 a year. Nothing fades here, so that looking has the whole year under its keys."""
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


class City:
    """A store that fills up."""

    def __init__(self, url: str) -> None:
        self.profile, self.chance, self.db = load.profile(Settings()), random.Random(7), Database(url)
        self.made, self.at = 0, NOW
        migrate.upgrade(self.db.readers)

    def _next(self, *, flood: bool, step: timedelta) -> dict[str, object]:
        self.made += 1
        self.at += step
        return row(self.chance, self.made, self.at, flood) | {"id": self.made}

    def fill(self, size: int) -> None:
        """Up to `size` complaints, kept and not compared."""
        while self.made < size:
            crowd = [self._next(flood=False, step=STEP) for _ in range(min(AT_ONCE, size - self.made))]
            told = {each["id"]: fingerprint.of_complaint(each) for each in crowd}
            with self.db.writer.begin() as connection:
                connection.execute(insert(complaints), crowd)
                prints = [{"complaint_id": key, "told": fingerprint.to_json(one), "at": self.at} for key, one in told.items()]
                connection.execute(insert(matters.fingerprints), prints)
                traces = [{"key": name, "complaint_id": key} for key, one in told.items() for name in kept_under(one)]
                connection.execute(insert(matters.traces), traces)

    def group(self, count: int, *, flood: bool, step: timedelta) -> list[float]:
        """Milliseconds that each of so many complaints took to be grouped."""
        took: list[float] = []
        while len(took) < count:
            with self.db.writer.begin() as connection:
                for _ in range(min(128, count - len(took))):
                    columns = self._next(flood=flood, step=step)
                    connection.execute(insert(complaints).values(**columns))
                    begun = time.thread_time()
                    grouping.group(connection, self.profile, columns, self.at)
                    took.append((time.thread_time() - begun) * 1_000)
        return took


def tell(name: str, took: list[float]) -> float:
    ordered = sorted(took)
    median = statistics.median(took)
    print(
        f"{name:32} median {median:6.3f} ms   mean {statistics.mean(took):6.3f} ms   p99 {ordered[int(len(took) * 0.99)]:6.3f} ms",
        flush=True,
    )
    return median


def run(url: str) -> None:
    city = City(url)
    median: dict[int, float] = {}
    for size in SIZES:
        city.fill(size - ALONE)
        median[size] = tell(f"{size} complaints", city.group(ALONE, flood=False, step=STEP))
    print(f"growth from 10,000 to 100,000: {median[100_000] / median[10_000]:.2f}")
    took = city.group(FLOOD, flood=True, step=timedelta(seconds=1))
    tell(f"a flood, the first {FLOOD // 10}", took[: FLOOD // 10])
    tell(f"a flood, the last {FLOOD // 10}", took[-FLOOD // 10 :])
    with city.db.writer.begin() as connection:
        size = connection.exec_driver_sql("SELECT count(*) FROM complaints WHERE matter_id IS NOT NULL").scalar_one()
        print(f"{size} grouped, {connection.exec_driver_sql('SELECT count(*) FROM matters').scalar_one()} matters")
        assert matters.candidates(connection, ["drainase:village:32.77.01.1001"], besides=0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/hub.db")
