"""The inbox's saved views and what narrows them: conditions over complaints, and the order each view is read in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select, text, union_all
from sqlmodel import Session

from store import due, search
from store.search import Asked
from store.tables import IS_OPEN, ComplaintRow, OutboxRow

table = ComplaintRow.__table__  # type: ignore[attr-defined]
outbox = OutboxRow.__table__  # type: ignore[attr-defined]
SOON = timedelta(days=2)
_NAMES = ("state", "channel", "agency", "category", "urgency")
_OPEN, _DUE, _REGISTERED = "ix_complaints_open", "ix_complaints_due", "ix_complaints_registered"
"""The three that hold all that a list is narrowed by (migration "walked")."""
DISTRICT_CODE = 8
"""Characters of a Kemendagri code down to the kecamatan: 32.77.03."""


class View(StrEnum):
    """Saved views. Their words for people stand in desk/operator/labels.py."""

    OPEN = "open"
    NEW = "new"
    MINE = "mine"
    WAITING = "waiting"
    SOON = "soon"
    OVERDUE = "overdue"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list shows; None leaves a question open. `state` is a State's value; `place` a kecamatan's or kelurahan's code.

    `since` and `until` (excluded) are about registration. `operator`: whose list it is. `people`: may search names and phone numbers,
    and finds secret reports by their words.
    """

    view: str | None = None
    state: str | None = None
    channel: str | None = None
    agency: str | None = None
    category: str | None = None
    urgency: str | None = None
    place: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None
    operator: str = ""
    people: bool = True
    now: datetime | None = None

    @property
    def narrowed(self) -> bool:
        """By a facet or a period."""
        return self.chosen > 0 or self.since is not None or self.until is not None

    @property
    def chosen(self) -> int:
        """How many facets."""
        return sum(getattr(self, name) is not None for name in (*_NAMES, "place"))


@dataclass(frozen=True, slots=True)
class Sieve:
    """Filters, ready for one engine and one city."""

    filters: Filters
    dialect: str
    asked: Asked | None

    @classmethod
    def of(cls, session: Session, filters: Filters, prefix: str) -> Sieve:
        asked = search.weighed(session, search.read(filters.words, prefix), people=filters.people) if filters.words else None
        return cls(filters, session.get_bind().dialect.name, asked)

    def over(self, query: Select[Any]) -> Select[Any]:
        """The query, narrowed by everything that is asked."""
        asked = self.filters
        narrowed = query.where(*_facets(asked, self.dialect, walked=self.walked is not None))
        if self.walked is not None:
            narrowed = narrowed.with_hint(table, f"INDEXED BY {self.walked}", "sqlite")
        if self.walked == _OPEN and asked.view != View.OPEN and self.dialect == "sqlite":  # said twice, PostgreSQL takes it for rarer
            narrowed = narrowed.where(text(f"complaints.{IS_OPEN}"))
        if (of_view := _view(asked)) is not None:
            narrowed = narrowed.where(of_view)
        if self.asked is not None:
            narrowed = search.narrow(narrowed, self.asked, self.dialect, people=asked.people)
            if not asked.people and not self.asked.number:
                narrowed = narrowed.where(table.c.confidential.is_(False))
        return narrowed

    @property
    def order(self) -> tuple[tuple[ColumnElement[Any], ...], bool]:
        """(columns, newest first): what is due soonest first where due days are asked for, else the newest registration first."""
        key = search.key(self.asked, self.dialect)
        if self.filters.view in (View.SOON, View.OVERDUE):
            return (table.c.due_at, key), False
        if self.filters.since or self.filters.until or self.walked == _REGISTERED:
            return (table.c.registered_at, key), True
        return (key,), True

    @property
    def walked(self) -> str | None:
        """The index that SQLite is told to walk through: it holds all that a list is narrowed by, so that a million complaints are passed
        over in a tenth of a second and none of their rows is read. None: SQLite chooses. PostgreSQL weighs by itself."""
        asked = self.filters
        if self.asked is not None or asked.view in (View.MINE, View.UNDELIVERED):
            return None
        if asked.view in (View.SOON, View.OVERDUE):
            return _DUE if asked.now else None
        if asked.view:
            return _OPEN if asked.narrowed or asked.view == View.OPEN else None
        rare = asked.urgency is not None and asked.urgency != "normal"  # these few have an index of their own
        several = asked.chosen + (asked.since is not None or asked.until is not None) > 1
        return _REGISTERED if several and not rare else None


def place(dialect: str) -> ColumnElement[Any]:
    """The code of the place in a complaint's location, as it stands in the index."""
    return literal_column(
        "(complaints.location->>'region_code')" if dialect == "postgresql" else "json_extract(complaints.location, '$.region_code')"
    )


def district(dialect: str) -> ColumnElement[Any]:
    return literal_column(f"substr({place(dialect)}, 1, {DISTRICT_CODE})")


def _facets(asked: Filters, dialect: str, *, walked: bool) -> list[ColumnElement[bool]]:
    plus = "+" if asked.view and dialect == "sqlite" and not walked else ""
    """SQLite reads a view by the view's own small index when the facets offer it none; PostgreSQL weighs that by itself."""
    found = [literal_column(f"{plus}complaints.{name}") == value for name in _NAMES if (value := getattr(asked, name))]
    if asked.urgency and asked.urgency != "normal":
        found.append(text("complaints.urgency <> 'normal'"))
    if asked.place:
        found.append((district(dialect) if len(asked.place) <= DISTRICT_CODE else place(dialect)) == asked.place)
    if asked.since:
        found.append(table.c.registered_at >= asked.since)
    if asked.until:
        found.append(table.c.registered_at < asked.until)
    return found


def _view(asked: Filters) -> Any:
    match asked.view:
        case View.OPEN:
            return text(f"complaints.{IS_OPEN}")
        case View.NEW:
            return table.c.state == "received"
        case View.MINE:
            return (table.c.assigned_to == asked.operator) & text(f"complaints.{IS_OPEN}")
        case View.WAITING:
            return table.c.state == "waiting"
        case View.OVERDUE:
            return due.overdue(asked.now) if asked.now else None
        case View.SOON:
            return due.due_soon(asked.now, asked.now + SOON) if asked.now else None
        case View.UNDELIVERED:
            stuck = (select(outbox.c.complaint_id).where(text(f"outbox.state = '{state}'")) for state in ("dead", "uncertain"))
            return table.c.id.in_(union_all(*stuck))  # one partial index each: an OR would read the whole outbox
    return None
