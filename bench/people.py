"""A city's complaints by the hundred thousand: Zipf-distributed Indonesian words, skewed places and categories, most of them long closed.

`python bench/people.py URL COUNT` fills an empty store. Every run with the same count makes the same city.
"""

from __future__ import annotations

import itertools
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from config import load
from config.profile import Profile
from config.settings import Settings
from normalizer import region, tracking
from store.database import Database
from store.migrate import upgrade
from store.tending import tend

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
YEARS = 5
BATCH = 2_000
VOCABULARY = 30_000
COMMON, RARE = "jalan", "kelangkaan"
"""Two words whose frequency is known: in a quarter of all complaints, and in one of twenty thousand."""
CHANNELS = {"whatsapp": 40, "telegram": 20, "webchat": 14, "email": 8, "x": 7, "sms": 6, "manual": 4, "open311": 1}
STATES = {"closed": 80, "archived": 12, "out_of_scope": 3, "withdrawn": 1, "answered": 2, "in_progress": 1, "assigned": 1}
LATELY = {"received": 30, "verified": 15, "waiting": 12, "assigned": 20, "in_progress": 15, "answered": 8}
"""The states of the newest 20,000."""
OPENINGS = ("Assalamualaikum min,", "Selamat siang,", "Izin lapor,", "Punten,", "Mohon bantuannya,", "Min,", "Yth. Bapak Wali Kota,", "")
TABLES = ("complaints", "timeline", "outbox", "supplements", "evidence", "audit")
_WORD = re.compile(r"[a-z]{2,}")

_BLANK = {
    "schema_version": 1, "language": "id", "reply_extra": "{}", "door": "desk", "awaits_words": False, "version": 1,
    "classification": "pengaduan_tidak_berkadar_pengawasan",
    "suggestions": "[]", "evidence": "[]", "personal_data": "[]", "provenance": "{}",
}  # fmt: skip


