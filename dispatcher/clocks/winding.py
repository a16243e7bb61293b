"""Keeps `due_kind` and `due_at` of complaints true: in the transaction in which one changes, and for all when rules or holidays change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping

from config.profile import Profile
from dispatcher.clocks import working
from dispatcher.clocks.limits import Due, Step, Story, next_due
from dispatcher.clocks.working import WorkingDays
from dispatcher.workers import Tools
from normalizer.complaint import State
from store import cursors, due

AT_ONCE = 300
"""Complaints a transaction, when all of them are counted anew."""
CURSOR = "clocks"
log = structlog.get_logger()


def wind(connection: Connection, profile: Profile, *complaint_ids: int) -> None:
    """Call it whenever state, classification or postponement of a complaint changed."""
    _set(connection, profile, complaint_ids)


def first(profile: Profile, registered_at: datetime, classification: str) -> dict[str, Any]:
    """The two columns of a complaint that comes in: no look into the store, the line is busy there."""
    days = working.of_city(profile)
    came = days.day_of(registered_at)
    found = next_due(Story(steps=[Step(State.RECEIVED, came)], classification=classification), profile.rule_set(came), days)
    return {"due_kind": found.limit.value, "due_at": days.end_of(found.day)} if found else {}


def counted(profile: Profile, days: WorkingDays, complaint: RowMapping, moves: Sequence[tuple[str, datetime]]) -> Due | None:
    """What is due of a complaint by the rule set of the day it came in. `moves`: its states after the first, in order."""
    if complaint["merged_into"] is not None:
        return None
    came = days.day_of(complaint["registered_at"])
    steps = [Step(State.RECEIVED, came), *(Step(State(state), days.day_of(at)) for state, at in moves)]
    if steps[-1].state != complaint["state"]:  # an older hub, or an import, moved it without a line in the timeline
        steps.append(Step(State(complaint["state"]), days.day_of(complaint["state_at"])))
    story = Story(
        steps=steps,
        classification=str(complaint["classification"]),
        postponed_until=complaint["postponed_until"],
        closes_here=complaint["door"] == "desk" and complaint["last_words_at"] <= complaint["state_at"],
    )
    return next_due(story, profile.rule_set(came), days)


async def wind_all(tools: Tools, profile: Profile) -> None:
    """Every open complaint anew, once after each change of rules, holidays, office days, zone or of the list of holidays."""
    print_ = fingerprint(profile)
    if await tools.db.read(lambda session: cursors.load(session.connection(), CURSOR)) == {"rules": print_}:
        return
    ids, wound = await _next(tools, 0), 0
    while ids:
        await tools.db.write(partial(_set, profile=profile, ids=ids))
        ids, wound = await _next(tools, ids[-1]), wound + len(ids)
    await tools.db.write(lambda connection: cursors.save(connection, CURSOR, {"rules": print_}, tools.clock()))
    log.info("clocks.wound", count=wound)


async def _next(tools: Tools, last: int) -> Sequence[int]:
    return await tools.db.read(lambda session: due.open_after(session.connection(), last, AT_ONCE))


def fingerprint(profile: Profile) -> str:
    """Of all that limits depend on."""
    told = (*profile.rules, *profile.holidays, profile.hours.days, profile.zone, version("holidays"))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _set(connection: Connection, profile: Profile, ids: Sequence[int]) -> None:
    days = working.of_city(profile)
    moves = due.moves_of(connection, ids)
    limits: dict[int, tuple[str | None, datetime | None]] = {}
    for complaint in due.told(connection, ids):
        found = counted(profile, days, complaint, moves.get(complaint["id"], ()))
        limits[complaint["id"]] = (found.limit.value, days.end_of(found.day)) if found else (None, None)
    due.write(connection, limits)
