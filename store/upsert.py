"""INSERT … ON CONFLICT, which both engines have and SQLAlchemy's plain insert has not."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """The engine's own insert; both offer on_conflict_do_nothing and on_conflict_do_update with the same arguments."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)  # type: ignore[return-value]
