"""How many complaints the list's tabs and facets hold. Nothing counts a million rows: a tab stops at `MOST`, and facets are counted over
the first `SAMPLE` complaints of the list; the page says so with a plus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import String, and_, case, cast, func, literal, select, text, union_all
from sqlmodel import Session

from store import due
from store.tables import IS_OPEN
from store.views import SOON, Filters, Sieve, View, district, table

MOST = 1000
"""A count goes no further: it reads as "999+"."""
SAMPLE = 2000
FACETS = ("state", "channel", "agency", "category", "urgency", "place")
OF_OPEN = (View.OPEN, View.NEW, View.MINE, View.WAITING, View.SOON, View.OVERDUE)
"""Views that hold open complaints only."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`found["channel"]["sms"]`: how many of the first SAMPLE complaints of the list, under every filter but the facet's own; under ""
    those of which it is not known. `total`: how many of them under all filters."""

    total: int
    found: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def bounded(count: int) -> str:
    """For people: "12", or "999+" where counting stopped."""
    return str(count) if count < MOST else f"{MOST - 1}+"


def counts(session: Session, filters: Filters, prefix: str, views: Iterable[str | None]) -> Mapping[str | None, int]:
    """How many complaints each view holds under the other filters, at most MOST; None stands for all of them.

    Where they are narrowed SQLite counts the views of open complaints in one walk, since each would look for its rows among all of them;
    PostgreSQL joins indexes by itself, and each view stops at its own MOST.
    """
    wanted, sqlite = list(views), session.get_bind().dialect.name == "sqlite"
    together = [view for view in wanted if view in OF_OPEN] if sqlite and filters.narrowed and not filters.words else []
    found: dict[str | None, int] = _of_open(session, filters, prefix, together) if len(together) > 1 else {}
    return {
        view: found[view] if view in found else _count(session, Sieve.of(session, replace(filters, view=view), prefix)) for view in wanted
    }


def facets(session: Session, filters: Filters, prefix: str, ids: Sequence[int] | None = None) -> Counted:
    """Counted by the database: two thousand rows are dear to hand over. `ids`: the whole list, where it is known and short."""
    chosen = [name for name in FACETS if getattr(filters, name)]
    others = [name for name in FACETS if name not in chosen]
    total, found = _sampled(session, filters, prefix, others, ids)
    for name in chosen:
        without: dict[str, Any] = {name: None}
        found |= _sampled(session, replace(filters, **without), prefix, [name], None)[1]
    return Counted(total, found)


def _count(session: Session, sieve: Sieve) -> int:
    query = sieve.over(select(literal(1)).select_from(table))
    if sieve.asked is not None and sieve.asked.rare:
        query = query.order_by(*sieve.order[0])
    some = query.limit(MOST).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())


def _of_open(session: Session, filters: Filters, prefix: str, views: Sequence[str | None]) -> dict[str | None, int]:
    sieve = Sieve.of(session, replace(filters, view=View.OPEN), prefix)
    sums = (func.sum(case((_one_of(view, filters), 1), else_=0)) for view in views)
    row = session.execute(sieve.over(select(*sums).select_from(table))).one()
    return {view: min(int(n or 0), MOST) for view, n in zip(views, row, strict=True)}


def _one_of(view: str | None, filters: Filters) -> Any:
    """Whether an open complaint belongs to that view."""
    match view:
        case View.NEW:
            return table.c.state == literal("received")
        case View.WAITING:
            return table.c.state == literal("waiting")
        case View.MINE:
            return table.c.assigned_to == literal(filters.operator)
        case View.SOON if filters.now:
            return due.due_soon(filters.now, filters.now + SOON)
        case View.OVERDUE if filters.now:
            return due.overdue(filters.now)
    return and_(text(f"complaints.{IS_OPEN}"))


def _sampled(
    session: Session, filters: Filters, prefix: str, names: Sequence[str], ids: Sequence[int] | None
) -> tuple[int, dict[str, dict[str, int]]]:
    """(how many the sample holds, how many of them by each value of each facet)."""
    shown = [
        district(session.get_bind().dialect.name).label(name) if name == "place" else cast(table.c[name], String).label(name)
        for name in names
    ]
    shown.append(literal("").label("all"))
    query = select(*shown).select_from(table)
    if ids is None:
        sieve = Sieve.of(session, filters, prefix)
        columns, newest_first = sieve.order
        query = sieve.over(query).order_by(*(column.desc() if newest_first else column.asc() for column in columns))
    else:
        query = query.where(table.c.id.in_(ids))
    sample = query.limit(SAMPLE).cte("sample")
    each = (select(literal(name), sample.c[name], func.count()).group_by(sample.c[name]) for name in (*names, "all"))
    found: dict[str, dict[str, int]] = {name: {} for name in (*names, "all")}
    for name, value, count in session.execute(union_all(*each)):
        found[name][value or ""] = count
    return sum(found.pop("all").values()), found
