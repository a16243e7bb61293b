"""Who has which complaint open at this moment. A line lives as long as its page tells that it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlmodel import Field, Session, SQLModel

from store.columns import Key, moment
from store.people import OperatorRow
from store.upsert import insert


class PresenceRow(SQLModel, table=True):
    """One open page."""

    __tablename__ = "presences"
    line: str = Field(primary_key=True)
    complaint_id: int = Field(sa_type=Key, index=True)
    operator: str
    until: datetime = moment()


table = PresenceRow.__table__  # type: ignore[attr-defined]
people = OperatorRow.__table__  # type: ignore[attr-defined]


def stay(connection: Connection, line: str, complaint_id: int, operator: str, now: datetime, until: datetime) -> None:
    """It is open, and stays so until then; whoever said nothing for long is gone."""
    connection.execute(delete(table).where(table.c.until < now))
    row = insert(connection, table).values(line=line, complaint_id=complaint_id, operator=operator, until=until)
    connection.execute(row.on_conflict_do_update(index_elements=["line"], set_={"until": until}))


def leave(connection: Connection, line: str) -> None:
    connection.execute(delete(table).where(table.c.line == line))


def others(session: Session, complaint_id: int, operator: str, now: datetime) -> Sequence[str]:
    """Names of the others, each once, in the order of the alphabet."""
    wanted = select(people.c.full_name).join(table, table.c.operator == people.c.name).distinct().order_by(people.c.full_name)
    here = wanted.where(table.c.complaint_id == complaint_id, table.c.operator != operator, table.c.until >= now)
    return list(session.connection().execute(here).scalars())
