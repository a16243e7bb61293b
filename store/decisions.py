"""What operators decided about categories: the ones they changed, and the ones that they let stand when they went on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from store.complaints import table, timeline

_MOST = 20_000


def decided(session: Session) -> Sequence[dict[str, Any]]:
    """first_words, category, suggestions of complaints whose category a person has seen: edited by hand, or past `received`.

    The newest first, at most 20,000. What is out of scope, archived or withdrawn says nothing about its category.
    """
    by_hand = select(timeline.c.complaint_id).where(timeline.c.kind == "edited", timeline.c.note.contains("category"))
    gone_on = table.c.state.in_(["verified", "assigned", "in_progress", "answered", "closed"])
    wanted = (
        select(table.c.first_words, table.c.category, table.c.suggestions)
        .where(table.c.category.is_not(None), table.c.first_words != "", gone_on | table.c.id.in_(by_hand))
        .order_by(table.c.id.desc())
        .limit(_MOST)
    )
    return [dict(row) for row in session.execute(wanted).mappings()]
