"""The worklist of complaints that are keyed into SP4N-LAPOR! by hand, and what was learnt from imports of its export.

A complaint waits there from its hand-over (`door_reference` is still "token:…") until its Tracking ID is known. A row here exists only once
somebody did something about it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, UniqueConstraint, and_, func, select, update
from sqlmodel import Field, SQLModel

from normalizer.complaint import State
from store.columns import Key, json_column, key_column, moment
from store.tables import ComplaintRow, TimelineRow
from store.upsert import insert

UNSENT = (State.WITHDRAWN, State.ARCHIVED, State.OUT_OF_SCOPE)
ADDITIONS = ("supplement", "anonymous", "confidential", "withdrawal", "reopened")
"""What a citizen does after hand-over that has to be added in LAPOR! by hand."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class KeyingRow(SQLModel, table=True):
    """What a person did about one complaint of the worklist."""

    __tablename__ = "keyings"
    __table_args__ = (UniqueConstraint("door", "reference"),)
    complaint_id: int = Field(sa_type=Key, primary_key=True, sa_column_kwargs={"autoincrement": False})
    door: str
    reference: str | None = None
    """LAPOR!'s Tracking ID: seven digits, one complaint each."""
    keyed_at: datetime | None = moment(null=True)
    keyed_by: str | None = None
    skipped_at: datetime | None = moment(null=True)
    """Put off: it comes after all others."""
    seen: int = 0
    """Id of the newest line of the timeline that stands in LAPOR! too; later ones of a citizen are to be added there."""


class ImportRow(SQLModel, table=True):
    """One import of LAPOR!'s export."""

    __tablename__ = "imports"
    id: int | None = key_column()
    at: datetime = moment()
    operator: str
    filename: str
    sha256: str
    rows: int
    told: bool
    undone_at: datetime | None = moment(null=True)
    undone_by: str | None = None


class ImportChangeRow(SQLModel, table=True):
    """What one import changed of one complaint: column -> value, before and after."""

    __tablename__ = "import_changes"
    id: int | None = key_column()
    import_id: int = Field(sa_type=Key, index=True)
    complaint_id: int = Field(sa_type=Key)
    before: dict[str, Any] = json_column({})
    after: dict[str, Any] = json_column({})


complaints = ComplaintRow.__table__  # type: ignore[attr-defined]
timeline = TimelineRow.__table__  # type: ignore[attr-defined]
keyings = KeyingRow.__table__  # type: ignore[attr-defined]
imports = ImportRow.__table__  # type: ignore[attr-defined]
changes = ImportChangeRow.__table__  # type: ignore[attr-defined]


def waits(doors: Collection[str]) -> ColumnElement[bool]:
    """Handed to the worklist, its Tracking ID not known yet."""
    return and_(
        complaints.c.door.in_(doors),
        complaints.c.door_reference.startswith("token:"),
        complaints.c.merged_into.is_(None),
        complaints.c.state.not_in(UNSENT),
    )


def _added(doors: Collection[str]) -> Select[Any]:
    """(complaint, how many) of what citizens added to complaints that stand in LAPOR! already."""
    return (
        select(timeline.c.complaint_id, func.count().label("count"), func.max(timeline.c.id).label("newest"))
        .join(keyings, keyings.c.complaint_id == timeline.c.complaint_id)
        .where(keyings.c.door.in_(doors), keyings.c.reference.is_not(None), timeline.c.id > keyings.c.seen)
        .where(timeline.c.kind.in_(ADDITIONS), timeline.c.actor == "citizen")
        .group_by(timeline.c.complaint_id)
        .order_by(timeline.c.complaint_id)
    )


def queue(connection: Connection, doors: Collection[str], limit: int = 500) -> Sequence[str]:
    """Tracking numbers, the oldest first, what was put off last; what has to be added in LAPOR! comes before all."""
    added = _added(doors).subquery()
    first = connection.execute(
        select(complaints.c.tracking_number).join(added, added.c.complaint_id == complaints.c.id).order_by(complaints.c.id).limit(limit)
    )
    wanted = (
        select(complaints.c.tracking_number)
        .join(keyings, keyings.c.complaint_id == complaints.c.id, isouter=True)
        .where(waits(doors))
        .order_by(func.coalesce(keyings.c.skipped_at, _LONG_AGO), complaints.c.id)
        .limit(limit)
    )
    return [*first.scalars(), *connection.execute(wanted).scalars()]


def left(connection: Connection, doors: Collection[str]) -> tuple[int, int]:
    """(to be keyed in, to be added to)."""
    waiting = connection.execute(select(func.count()).select_from(complaints).where(waits(doors))).scalar_one()
    return waiting, connection.execute(select(func.count()).select_from(_added(doors).subquery())).scalar_one()


def of(connection: Connection, complaint_id: int) -> KeyingRow | None:
    row = connection.execute(select(keyings).where(keyings.c.complaint_id == complaint_id)).mappings().one_or_none()
    return KeyingRow(**row) if row else None


def owner(connection: Connection, doors: Collection[str], reference: str) -> int | None:
    """The complaint that has this Tracking ID, on any of these doors."""
    return owners(connection, doors, [reference]).get(reference)


def owners(connection: Connection, doors: Collection[str], references: Collection[str]) -> dict[str, int]:
    """Tracking ID -> the complaint that has it, of those that have one."""
    known = select(complaints.c.door_reference, complaints.c.id).where(complaints.c.door.in_(doors))
    return {row[0]: row[1] for row in connection.execute(known.where(complaints.c.door_reference.in_(references)))}


def keep(connection: Connection, complaint_id: int, **values: Any) -> None:
    """Insert or change the row of a complaint."""
    keep_all(connection, {complaint_id: values})


def keep_all(connection: Connection, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """The same columns of each complaint."""
    if not rows:
        return
    into = insert(connection, keyings)
    changed = {name: into.excluded[name] for name in next(iter(rows.values()))}
    once = into.on_conflict_do_update(index_elements=["complaint_id"], set_=changed)
    connection.execute(once, [{"complaint_id": key, "seen": 0, **values} for key, values in rows.items()])


def begin_import(connection: Connection, **values: Any) -> int:
    return int(connection.execute(insert(connection, imports).values(**values).returning(imports.c.id)).scalar_one())


def add_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(connection, changes), list(rows))


def import_of(connection: Connection, import_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(imports).where(imports.c.id == import_id)).mappings().one_or_none()
    return dict(row) if row else None


def latest_imports(connection: Connection, limit: int = 10) -> Sequence[dict[str, Any]]:
    """Newest first, each with how many complaints it changed."""
    count = select(func.count()).where(changes.c.import_id == imports.c.id).scalar_subquery().label("changed")
    return [dict(row) for row in connection.execute(select(imports, count).order_by(imports.c.id.desc()).limit(limit)).mappings()]


def changes_of(connection: Connection, import_id: int) -> Sequence[dict[str, Any]]:
    """The last one first: so they are taken back."""
    wanted = select(changes).where(changes.c.import_id == import_id).order_by(changes.c.id.desc())
    return [dict(row) for row in connection.execute(wanted).mappings()]


def mark_undone(connection: Connection, import_id: int, at: datetime, by: str) -> bool:
    """False: somebody was quicker."""
    done = update(imports).where(imports.c.id == import_id, imports.c.undone_at.is_(None)).values(undone_at=at, undone_by=by)
    return connection.execute(done).rowcount == 1
