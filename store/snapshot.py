"""A consistent copy of the store while the hub runs, and back again: SQLite by its online backup, PostgreSQL by pg_dump in one snapshot.

Knows the two engines and nothing of archives. What goes wrong is a BackupRefused whose text names the step and what to do.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, select, text, union
from sqlalchemy.exc import DBAPIError

from store.cleanings import CleaningRow
from store.database import engines
from store.schema import METADATA
from store.tables import EvidenceRow, InboxRow

PAGES = 8192
"""Copied between two lines of progress: 32 MB."""
HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
inbox = InboxRow.__table__  # type: ignore[attr-defined]
NAMED = (EvidenceRow.__table__.c.sha256, inbox.c.raw_sha256, CleaningRow.__table__.c.cleaned)  # type: ignore[attr-defined]
Tell = Callable[[str], None]


class BackupRefused(Exception):
    """The copy cannot be made or put back like this. The text says which step, and what to do."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the store: its copy in `file`, and a look at exactly that moment."""

    kind: str
    """sqlite or postgresql; a copy of the one cannot become the other."""
    schema: str
    counts: dict[str, int]
    """Rows by table."""
    file: Path
    connection: Connection

    def blobs(self) -> Iterator[tuple[str, bool]]:
        """(sha256, whether it must be there) of every blob that the copy refers to. Some come twice; the memory it takes does not grow.

        Of what is no complaint yet, the words themselves name the files: whatever looks like a hash there is a guess.
        """
        tables = set(inspect(self.connection).get_table_names())
        known = [select(column).where(column.is_not(None)) for column in NAMED if column.table.name in tables]
        for (sha256,) in _stream(self.connection, union(*known)):
            yield sha256, True
        waiting = select(inbox.c.raw, inbox.c.inbound).where(inbox.c.complaint_id.is_(None))
        for row in _stream(self.connection, waiting):
            for sha256 in {found for part in row if part for found in HASH.findall(part)}:
                yield sha256.decode(), False


@contextlib.contextmanager
def taken(url: str, folder: Path, tell: Tell) -> Iterator[Snapshot]:
    """Copies the store at `url` into `folder`. Nobody has to wait for it, and the hub's writes go on."""
    with _postgres(url, folder, tell) if url.startswith("postgresql") else _sqlite(url, folder, tell) as snapshot:
        yield snapshot


@contextlib.contextmanager
def _sqlite(url: str, folder: Path, tell: Tell) -> Iterator[Snapshot]:
    path, target = path_of(url), folder / "store"
    if not path.is_file():
        raise BackupRefused(f"store.url: {path} tidak ada. Periksa --config; cadangan dibuat di mesin tempat hub menyimpan datanya.")

    def progress(_: int, remaining: int, total: int) -> None:
        tell(f"basis data: {100 * (total - remaining) // max(total, 1)}%")

    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=10, isolation_level=None)) as source:
            source.execute("BEGIN")  # one moment for the whole copy: what is written meanwhile neither shows nor makes it begin again
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            with contextlib.closing(sqlite3.connect(target)) as copy:
                source.backup(copy, pages=PAGES, progress=progress)
                copy.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
    except sqlite3.Error as error:
        raise BackupRefused(f"Menyalin {path}: {error}. Periksa ruang disk dan izin berkasnya, lalu ulangi.") from None
    engine = create_engine(f"sqlite:///{target}")
    with engine.connect() as connection:
        yield _seen("sqlite", target, connection)
    engine.dispose()


@contextlib.contextmanager
def _postgres(url: str, folder: Path, tell: Tell) -> Iterator[Snapshot]:
    """The transaction that exports the snapshot stays open, so that counts and blobs are of the same moment as the dump."""
    writer, readers = engines(url)
    writer.dispose()
    target = folder / "store"
    try:
        with readers.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            tell("basis data: pg_dump bekerja …")
            options = ("--format=custom", "--no-owner", "--no-privileges", "--exclude-schema=before_*", f"--snapshot={name}")
            _run("pg_dump", *options, f"--file={target}", url=url)
            yield _seen("postgresql", target, connection)
    except DBAPIError as error:
        raise BackupRefused(f"store.url: basis data tidak terbaca ({type(error.orig).__name__}). Jalankan `run.py check`.") from None
    finally:
        readers.dispose()


