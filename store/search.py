"""Full-text search over complaints, one function for both engines: FTS5 on SQLite, a tsvector on PostgreSQL.

The index is kept by the database itself (triggers, a generated column; migration "search"), so that whoever writes a complaint need not
know of it. Words are taken as they are: no stemmer, every word may be a beginning ("lampu" finds "lampunya").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, column, func, literal, literal_column, select, table, text
from sqlmodel import Session

from normalizer import tracking
from store.tables import ComplaintRow

MAX_WORDS = 8
SHORTEST_BEGINNING = 3
"""Shorter words must stand as they are: a beginning of two letters is half the dictionary."""
_TOKEN = re.compile(r"[^\W_\u19b0-\u19c9\u1cf2\u1cf3]+")
"""Letters and digits; without the few signs that SQLite takes for a gap between two words, which it could not look for as one."""
LATELY, FEW = 3_000, 10
"""Words that stand in fewer of the newest complaints are rare."""
_PHONE = re.compile(r"\+?\d[\d ().-]{7,}\d")
_PHONE_DIGITS = 9

complaints = ComplaintRow.__table__  # type: ignore[attr-defined]
fts = table("complaint_words", column("rowid"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed, cut into words. `number`: it is one complaint's tracking number, in stored form."""

    tokens: tuple[str, ...]
    number: str | None = None
    rare: bool = False
    """PostgreSQL is to go through the index of words. It cannot guess how often a beginning occurs, and where it guesses too much it reads
    all complaints from the newest on, in vain."""


def read(words: str, prefix: str) -> Asked:
    """`prefix` is the city's, of its tracking numbers."""
    joined = _PHONE.sub(_digits, words)
    return Asked(tuple(_TOKEN.findall(joined.lower())[:MAX_WORDS]), tracking.stored(prefix, words))


def narrow(query: Select[Any], asked: Asked, dialect: str, *, people: bool) -> Select[Any]:
    """The query over complaints, only those that have every word in title, text or number; with `people` also in name, phone, address.

    Nothing but signs ("!!!") finds nothing. Order by `order(dialect)` where newest first is wanted.
    """
    if asked.number:
        return query.where(complaints.c.tracking_number == asked.number)
    if not asked.tokens:
        return query.where(text("1 = 0"))
    if dialect == "postgresql":
        return query.where(literal_column("complaints.words").op("@@")(_tsquery(asked.tokens, people=people)))
    joined = query.join(fts, fts.c.rowid == complaints.c.id)
    return joined.where(literal_column("complaint_words").op("MATCH")(_match(asked.tokens, people=people)))


def weighed(session: Session, asked: Asked, *, people: bool) -> Asked:
    """With `rare` as a look at the newest complaints says."""
    if asked.number or not asked.tokens or session.get_bind().dialect.name != "postgresql":
        return asked
    newest = select(func.max(complaints.c.id) - LATELY).scalar_subquery()
    query = narrow(select(literal(1)).select_from(complaints), asked, "postgresql", people=people)
    return replace(asked, rare=len(session.execute(query.where(complaints.c.id > newest).limit(FEW)).all()) < FEW)


def key(asked: Asked | None, dialect: str) -> Any:
    """The id by which a list is ordered: the index's own on SQLite, which hands out its finds in that order."""
    if asked is not None and asked.rare:
        return complaints.c.id + 0  # what no index has in order is sorted once it was found
    if asked is None or asked.number or not asked.tokens or dialect == "postgresql":
        return complaints.c.id
    return fts.c.rowid


def _match(tokens: tuple[str, ...], *, people: bool) -> str:
    """`{title body number} : ("lampu" * AND "di")`. Tokens hold letters and digits only, so nothing of FTS5's grammar comes through."""
    wanted = " AND ".join(f'"{token}"{" *" if len(token) >= SHORTEST_BEGINNING else ""}' for token in tokens)
    return wanted if people else f"{{title body number}} : ({wanted})"


def _tsquery(tokens: tuple[str, ...], *, people: bool) -> Any:
    where = "" if people else "ABC"
    wanted = " & ".join(f"{token}:{'*' if len(token) >= SHORTEST_BEGINNING else ''}{where}".removesuffix(":") for token in tokens)
    return text("to_tsquery('simple', :wanted)").bindparams(wanted=wanted)


def _digits(found: re.Match[str]) -> str:
    """A phone number as it is kept: 0812-3456-7890 -> 6281234567890."""
    digits = re.sub(r"\D", "", found[0])
    if len(digits) < _PHONE_DIGITS:
        return found[0]
    return f"62{digits[1:]}" if digits.startswith("0") else digits
