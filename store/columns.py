"""Kinds of columns that both engines share: an aware moment, JSON, a growing key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Integer, TypeDecorator, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

Json = JSON().with_variant(JSONB(), "postgresql")
Key = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware datetime. SQLite has no zone, so it is kept as UTC and comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without zone reached the store")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def key_column() -> Any:
    return Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))


def moment(*, null: bool = False, index: bool = False) -> Any:
    return Field(default=None if null else ..., sa_column=Column(Moment(), nullable=null, index=index))


def json_column(default: Any = None) -> Any:
    return Field(default=default, sa_column=Column(Json, nullable=True))


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, as both engines want it."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
