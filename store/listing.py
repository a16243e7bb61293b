"""The operators' list: a view with its facets and words, pages by key (never by offset: page 500 costs what page 1 costs).

What it counts stands in `store.counted`. Looks only. A line carries what the list shows and nothing of the reporter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select, tuple_
from sqlmodel import Session, col

from normalizer import privacy
from store import groups
from store.counted import FACETS, MOST, SAMPLE, bounded, counts, facets
from store.distinct import distinct
from store.tables import EvidenceRow, OutboxRow, Owed, SupplementRow
from store.views import Filters, Sieve, View, table

PAGE = 30

__all__ = ["FACETS", "MOST", "SAMPLE", "Filters", "Line", "Page", "View", "bounded", "channels", "counts", "facets", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One complaint in the list. `body` comes along for its first words only; whoever shows it masks it."""

    id: int
    tracking_number: str
    title: str
    body: str
    state: str
    state_at: datetime
    channel: str
    agency: str | None
    category: str | None
    urgency: str
    anonymous: bool
    confidential: bool
    registered_at: datetime
    door: str
    door_reference: str | None
    due_kind: str | None
    due_at: datetime | None
    version: int
    assigned_to: str | None = None
    supplements: int = 0
    evidence: int = 0
    troubled: bool = False
    """Something owed about it is dead or uncertain."""
    together: int = 0
    """Complaints about the same matter, itself among them; 0: none is known."""
    sensitive: Sequence[str] = ()
    """health, child: it holds data that the law protects more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`newer` and `older` are keys for the neighbouring pages; None where there is none."""

    lines: Sequence[Line]
    newer: int | None
    older: int | None


_SHOWN = (
    "id", "tracking_number", "title", "body", "state", "state_at", "channel", "agency", "category", "urgency",
    "anonymous", "confidential", "registered_at", "door", "door_reference", "assigned_to",
    "matter_id", "personal_data", "due_kind", "due_at", "version",
)  # fmt: skip


def page(session: Session, filters: Filters, prefix: str, *, before: int | None = None, after: int | None = None) -> Page:
    """In the view's order. `before`: the page that follows that id's complaint; `after`: the page ahead of it. `prefix` is the city's."""
    sieve = Sieve.of(session, filters, prefix)
    columns, newest_first = sieve.order
    query = sieve.over(select(columns[-1]).select_from(table))
    here = after if after is not None else before
    if here is not None:
        down = newest_first == (after is None)
        query = query.where(_beyond(columns, here, smaller=down))
    turned = newest_first if after is None else not newest_first
    ordered = query.order_by(*(column.desc() if turned else column.asc() for column in columns))
    keys = list(session.execute(ordered.limit(PAGE + 1)).scalars())
    rows = _rows(session, keys)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if after is not None:
        rows = rows[::-1]
    newer = more if after is not None else before is not None and bool(rows)
    older = bool(rows) if after is not None else more
    lines = _with_marks(session, [dict(zip(_SHOWN, row, strict=True)) for row in rows])
    return Page(lines=lines, newer=rows[0][0] if newer else None, older=rows[-1][0] if older else None)


def _rows(session: Session, keys: Sequence[int]) -> list[Row[Any]]:
    """Of these complaints, in this order. By themselves, so that whatever finds and sorts the keys carries no texts along."""
    found = {row[0]: row for row in session.execute(select(*(table.c[name] for name in _SHOWN)).where(table.c.id.in_(keys)))}
    return [found[key] for key in keys if key in found]


def channels(session: Session) -> Sequence[str]:
    """The channels that brought a complaint so far."""
    return distinct(session, table.c.channel)


def _beyond(columns: Sequence[ColumnElement[Any]], here: int, *, smaller: bool) -> ColumnElement[bool]:
    """Past the complaint `here` in the list's order."""
    if len(columns) == 1:
        return columns[0] < here if smaller else columns[0] > here
    known = [select(column).where(table.c.id == here).scalar_subquery() for column in columns[:-1]]
    left, right = tuple_(*columns), tuple_(*known, literal(here))
    return left < right if smaller else left > right


def _with_marks(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[Line]:
    ids = [row["id"] for row in rows]
    supplements = _tally(session, col(SupplementRow.complaint_id), ids)
    evidence = _tally(session, col(EvidenceRow.complaint_id), ids)
    trouble = _tally(session, col(OutboxRow.complaint_id), ids, col(OutboxRow.state).in_((Owed.DEAD, Owed.UNCERTAIN)))
    matters = [row.pop("matter_id") for row in rows]
    personal = [row.pop("personal_data") for row in rows]
    together = groups.sizes(session, [matter for matter in matters if matter is not None])
    return [
        Line(
            **{**row, "urgency": str(getattr(row["urgency"], "value", row["urgency"]))},
            together=together.get(matter, 0),
            sensitive=privacy.flags(spans),
            supplements=supplements.get(row["id"], 0),
            evidence=evidence.get(row["id"], 0),
            troubled=row["id"] in trouble,
        )
        for row, matter, spans in zip(rows, matters, personal, strict=True)
    ]


def _tally(session: Session, owner: Any, ids: Sequence[int], *narrow: ColumnElement[bool]) -> Mapping[int, int]:
    found = session.execute(select(owner, func.count()).where(owner.in_(ids), *narrow).group_by(owner)).all()
    return dict(found)
