"""What happens by the clock. APScheduler keeps the time; each job's body runs under a lease, so that two nodes never do it twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from config.profile import Profile
from dispatcher import news
from dispatcher.clocks.timetable import Job
from dispatcher.doors.contract import Door, Listens, Receives
from dispatcher.grouping import FADES
from dispatcher.replies import Replies
from dispatcher.workers import Tools
from store import deliveries, events, forgetting, matters, sessions, tending
from store.blobs import Blobs

DOOR_SECONDS = 60
SWEEP_SECONDS = 3600
MONTH = timedelta(days=30.44)
EVENTS_KEPT = timedelta(days=14)
"""Told, waiting or given up: whoever heard nothing for so long asks the API anew."""
DELIVERIES_KEPT = timedelta(days=180)
"""What became of a message half a year ago helps nobody any more."""
log = structlog.get_logger()


def scheduler(
    tools: Tools,
    profile: Profile,
    replies: Replies,
    blobs: Blobs,
    doors: Mapping[str, Door],
    clocks: Sequence[Job] = (),
    *,
    door_seconds: float = DOOR_SECONDS,
) -> AsyncIOScheduler:
    """Ready to be started. One job at a time of each name; a late one runs once, not as often as it was missed."""
    jobs = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    for door in doors.values():
        if door.kind != "desk" and not isinstance(door, Listens | Receives):  # those bring their news themselves
            work = _leased(tools, f"job:door:{door.name}", door_seconds, partial(news.pull, door, tools, profile, replies))
            jobs.add_job(work, "interval", seconds=door_seconds, name=f"door:{door.name}")
    for job in clocks:
        body = _leased(tools, f"job:{job.name}", job.seconds, job.work)
        jobs.add_job(body, name=f"{job.name} at start")
        jobs.add_job(body, "interval", seconds=job.seconds, name=job.name)
    jobs.add_job(
        _leased(tools, "job:sweep", SWEEP_SECONDS, partial(_sweep, tools, profile, blobs)), "interval", seconds=SWEEP_SECONDS, name="sweep"
    )
    return jobs


def _leased(tools: Tools, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The body for this node only while it holds the lease; the lease outlives two rounds."""

    async def run() -> None:
        try:
            if await tools.hold(name, timedelta(seconds=2 * seconds + 30)):
                await work()
        except asyncio.CancelledError:
            return  # the hub stops: the scheduler would tell of it as an error
        except Exception as error:  # the next round comes; a job must not end the scheduler
            log.error("job.trouble", job=name, code=type(error).__name__)

    return run


async def _sweep(tools: Tools, profile: Profile, blobs: Blobs) -> None:
    """Sessions that ran out, and raw bytes older than the city keeps them."""
    now = tools.clock()
    await tools.db.write(tending.tend)
    await tools.db.write(lambda connection: sessions.sweep(connection, now))
    await tools.db.write(lambda connection: deliveries.forget(connection, now - DELIVERIES_KEPT))
    while await tools.db.write(lambda connection: events.forget(connection, now - EVENTS_KEPT)):
        pass
    while await tools.db.write(lambda connection: matters.fade(connection, now - FADES)):
        pass
    before = now - profile.retention_months * MONTH
    rows = forgetting.AT_ONCE
    while rows == forgetting.AT_ONCE:
        rows, unused = await tools.db.write(lambda connection: forgetting.forget(connection, before))
        for sha256 in unused:
            await asyncio.to_thread(blobs.remove, sha256)
        if rows:
            log.info("raw.forgotten", count=rows)