class City:
    """Draws complaints, one after the other; `chance` decides everything."""

    def __init__(self, profile: Profile, count: int, chance: random.Random) -> None:
        self._chance, self._profile, self._count = chance, profile, count
        self._words = _vocabulary(profile, chance)
        self._weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(self._words))))
        self._places = [place.code for places in region.under(profile.region_code).values() for place in places if place.village]
        self._categories = list(profile.categories)

    def complaints(self) -> Iterator[dict[str, Any]]:
        span = timedelta(days=365 * YEARS) / self._count
        for n in range(self._count):
            yield self._one(n, NOW - span * (self._count - n))

    def _one(self, n: int, at: datetime) -> dict[str, Any]:
        draw = self._chance
        words = draw.choices(self._words, cum_weights=self._weights, k=draw.randint(12, 60))
        if draw.random() < 0.25:
            words[draw.randrange(len(words))] = COMMON
        if n % 20_000 == 7:
            words[3] = RARE
        body = f"{draw.choice(OPENINGS)} {' '.join(words)}.".strip()
        category = self._skewed(self._categories) if draw.random() < 0.9 else None
        states = LATELY if n >= self._count - min(20_000, self._count // 5) else STATES
        state, channel = _weighted(draw, states), _weighted(draw, CHANNELS)
        due = "auto_close" if state == "answered" else "resolve" if state in ("received", "verified", "assigned", "in_progress") else None
        return {
            "due_kind": due, "due_at": at + timedelta(days=24) if due else None,
            "id": n + 1, "tracking_number": tracking.compose("CMH", [(n >> shift) % 32 for shift in (0, 5, 10, 15, 20, 25, 30)]),
            "title": " ".join(words[:8]).capitalize(), "first_words": body, "body": body,
            "channel": channel, "account": f"{channel}_kota", "conversation": f"{channel}:kota:{n % max(1, self._count // 3)}",
            "state": state, "state_at": at, "registered_at": at, "submitted_at": at, "last_words_at": at,
            "category": category, "agency": self._profile.agency_for(category),
            "urgency": "emergency" if draw.random() < 0.004 else "high" if draw.random() < 0.03 else "normal",
            "confidential": draw.random() < 0.02, "anonymous": draw.random() < 0.05,
            "assigned_to": "rina" if n % 40_000 == 9 or (states is LATELY and n % 97 == 0) else None,
            "merged_into": n - 6 if n % 200 == 77 else None, "matter_id": matter_of(n), "matter_by": "system",
            "door_reference": str(1_000_000 + n) if n % 5 == 0 else None,
            "location": {"region_code": self._skewed(self._places), "text": "Jalan"} if draw.random() < 0.4 else {},
            "reporter": {"name": f"Warga {self._words[n % 5000]}", "phone": f"+6281{n:09d}"},
        }  # fmt: skip

    def _skewed(self, among: Sequence[str]) -> str:
        """The first ones far more often: a few places and topics bring most of the complaints."""
        return among[min(int(self._chance.paretovariate(0.9)) - 1, 10**6) % len(among)]


def fill(url: str, count: int, profile: Profile, progress: Callable[[int], None] = lambda made: None) -> float:
    """Makes the city; seconds that it took. `progress` hears how many complaints there are by now."""
    began = time.perf_counter()
    db = Database(url)
    upgrade(db.writer)
    city = City(profile, count, random.Random(1)).complaints()
    with db.writer.connect() as connection:
        write = _Copied(connection) if db.postgres else _Prepared(connection)
        while batch := list(itertools.islice(city, BATCH)):
            write("complaints", batch, _BLANK)
            write("timeline", [line for row in batch for line in (_registered(row), *_steps(row))], {})
            write("outbox", [_reply(row) for row in batch], {"attempts": 1, "unsure": False})
            write("supplements", [_supplement(row) for row in batch if row["id"] % 12 == 5], {"edit": False, "location": "{}"})
            write("evidence", [_photo(row) for row in batch if row["id"] % 4 == 1], {"media_type": "image/jpeg"})
            write("audit", [_look(row) for row in batch if row["id"] % 3 == 1], {"action": "reveal", "detail": "menelepon pelapor"})
            write.commit()
            progress(batch[-1]["id"])
        write.close()
        write.commit()
    db.writer.dispose()
    analyze(url)
    return time.perf_counter() - began


class _Prepared:
    """SQLite: one prepared statement a table; what is the same in every row stands in it. Indexes and words are made once, at the end."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection
        for pragma in ("synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY", "threads=1"):
            self._driver.execute(f"PRAGMA {pragma}")
        kept = f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN {TABLES} AND sql LIKE 'CREATE %'"
        self._later = [row for row in self._driver.execute(kept) if row[0] in ("index", "trigger")]
        for kind, name, _ in self._later:
            self._driver.execute(f"DROP {kind} {name}")

    def commit(self) -> None:
        if self._driver.in_transaction:
            self._driver.execute("COMMIT")

    def close(self) -> None:
        for _, _, made in self._later:
            self._driver.execute(made)
        self._driver.execute("INSERT INTO complaint_words(complaint_words) VALUES ('rebuild')")

    def __call__(self, table: str, rows: Sequence[dict[str, Any]], same: dict[str, Any]) -> None:
        if not rows:
            return
        columns, values = ", ".join((*rows[0], *same)), ", ".join((*("?" for _ in rows[0]), *map(_literal, same.values())))
        if not self._driver.in_transaction:
            self._driver.execute("BEGIN")
        self._driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", ([*map(_plain, row.values())] for row in rows))


class _Copied:
    """PostgreSQL: COPY into a table of the same shape, then over with what is the same in every row. Indexes are made at the end."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '1GB'", "max_parallel_maintenance_workers = 0"):
            self._driver.execute(f"SET {setting}")
        self._driver.execute("SET session_replication_role = replica")  # no triggers: no day was rolled up yet that they could mark
        kept = f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN {TABLES} AND indexdef NOT LIKE 'CREATE UNIQUE%'"
        self._later = self._driver.execute(kept).fetchall()
        for name, _ in self._later:
            self._driver.execute(f"DROP INDEX {name}")

    def commit(self) -> None:
        self._driver.commit()

    def close(self) -> None:
        for _, made in self._later:
            self._driver.execute(made)

    def __call__(self, table: str, rows: Sequence[dict[str, Any]], same: dict[str, Any]) -> None:
        if not rows:
            return
        names = ", ".join(rows[0])
        self._driver.execute(f"CREATE TEMP TABLE IF NOT EXISTS fresh_{table} AS SELECT {names} FROM {table} WITH NO DATA")
        self._driver.execute(f"TRUNCATE fresh_{table}")
        with self._driver.cursor().copy(f"COPY fresh_{table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_plain(value) if isinstance(value, dict) else value for value in row.values()])
        columns, values = ", ".join((names, *same)), ", ".join((names, *(_literal(value) for value in same.values())))
        self._driver.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM fresh_{table}")


def _plain(value: Any) -> Any:
    """As the drivers keep it: JSON as text, a moment as SQLAlchemy writes it on SQLite."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")[:26]
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def _literal(value: Any) -> str:
    if isinstance(value, bool | int):
        return str(value)
    return f"'{value}'"


def analyze(url: str) -> None:
    """What `serve` does from time to time, and PostgreSQL by itself: figures for the planner."""
    db = Database(url)
    with db.writer.connect() as connection:
        if db.postgres:
            for name in TABLES:
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            connection.exec_driver_sql("ANALYZE")
        tend(connection)
        connection.commit()
    db.writer.dispose()


def _registered(row: dict[str, Any]) -> dict[str, Any]:
    known = {"complaint_id": row["id"], "at": row["registered_at"], "kind": "registered", "actor": "citizen", "source": row["channel"]}
    return {**known, "state": "received"}


def _steps(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the desk wrote of it; one in fifty was taken up late."""
    late = 9 if row["id"] % 50 == 3 else 1
    steps = {"verified": 0.7 * late, "in_progress": 3.1 * late, row["state"]: 6.0 * late} if row["state"] in ("closed", "answered") else {}
    steps = steps or ({row["state"]: 0.5 * late} if row["state"] != "received" else {})
    for state, days in steps.items():
        at = min(row["registered_at"] + timedelta(days=days), NOW)
        yield {"complaint_id": row["id"], "at": at, "kind": "state", "actor": "rina", "source": "desk", "state": state}


def _reply(row: dict[str, Any]) -> dict[str, Any]:
    at = row["registered_at"]
    stuck = row["id"] % 50_000 == 11
    return {
        "key": f"told:{row['id']}", "kind": "reply", "lane": f"reply:{row['account']}", "order_key": row["conversation"],
        "conversation": row["conversation"], "complaint_id": row["id"], "payload": {"text": "Terima kasih, laporan Anda kami terima."},
        "state": "dead" if stuck else "done", "created_at": at, "due_at": at, "done_at": at,
    }  # fmt: skip


def matter_of(n: int) -> int | None:
    """Three of fifty complain of what others complain of too; now and then three hundred of one flood."""
    return n // 50_000 * 2 + 1 if n % 50_000 > 49_700 else n // 50 * 2 + 2 if n % 50 < 3 else None


def _supplement(row: dict[str, Any]) -> dict[str, Any]:
    return {"complaint_id": row["id"], "body": row["title"], "at": row["registered_at"] + timedelta(days=0.1)}


def _photo(row: dict[str, Any]) -> dict[str, Any]:
    return {"complaint_id": row["id"], "account": row["account"], "sha256": f"{row['id']:064x}", "size": 180_000}


def _look(row: dict[str, Any]) -> dict[str, Any]:
    return {"at": row["registered_at"] + timedelta(days=0.5), "operator": "rina", "complaint_id": row["id"]}


def _vocabulary(profile: Profile, chance: random.Random) -> list[str]:
    """The words of the city's categories first, then made-up ones of Indonesian syllables: a tail as long as a real one."""
    known = [word for category in profile.categories.values() for phrase in category.words for word in _WORD.findall(phrase)]
    first = _WORD.findall(
        "yang di dan tidak sudah ada ini itu dengan untuk mohon saya kami warga ke dari depan belum lagi rumah segera hari"
    )
    syllables = [a + b for a in (*"bcdghjklmnprstwy", "ng", "ny") for b in ("a", "i", "u", "e", "o", "an", "ang", "ir")]
    made = ("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in itertools.count())
    unique = dict.fromkeys(word for word in (*first, *known) if word not in (COMMON, RARE))
    for word in made:
        if len(unique) >= VOCABULARY:
            break
        unique.setdefault(word)
    return list(unique)


def _weighted(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


if __name__ == "__main__":
    print(f"{fill(sys.argv[1], int(sys.argv[2]), load.profile(Settings())):.0f} s")
