"""The list of complaints: filters, search, counts a state, live refresh. Works without JavaScript; with it, it keeps itself fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from desk.context import desk_of
from desk.operator import labels
from desk.operator.access import may
from desk.operator.view import masked, shown
from desk.stream import OPEN_STREAMS
from store import listing
from store.bell import heard
from store.listing import Filters
from store.operators import Role
from store.states import OPEN

NEWS_SECONDS = 600
"""A line for news is closed after this long; the browser opens it again, and is asked who it is again."""
BEAT_SECONDS = 20
_TABS = (listing.OPEN, *labels.STATES)


async def index(request: web.Request) -> web.StreamResponse:
    desk, filters = desk_of(request), _filters(request)
    prefix, before, after = desk.profile.prefix, _key(request, "before"), _key(request, "after")
    page = await desk.db.read(lambda session: listing.page(session, filters, prefix, before=before, after=after))
    counts = await desk.db.read(lambda session: listing.counts(session, filters, prefix))
    context = {
        "page": page,
        "filters": filters,
        "channels": await desk.db.read(listing.channels),
        "tabs": [(tab, _count(counts, tab)) for tab in _TABS if tab == listing.OPEN or counts.get(tab) or tab == filters.state],
        "total": sum(counts.values()),
        "query": lambda **other: _query(filters, **other),
        "moved": before is not None or after is not None,
        "heading": _heading(request),
    }
    return await shown(request, "operator/list.html", context)


async def news(request: web.Request) -> web.StreamResponse:
    """Tells the list that something changed; carries no content. Stopping the hub ends it at once."""
    streams = request.config_dict[OPEN_STREAMS]
    if not streams.enter(f"desk:{uuid4()}"):
        raise web.HTTPTooManyRequests
    stream: web.StreamResponse = web.StreamResponse()
    try:
        async with sse_response(request) as stream:
            await _tell(request, stream)
    except (ConnectionError, TimeoutError):
        pass
    finally:
        streams.leave()
    return stream


async def _tell(request: web.Request, stream: EventSourceResponse) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + NEWS_SECONDS
    with desk_of(request).bell.listening("desk") as rung:
        while loop.time() < ends and stream.is_connected():
            if await heard(rung, BEAT_SECONDS):
                await stream.send("", event="segar")
                await asyncio.sleep(1)  # one refresh for a burst


def _filters(request: web.Request) -> Filters:
    """Only what exists is filtered by: a mistyped value shows everything instead of nothing."""
    profile, asked = desk_of(request).profile, request.query
    known = {
        "state": {listing.OPEN, *labels.STATES},
        "agency": set(profile.agencies),
        "category": set(profile.categories),
        "urgency": set(labels.URGENCIES),
    }
    chosen = {name: asked[name] for name, values in known.items() if asked.get(name) in values}
    return Filters(**chosen, channel=asked.get("channel") or None, words=asked.get("q", "").strip()[:200] or None)


def _query(filters: Filters, **other: object) -> str:
    """The address of this list with something changed; `words` travels as q."""
    wanted = {**asdict(filters), **other}
    wanted["q"] = wanted.pop("words")
    return "/desk/?" + urlencode({name: value for name, value in wanted.items() if value is not None})


def _key(request: web.Request, name: str) -> int | None:
    asked = request.query.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _count(counts: Mapping[str, int], tab: str) -> int:
    if tab != listing.OPEN:
        return counts.get(tab, 0)
    return sum(counts.get(state, 0) for state in OPEN)


def _heading(request: web.Request) -> object:
    """What a viewer may read of a line: the title, and of a secret report nothing."""
    full = may(request, Role.OPERATOR)
    return lambda line: masked(line.title) if full or not line.confidential else None
