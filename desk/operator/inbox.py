"""The list of complaints: saved views, facets, search, live refresh. Works without JavaScript; with it, it keeps itself fresh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from config.profile import Profile
from desk.context import desk_of
from desk.masks import covered, masked
from desk.operator import bulk_sheet, labels
from desk.operator.access import may, operator_of
from desk.operator.view import shown
from normalizer import region
from store import listing
from store.counted import Counted
from store.listing import FACETS, Filters, View
from store.operators import Role
from store.views import DISTRICT_CODE

_VIEWS: tuple[str | None, ...] = (View.OPEN, View.NEW, View.MINE, View.WAITING, View.SOON, View.OVERDUE, View.UNDELIVERED, None)
_ADDRESS = {"words": "q", "since": "dari", "until": "sampai"}
"""How a filter is called in the address, where it is not its own name."""


async def index(request: web.Request) -> web.StreamResponse:
    return await draw(request)


async def draw(
    request: web.Request, *, refused: str | None = None, typed: Mapping[str, str] | None = None, status: int = 200
) -> web.Response:
    """The list. `refused` and `typed`: why an act over the ticked ones was not begun, and what was typed for it."""
    desk, filters = desk_of(request), _filters(request)
    prefix, before, after = desk.profile.prefix, _key(request, "before"), _key(request, "after")
    page = await desk.db.read(lambda session: listing.page(session, filters, prefix, before=before, after=after))
    whole = None if before or after or page.older else [line.id for line in page.lines]
    sampled = await desk.db.read(lambda session: listing.facets(session, filters, prefix, whole)) if _whole_page(request) else None
    total = len(whole) if whole is not None else min(sampled.total, listing.MOST) if sampled else None
    known = {} if total is None else {filters.view: total}
    wanted = [view for view in _VIEWS if view not in known and (view == filters.view or not filters.words)]  # words are dear to count
    counts = {**known, **await desk.db.read(lambda session: listing.counts(session, filters, prefix, wanted))}
    narrowed = any(getattr(filters, name) for name in (*FACETS, "since", "until"))
    context = {
        "page": page,
        "filters": filters,
        "views": [(view, listing.bounded(counts[view]) if view in counts else "") for view in _VIEWS],
        "total": counts[filters.view],
        "query": _query(filters),
        "narrowed": narrowed,
        "moved": before is not None or after is not None,
        "heading": _heading(request),
        "period": {"since": _day(request, "dari"), "until": _day(request, "sampai")},
        "facets": _facets(request, filters, sampled) if sampled else [],
        "refused": refused,
        "typed": typed or {},
        **await bulk_sheet.around(request),
    }
    return await shown(request, "operator/list.html", context, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a facet with how many complaints have it."""

    value: str
    name: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """`name`: the filter; `label`: for people."""

    name: str
    label: str
    choices: list[Choice]
    chosen: str | None


def _whole_page(request: web.Request) -> bool:
    """The list refreshes itself without its facets."""
    return "HX-Request" not in request.headers


def _facets(request: web.Request, filters: Filters, sampled: Counted) -> list[Facet]:
    names = _names(desk_of(request).profile)
    facets = []
    for name, label in labels.FACETS.items():
        chosen, counted = getattr(filters, name), sampled.found[name]
        known = sorted(filter(None, counted), key=lambda value: -counted[value])
        shown_values = dict.fromkeys((*known, *([chosen] if chosen else [])))
        choices = [Choice(value=v, name=names[name](v), count=_sampled(counted.get(v, 0), counted)) for v in shown_values]
        facets.append(Facet(name=name, label=label, choices=choices, chosen=chosen))
    return facets


def _names(profile: Profile) -> Mapping[str, Callable[[str], str]]:
    """What people call the values of a facet."""
    return {
        "state": lambda code: labels.STATES.get(code, code),
        "channel": lambda code: labels.CHANNELS.get(code, code),
        "urgency": lambda code: labels.URGENCIES.get(code, code),
        "agency": lambda code: profile.agencies[code].short if code in profile.agencies else code,
        "category": lambda code: profile.categories[code].name if code in profile.categories else code,
        "place": lambda code: region.name_of(code).split(",")[0] or code,
    }


def _filters(request: web.Request) -> Filters:
    """Only what exists is filtered by: a mistyped value shows everything instead of nothing."""
    desk, asked = desk_of(request), request.query
    known: dict[str, Any] = {
        "view": set(View),
        "state": set(labels.STATES),
        "agency": set(desk.profile.agencies),
        "category": set(desk.profile.categories),
        "urgency": set(labels.URGENCIES),
    }
    chosen: dict[str, Any] = {name: asked[name] for name, values in known.items() if asked.get(name) in values}
    place, until = asked.get("place", ""), _day(request, "sampai")
    return Filters(
        **chosen,
        channel=asked.get("channel") or None,
        place=place if place.startswith(desk.profile.region_code) and len(place) >= DISTRICT_CODE else None,
        since=_midnight(desk.profile, _day(request, "dari")),
        until=_midnight(desk.profile, until + timedelta(days=1) if until else None),
        words=asked.get("q", "").strip()[:200] or None,
        operator=operator_of(request).name,
        people=may(request, Role.OPERATOR),
        now=desk.clock(),
    )


def _query(filters: Filters) -> Callable[..., str]:
    """The address of this list with something changed."""
    kept = ("view", *FACETS, "words", "since", "until")
    here = {name: value for name, value in asdict(filters).items() if name in kept}
    here["until"] = filters.until - timedelta(days=1) if filters.until else None

    def address(**other: object) -> str:
        wanted = {**here, **other}
        days = {name: value.date() for name, value in wanted.items() if isinstance(value, datetime)}
        return "/desk/?" + urlencode({_ADDRESS.get(name, name): value for name, value in {**wanted, **days}.items() if value})

    return address


def _midnight(profile: Profile, day: date | None) -> datetime | None:
    return datetime.combine(day, time(), profile.tz) if day else None


def _day(request: web.Request, name: str) -> date | None:
    try:
        return date.fromisoformat(request.query.get(name, ""))
    except ValueError:
        return None


def _sampled(count: int, counted: Mapping[str, int]) -> str:
    """With a plus where the sample was full: there are more beyond it."""
    return f"{count}+" if sum(counted.values()) >= listing.SAMPLE and count else str(count)


def _key(request: web.Request, name: str) -> int | None:
    asked = request.query.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _heading(request: web.Request) -> object:
    """What a viewer may read of a line: the title, and of a secret report nothing."""
    full = may(request, Role.OPERATOR)
    shown = masked if full else covered
    return lambda line: shown(line.title) if full or not line.confidential else None
