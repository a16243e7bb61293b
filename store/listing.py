"""The operators' list: filters, search, counts a state, and pages by key (never by offset, so page 500 costs what page 1 costs).

Looks only. A line carries what the list shows and nothing of the reporter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlmodel import Session, col, select

from normalizer import tracking
from store.states import CLOSED
from store.tables import ComplaintRow, EvidenceRow, OutboxRow, Owed, SupplementRow

PAGE = 30
MAX_WORDS = 8
OPEN = "open"
"""Stands for every state in which somebody still has something to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list shows; None leaves a question open. `state` is a State's value or `open`."""

    state: str | None = None
    channel: str | None = None
    agency: str | None = None
    category: str | None = None
    urgency: str | None = None
    words: str | None = None


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
    supplements: int = 0
    evidence: int = 0
    troubled: bool = False
    """Something owed about it is dead or uncertain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`newer` and `older` are keys for the neighbouring pages; None where there is none."""

    lines: Sequence[Line]
    newer: int | None
    older: int | None


_SHOWN = (
    "id", "tracking_number", "title", "body", "state", "state_at", "channel", "agency", "category", "urgency",
    "anonymous", "confidential", "registered_at", "door", "door_reference",
)  # fmt: skip


def page(session: Session, filters: Filters, prefix: str, *, before: int | None = None, after: int | None = None) -> Page:
    """Newest first. `before`: the page older than that id; `after`: the page newer than it. `prefix` is the city's."""
    key = col(ComplaintRow.id)
    query = _where(select(*(getattr(ComplaintRow, name) for name in _SHOWN)), filters, prefix)
    if after is not None:
        rows = list(session.execute(query.where(key > after).order_by(key.asc()).limit(PAGE + 1)))
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        newer, older = more, bool(rows)
    else:
        query = query.where(key < before) if before is not None else query
        rows = list(session.execute(query.order_by(key.desc()).limit(PAGE + 1)))
        more, rows = len(rows) > PAGE, rows[:PAGE]
        newer, older = before is not None and bool(rows), more
    lines = _with_marks(session, [dict(zip(_SHOWN, row, strict=True)) for row in rows])
    return Page(lines=lines, newer=rows[0][0] if newer else None, older=rows[-1][0] if older else None)


def counts(session: Session, filters: Filters, prefix: str) -> Mapping[str, int]:
    """How many complaints in each state, under every filter but the state itself."""
    others = Filters(
        channel=filters.channel, agency=filters.agency, category=filters.category, urgency=filters.urgency, words=filters.words
    )
    state = col(ComplaintRow.state)
    found = session.execute(_where(select(state, func.count()), others, prefix).group_by(state)).all()
    return dict(found)


def channels(session: Session) -> Sequence[str]:
    """The channels that brought a complaint so far."""
    return sorted(session.exec(select(ComplaintRow.channel).distinct()).all())


def _where(query: Any, filters: Filters, prefix: str) -> Select[Any]:
    asked: list[ColumnElement[bool]] = [
        col(getattr(ComplaintRow, name)) == value
        for name in ("channel", "agency", "category", "urgency")
        if (value := getattr(filters, name))
    ]
    if filters.state == OPEN:
        asked.append(col(ComplaintRow.state).not_in(CLOSED))
    elif filters.state:
        asked.append(col(ComplaintRow.state) == filters.state)
    if filters.words:
        asked.append(_search(filters.words, prefix))
    narrowed: Select[Any] = query.where(*asked)
    return narrowed


def _search(words: str, prefix: str) -> ColumnElement[bool]:
    """A tracking number finds its complaint alone; else every word must stand in title, body or the door's number."""
    number = tracking.stored(prefix, words)
    if number:
        return col(ComplaintRow.tracking_number) == number
    return and_(*(_one_word(word, prefix) for word in words.split()[:MAX_WORDS]))


def _one_word(word: str, prefix: str) -> ColumnElement[bool]:
    places = [
        col(ComplaintRow.title).icontains(word, autoescape=True),
        col(ComplaintRow.body).icontains(word, autoescape=True),
        col(ComplaintRow.door_reference) == word,
    ]
    bare = word.upper().removeprefix(prefix).replace("-", "")
    if len(bare) >= 4 and bare.isalnum() and bare.isascii():
        places.append(col(ComplaintRow.tracking_number).contains(bare))
    return or_(*places)


def _with_marks(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[Line]:
    ids = [row["id"] for row in rows]
    supplements = _tally(session, col(SupplementRow.complaint_id), ids)
    evidence = _tally(session, col(EvidenceRow.complaint_id), ids)
    trouble = _tally(session, col(OutboxRow.complaint_id), ids, col(OutboxRow.state).in_((Owed.DEAD, Owed.UNCERTAIN)))
    return [
        Line(
            **{**row, "urgency": str(getattr(row["urgency"], "value", row["urgency"]))},
            supplements=supplements.get(row["id"], 0),
            evidence=evidence.get(row["id"], 0),
            troubled=row["id"] in trouble,
        )
        for row in rows
    ]


def _tally(session: Session, owner: Any, ids: Sequence[int], *narrow: ColumnElement[bool]) -> Mapping[int, int]:
    found = session.execute(select(owner, func.count()).where(owner.in_(ids), *narrow).group_by(owner)).all()
    return dict(found)
