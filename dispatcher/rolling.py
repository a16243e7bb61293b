"""The job that rolls days up: each day that is over is counted once, and again when one of its complaints changed.

It is a guest: it works on one day at a time and rests three times as long as that took, so that a hub that has years to catch up with
still answers its citizens.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial

import orjson
import structlog
from sqlalchemy import Connection
from sqlmodel import Session

from config.profile import Profile
from dispatcher import counting
from dispatcher.counting import DAY
from dispatcher.workers import Tools
from store import rolled

RESTS = 3
LONGEST_REST = 1.0
AT_ONCE = 400
"""Days in one round: the lease of the job is renewed between rounds."""
log = structlog.get_logger()
Rest = Callable[[float], Awaitable[None]]


async def roll(tools: Tools, profile: Profile, *, rest: Rest = asyncio.sleep) -> int:
    """How many days were counted. The newest first: those are looked at most."""
    await settle(tools, profile)
    rules, now = counting.rules_of(profile), tools.clock()
    days = await tools.db.read(partial(_waiting, profile=profile, rules=rules, now=now))
    for day in days[:AT_ONCE]:
        began = time.perf_counter()
        await _roll_one(tools, profile, rules, day, now)
        await rest(min(RESTS * (time.perf_counter() - began), LONGEST_REST))
    if days:
        log.info("picture.rolled", count=len(days[:AT_ONCE]))
    return len(days[:AT_ONCE])


async def settle(tools: Tools, profile: Profile) -> None:
    """Marks of changed complaints become marks of their days."""
    while await tools.db.read(rolled.unsettled):
        await tools.db.write(lambda connection: _fold(connection, profile))


def _fold(connection: Connection, profile: Profile) -> None:
    rolled.changed(connection, {at.astimezone(profile.tz).date() for at in rolled.take_marks(connection)})


def _waiting(session: Session, profile: Profile, rules: str, now: datetime) -> list[date]:
    first = rolled.first(session)
    if first is None:
        return []
    today, begin = now.astimezone(profile.tz).date(), first.astimezone(profile.tz).date()
    settled = rolled.settled(session, rules)
    return [day for n in range(1, (today - begin).days + 1) if (day := today - n * DAY) not in settled]


async def _roll_one(tools: Tools, profile: Profile, rules: str, day: date, now: datetime) -> None:
    """`standing` is asked before the day is counted, so that what changes meanwhile makes it wait again."""
    standing = await tools.db.write(lambda connection: rolled.standing(connection, day))
    tally = (await tools.db.read(lambda session: counting.count(session, profile, day, day, now)))[day]
    content = orjson.dumps(dict(tally))
    await tools.db.write(lambda connection: rolled.keep(connection, day, standing, rules, content))
