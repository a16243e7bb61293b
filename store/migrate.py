"""The schema, step by step, with alembic. `serve` brings an embedded store up to date by itself; `run.py migrate` does it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

from store.database import engines

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """To the newest schema. Two nodes that start together take turns (a lock on PostgreSQL, the file's lock on SQLite)."""
    from alembic import command

    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_lock(7301000)")
            connection.commit()
        try:
            command.upgrade(_config(connection), "head")
            connection.commit()
        finally:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_unlock(7301000)")
                connection.commit()


def current(engine: Engine) -> bool:
    """Whether the store has the schema that this version of the hub needs. Does without alembic, which is large."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest()


def newest() -> str:
    """The revision of this version of the hub; the steps are numbered in their order."""
    return max(step.name for step in (HERE / "versions").glob("[0-9]*.py")).partition("_")[0]


def bring_up(url: str) -> None:
    """`upgrade` where it is needed, in a forked process: what alembic loads (15 MB) does not stay.

    Call it before anything starts a thread.
    """
    with _engine(url) as engine:
        if current(engine):
            return
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as beside:
        beside.submit(_upgrade, url).result()


def _upgrade(url: str) -> None:
    with _engine(url) as engine:
        upgrade(engine)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    writer, readers = engines(url)
    try:
        yield readers
    finally:
        writer.dispose()
        readers.dispose()


def knows(revision: str) -> bool:
    """Whether this version of the hub can read a store of that schema, or bring it up to date."""
    from alembic.script import ScriptDirectory

    return revision in {each.revision for each in ScriptDirectory(str(HERE)).walk_revisions()}


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
