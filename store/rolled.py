"""Days whose figures were counted once, and the marks that say which of them have to be counted again.

The marks are set by triggers (migration 0015): whoever changes a complaint or its timeline, in whatever way, marks its day in the same
transaction. They are only ever appended, so that two writers never wait for each other; `settle` folds them into the days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Column, Connection, Date, LargeBinary, delete, func, select, update
from sqlmodel import Field, Session, SQLModel

from store.columns import key_column, moment
from store.tables import ComplaintRow
from store.upsert import insert

AT_ONCE = 5_000


class RolledRow(SQLModel, table=True):
    """One day of the city, by when its complaints came in. It is to be counted again while `counted` lies behind `changed`."""

    __tablename__ = "rolled_days"
    day: date = Field(sa_column=Column(Date, primary_key=True))
    changed: int = 1
    counted: int = 0
    rules: str | None = None
    """By which limits and holidays it was judged (dispatcher.counting.rules_of): others make it count for nothing."""
    tally: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """JSON, read and written whole: how many complaints there are by each name."""


class TouchedRow(SQLModel, table=True):
    """A complaint that came in at that moment was changed."""

    __tablename__ = "touched"
    id: int | None = key_column()
    registered_at: datetime = moment()


rolled = RolledRow.__table__  # type: ignore[attr-defined]
touched = TouchedRow.__table__  # type: ignore[attr-defined]
complaints = ComplaintRow.__table__  # type: ignore[attr-defined]


def between(session: Session, since: date, until: date, rules: str) -> Mapping[date, bytes]:
    """The days from `since` to `until`, both included, that were counted by these rules."""
    wanted = select(rolled.c.day, rolled.c.tally).where(rolled.c.day >= since, rolled.c.day <= until, rolled.c.rules == rules)
    return {day: tally for day, tally in session.execute(wanted) if tally is not None}


def unsettled(session: Session) -> bool:
    return session.execute(select(touched.c.id).limit(1)).first() is not None


def first(session: Session) -> datetime | None:
    """When the first complaint came in."""
    return session.execute(select(func.min(complaints.c.registered_at))).scalar_one_or_none()


def settled(session: Session, rules: str) -> frozenset[date]:
    """Days that need no counting."""
    wanted = select(rolled.c.day).where(rolled.c.rules == rules, rolled.c.counted >= rolled.c.changed)
    return frozenset(session.execute(wanted).scalars())


def take_marks(connection: Connection) -> Sequence[datetime]:
    """At most AT_ONCE marks, which are gone with this transaction: when the complaints came in that were changed."""
    oldest = select(touched.c.id).order_by(touched.c.id).limit(AT_ONCE)
    return connection.execute(delete(touched).where(touched.c.id.in_(oldest)).returning(touched.c.registered_at)).scalars().all()


def changed(connection: Connection, days: Iterable[date]) -> None:
    """These have to be counted again, if they ever were."""
    connection.execute(update(rolled).where(rolled.c.day.in_(set(days))).values(changed=rolled.c.changed + 1))


def standing(connection: Connection, day: date) -> int:
    """What `changed` says of that day before it is counted; the day is there from now on."""
    connection.execute(insert(connection, rolled).values(day=day, changed=1, counted=0).on_conflict_do_nothing(index_elements=["day"]))
    return int(connection.execute(select(rolled.c.changed).where(rolled.c.day == day)).scalar_one())


def keep(connection: Connection, day: date, counted: int, rules: str, tally: bytes) -> None:
    """Nothing where somebody else counted a newer state meanwhile."""
    ours = update(rolled).where(rolled.c.day == day, (rolled.c.counted <= counted))
    connection.execute(ours.values(counted=counted, rules=rules, tally=tally))
