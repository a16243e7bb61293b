"""The list of complaints: filters, search, counts a state, live refresh. Works without JavaScript; with it, it keeps itself fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import urlencode

from aiohttp import web

from desk.context import desk_of
from desk.operator import labels
from desk.operator.access import may
from desk.operator.view import masked, shown
from store import listing
from store.listing import Filters
from store.operators import Role
from store.states import OPEN

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
