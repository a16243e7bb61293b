"""How SQLite finds what the desk asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fresh
from sqlalchemy import Engine, event
from sqlmodel import Session

from bench import questions
from bench.people import fill
from config import load
from config.settings import Settings
from store.database import engines

LARGE = "complaints|timeline|outbox|inbox|evidence|supplements|audit|deliveries"
WHOLE = re.compile(rf"SCAN (?:{LARGE})(?: USING INDEX (\w+))?$")
SMALL = "SELECT name FROM sqlite_master WHERE type = 'index' AND (sql LIKE '% WHERE %' OR name = 'ix_complaints_registered')"
"""Partial indexes: to read all of one is to read what the question is about. And one that is meant to be walked through: it holds all that
a list is narrowed by, so that no row is read on the way (docs/decisions/0014)."""


@contextmanager
def watched(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement with its values."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_no_question_of_the_desk_reads_a_whole_table(tmp_path: Path) -> None:
    """With statistics as `serve` keeps them, each question of `make bench-desk` goes through an index; one that has no condition stops
    at its limit. A query without its index is quick in every test and takes a second in a city that has a million complaints."""
    url, profile = fresh.sqlite(tmp_path), load.profile(Settings())
    fill(url, 2_000, profile)
    writer, readers = engines(url)
    with Session(readers) as session:
        small = {None: False} | dict.fromkeys(session.connection().exec_driver_sql(SMALL).scalars(), True)
        for name, ask in (questions.of_lists(session, profile) | questions.of_pages(session, profile)).items():
            with watched(readers) as seen:
                ask(session)
            for statement, values in [one for one in seen if "WHERE" in one[0]]:
                plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
                assert not [step for step in plan if (read := WHOLE.match(step)) and not small.get(read[1])], (name, plan)
    readers.dispose()
    writer.dispose()