def _seen(kind: str, file: Path, connection: Connection) -> Snapshot:
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", "inbox", "complaints"} <= tables:
        raise BackupRefused("store.url: ini bukan basis data Satu Pintu, atau hub belum pernah berjalan di atasnya. Periksa --config.")
    schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    ours = [table for name, table in sorted(METADATA.tables.items()) if name in tables]
    counts = {table.name: connection.execute(text(f'SELECT count(*) FROM "{table.name}"')).scalar_one() for table in ours}  # noqa: S608
    return Snapshot(kind, schema, counts, file, connection)


def _stream(connection: Connection, query: Any) -> Iterator[Any]:
    yield from connection.execution_options(stream_results=True, yield_per=500).execute(query)


def path_of(url: str) -> Path:
    """The file of a SQLite store."""
    return Path(url.removeprefix("sqlite:///"))


def occupied(url: str) -> int:
    """How many messages, complaints and operators the store already has."""
    if not url.startswith("postgresql") and not path_of(url).exists():
        return 0
    with _reading(url) as connection:
        tables = {"inbox", "complaints", "operators"} & set(inspect(connection).get_table_names())
        return sum(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in sorted(tables))  # noqa: S608


def others(url: str) -> int:
    """Sessions of others on a PostgreSQL store: a hub that runs always has some. On SQLite `ownership.alone` knows better."""
    if not url.startswith("postgresql"):
        return 0
    mine = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    with _reading(url) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM pg_stat_activity WHERE {mine}")).scalar_one())  # noqa: S608


def put_back(url: str, file: Path, aside: str) -> str | None:
    """Puts a copy where the store belongs; what was there is kept under the name `aside`, and told where."""
    return _postgres_back(url, file, aside) if url.startswith("postgresql") else _sqlite_back(path_of(url), file, aside)


def _sqlite_back(path: Path, file: Path, aside: str) -> str | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.with_name(f"{path.name}.{aside}")
    was = path.exists()
    for ending in ("-wal", "-shm", ""):
        if (part := Path(f"{path}{ending}")).exists():
            os.replace(part, f"{old}{ending}")
    os.replace(file, path)
    return str(old) if was else None


def _postgres_back(url: str, file: Path, aside: str) -> str | None:
    writer, readers = engines(url)
    readers.dispose()
    try:
        with writer.begin() as connection:
            was = bool(inspect(connection).get_table_names())
            if was:
                connection.execute(text(f"ALTER SCHEMA public RENAME TO {aside}"))
                connection.execute(text("CREATE SCHEMA public"))
    except DBAPIError as error:
        raise BackupRefused(f"Menyisihkan isi lama: {type(error.orig).__name__}. Pakai akun pemilik basis data di store.url.") from None
    finally:
        writer.dispose()
    _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname=", str(file), url=url)
    return f"skema {aside}" if was else None


@contextlib.contextmanager
def _reading(url: str) -> Iterator[Connection]:
    writer, readers = engines(url)
    writer.dispose()
    try:
        with readers.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise BackupRefused(f"store.url: basis data tidak terbaca ({type(error.orig).__name__}). Jalankan `run.py check`.") from None
    finally:
        readers.dispose()


def _run(program: str, *arguments: str, url: str) -> None:
    """A program of PostgreSQL; address and password go by its environment, where `ps` does not show them."""
    from psycopg.pq import Conninfo

    if shutil.which(program) is None:
        raise BackupRefused(f"{program} tidak ditemukan. Pasang alat PostgreSQL (apt install postgresql-client), lalu ulangi.")
    said = {each.envvar.decode(): each.val.decode() for each in Conninfo.parse(url.encode()) if each.envvar and each.val}
    done = subprocess.run(  # noqa: S603 - a fixed program with arguments of ours
        [program, *arguments],
        env=os.environ | said,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        first = next(iter(done.stderr.decode(errors="replace").splitlines()), f"kode {done.returncode}")
        raise BackupRefused(f"{first[:300]}. Versi {program} harus sama dengan atau lebih baru daripada servernya.")
