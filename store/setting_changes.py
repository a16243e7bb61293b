"""What the office changed in its settings at the desk: nothing is ever rewritten, the newest change of a key counts.

`value` None: back to what the profile's file says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, String, func, insert, select
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel import select as rows

from store import audit
from store.columns import json_column, key_column, moment

LISTED = 50


class SettingChangeRow(SQLModel, table=True):
    __tablename__ = "setting_changes"
    __table_args__ = (Index("ix_setting_changes_key", "area", "key", "id"),)
    id: int | None = key_column()
    at: datetime = moment()
    operator: str
    area: str = Field(sa_column=Column(String, nullable=False))
    key: str = Field(sa_column=Column(String, nullable=False))
    value: Any = json_column()


table = SettingChangeRow.__table__  # type: ignore[attr-defined]


class Superseded(Exception):
    """Somebody else changed the same key since the page was drawn."""


def newest(connection: Connection) -> tuple[dict[tuple[str, str], Any], int]:
    """The newest value of every key that was changed and not put back, and the id of the newest change of all."""
    last = select(func.max(table.c.id)).group_by(table.c.area, table.c.key)
    found = connection.execute(select(table).where(table.c.id.in_(last)).order_by(table.c.id)).all()
    return {(row.area, row.key): row.value for row in found if row.value is not None}, max((row.id for row in found), default=0)


def newest_id(connection: Connection) -> int:
    return connection.execute(select(func.max(table.c.id))).scalar() or 0


def last_of(connection: Connection, area: str, key: str) -> SettingChangeRow | None:
    """The newest change of one key."""
    row = (
        connection.execute(select(table).where(table.c.area == area, table.c.key == key).order_by(table.c.id.desc()).limit(1))
        .mappings()
        .first()
    )
    return SettingChangeRow(**row) if row else None


def before(session: Session, change: SettingChangeRow) -> Any:
    """What the key held before this change; None: what the file says."""
    older = rows(SettingChangeRow).where(SettingChangeRow.area == change.area, SettingChangeRow.key == change.key)
    found = session.exec(older.where(col(SettingChangeRow.id) < change.id).order_by(col(SettingChangeRow.id).desc()).limit(1)).first()
    return found.value if found else None


def one(session: Session, row: int) -> SettingChangeRow | None:
    return session.get(SettingChangeRow, row)


def listed(session: Session) -> Sequence[SettingChangeRow]:
    """The newest first."""
    return session.exec(rows(SettingChangeRow).order_by(col(SettingChangeRow.id).desc()).limit(LISTED)).all()


def add(connection: Connection, *, at: datetime, operator: str, area: str, key: str, value: Any, seen: int, was: Any) -> None:
    """A change and its line in the trail. `seen`: the newest change of all that the operator may have seen.

    Raises Superseded. `was` is what held until now, for the trail.
    """
    found = last_of(connection, area, key)
    if found and (found.id or 0) > seen:
        raise Superseded
    connection.execute(insert(table).values(at=at, operator=operator, area=area, key=key, value=value))
    detail = f"{area} {key}: {_told(was)} → {_told(value)}"
    audit.record(connection, at=at, operator=operator, action="setting", detail=detail)


def _told(value: Any) -> str:
    return "bawaan" if value is None else json.dumps(value, ensure_ascii=False)
