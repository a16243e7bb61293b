"""The line that tells a page, or another program, to look again. It carries no content: whoever hears it fetches with its own rights."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from desk.context import desk_of
from store.bell import heard

LIFE_SECONDS = 600
"""A line is closed after this long; the browser opens it again, and is asked who it is again."""
LOOK_SECONDS = 20
BURST_SECONDS = 1
"""One refresh for a burst of changes."""
MOST = 200
"""Open lines at once; a list that comes later still refreshes once a minute."""


class OpenLines:
    """The lines that are open, so that stopping the hub ends them at once."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()

    async def stop(self, _: web.Application) -> None:
        for task in self.tasks:
            task.cancel()


OPEN_LINES = web.AppKey("open_lines", OpenLines)


async def listen(request: web.Request) -> web.StreamResponse:
    """An event stream with one kind of event, `changed`, told at most once a second."""
    tasks, task = request.app[OPEN_LINES].tasks, asyncio.current_task()
    if task is None or len(tasks) >= MOST:
        raise web.HTTPTooManyRequests
    tasks.add(task)
    try:
        async with sse_response(request) as stream:
            await _tell(request, stream)
        return stream
    except (ConnectionError, TimeoutError):
        return web.Response(status=204)  # the browser left; nobody reads this
    finally:
        tasks.discard(task)


async def _tell(request: web.Request, stream: EventSourceResponse) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + LIFE_SECONDS
    with desk_of(request).bell.listening("desk") as rung:
        while loop.time() < ends and stream.is_connected():
            if await heard(rung, LOOK_SECONDS):
                await stream.send("", event="changed")
                await asyncio.sleep(BURST_SECONDS)
