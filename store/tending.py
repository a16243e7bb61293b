"""What an embedded database needs now and then and a server does by itself: statistics for its planner."""

from __future__ import annotations

from sqlalchemy import Connection

ROWS_LOOKED_AT = 400
"""A sample for each index is enough to choose by, and takes milliseconds; sqlite.org/lang_analyze.html recommends 100 to 1000."""


def tend(connection: Connection) -> None:
    """Milliseconds, however large the store. Nothing on PostgreSQL, which analyses by itself."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
        connection.exec_driver_sql("ANALYZE")
