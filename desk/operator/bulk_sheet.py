"""What the list shows of acts over many complaints: the ticks, the bar with the acts, and what the last act did, with its undo."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from desk.context import desk_of
from desk.operator.access import may, operator_of
from dispatcher.bulk import KEPT
from normalizer import tracking
from store import bulk, operators
from store.operators import Role

ALL = "semua"
_TICK = re.compile(r"[0-9]{1,18}\.[0-9]{1,9}")
RESULT = "massal"
LISTED = 10
"""Numbers that are named under one reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`refused` and `kept`: for each reason how many, and the first numbers; of what was not done, and of what was not undone."""

    id: int
    act: str
    done: int
    refused: Sequence[tuple[str, int, Sequence[str]]]
    asked: bool
    """Somebody pressed undo."""
    undone: int
    kept: Sequence[tuple[str, int, Sequence[str]]]
    seconds: int
    """As long nothing leaves the hub; 0 where nothing was to leave."""
    undoable: bool


async def around(request: web.Request) -> Mapping[str, Any]:
    """For the template of the list."""
    if not may(request, Role.OPERATOR):
        return {"address": address(request), "result": None, "ticked": frozenset(), "all_ticked": False}
    people = [] if "HX-Request" in request.headers else await desk_of(request).db.read(operators.listed)
    return {
        "address": address(request),
        "result": await _result(request),
        "ticked": frozenset(int(each.partition(".")[0]) for each in await ticks(request)),
        "all_ticked": request.query.get("pilih") == ALL,
        "colleagues": [other.name for other in people if not other.disabled],
        "bulk_key": secrets.token_urlsafe(16),
    }


async def ticks(request: web.Request) -> Sequence[str]:
    """`id.version` of the ticked complaints; whatever else was sent is left out."""
    if request.method != "POST":
        return []
    return [str(each) for each in (await request.post()).getall("tick", []) if _TICK.fullmatch(str(each))]


def address(request: web.Request, **more: object) -> str:
    """The list as it is asked for here, without what belongs to one act."""
    kept = [(name, value) for name, value in request.query.items() if name not in (RESULT, "pilih")]
    asked = urlencode([*kept, *more.items()])
    return f"/desk/?{asked}" if asked else "/desk/"


async def _result(request: web.Request) -> Result | None:
    asked, desk = request.query.get(RESULT, ""), desk_of(request)
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    name = operator_of(request).name
    found = await desk.db.read(lambda session: bulk.find(session, int(asked), name))
    if found is None:
        return None
    row, steps = found
    left = (row.undo_until - desk.clock()).total_seconds()
    outside, done = any(step.held for step, _ in steps), [step for step, _ in steps if step.why is None]
    return Result(
        id=row.id or 0,
        act=row.act,
        done=len(done),
        refused=_by_reason((step.why, number) for step, number in steps),
        asked=row.undone_at is not None,
        undone=sum(step.undone for step in done),
        kept=_by_reason((step.why_not, number) for step, number in steps),
        seconds=max(0, int(left)) if outside else 0,
        undoable=bool(done) and row.undone_at is None and (left > 0 if outside else desk.clock() - row.at < KEPT),
    )


def _by_reason(told: Iterable[tuple[str | None, str]]) -> Sequence[tuple[str, int, Sequence[str]]]:
    reasons: dict[str, list[str]] = {}
    for why, number in told:
        if why is not None:
            reasons.setdefault(why, []).append(tracking.printed(number))
    return [(why, len(numbers), numbers[:LISTED]) for why, numbers in reasons.items()]
