"""GET requests and GET requests/{id}: what everybody may know of complaints, filtered as the protocol says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from config.profile import Profile
from connectors.open311.wire import CHANNEL, LINK
from desk import story
from desk.context import Desk, desk_of
from desk.evidence import links_of
from desk.open311 import catalogue
from desk.open311.answers import Trouble
from desk.open311.gate import told
from normalizer import tracking
from normalizer.complaint import State
from normalizer.privacy import masked
from store import public_requests
from store.public_requests import ROWS_LIMIT, Found, Wanted
from store.states import OPEN

SPAN = timedelta(days=90)
_PARAMETER = 20_000
"""Characters of one parameter; a thousand numbers fit."""
_LINK = re.compile(rf"\n?^{LINK}\S*$", re.MULTILINE)
_SENSITIVE = frozenset({"health", "child"})


async def several(request: web.Request) -> web.Response:
    """GET requests."""
    desk = desk_of(request)
    wanted = asked(desk.profile, request.query, desk.clock())
    return told(request, "service_requests", await desk.db.read(lambda session: _rows(session, desk, wanted)))


async def one(request: web.Request) -> web.Response:
    """GET requests/{id}; several with commas. Secret ones are not found, as if they were not there."""
    desk = desk_of(request)
    wanted = Wanted(numbers=_numbers(desk.profile, request.match_info["id"]))
    rows = await desk.db.read(lambda session: _rows(session, desk, wanted))
    if not rows:
        raise Trouble(404, "service_request_id provided was not found")
    return told(request, "service_requests", rows)


def asked(profile: Profile, query: Mapping[str, str], now: datetime) -> Wanted:
    """Raises Trouble 400 with what is wrong. Without dates: the last 90 days."""
    if any(len(value) > _PARAMETER for value in query.values()):
        raise Trouble(400, "a parameter is too long")
    if ids := query.get("service_request_id", "").strip():
        return Wanted(numbers=_numbers(profile, ids))
    start, end = _moment(query, "start_date"), _moment(query, "end_date")
    end = end or (min(start + SPAN, now) if start else now)
    start = start or end - SPAN
    if end - start > SPAN:
        raise Trouble(400, "start_date and end_date must not span more than 90 days")
    codes = [code.strip() for code in query.get("service_code", "").split(",") if code.strip()]
    categories: set[str | None] = {key for code in codes for key in catalogue.categories_of(profile, code)}
    if catalogue.GENERAL in codes:
        categories.add(None)
    size = _count(query, "page_size", ROWS_LIMIT, ROWS_LIMIT)
    return Wanted(
        categories=categories if codes else None,
        since=start,
        until=end,
        open=_status(query.get("status", "")),
        limit=size,
        skip=(_count(query, "page", 1, 1_000_000) - 1) * size,
    )


def _numbers(profile: Profile, ids: str) -> list[str]:
    written = [one.strip()[:60] for one in ids.split(",")][:ROWS_LIMIT]
    return [number for one in written if (number := tracking.stored(profile.prefix, one))]


def _status(written: str) -> bool | None:
    """True: open; False: closed; None: both."""
    told_of = {one.strip().casefold() for one in written.split(",") if one.strip()}
    if told_of - {"open", "closed"}:
        raise Trouble(400, "status must be open or closed")
    return None if len(told_of) != 1 else "open" in told_of


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    written = query.get(name, "").strip().replace(" ", "+")  # a plus that was not escaped
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Trouble(400, f"{name} must be a W3C datetime, for example 2026-01-31T08:00:00Z") from None


def _count(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    written = query.get(name, "").strip()
    if not written:
        return default
    if not written.isascii() or not written.isdigit() or len(written) > 9 or int(written) < 1:
        raise Trouble(400, f"{name} must be a whole number from 1")
    return min(int(written), most)


def _rows(session: Session, desk: Desk, wanted: Wanted) -> list[Mapping[str, Any]]:
    return [_shown(session, desk, found) for found in public_requests.of(session, wanted)]


def _shown(session: Session, desk: Desk, found: Found) -> Mapping[str, Any]:
    """One complaint as the public sees it. Its words, place and answer only where the profile publishes them; numbers covered."""
    profile, row = desk.profile, found.complaint
    code, words = catalogue.code_of(profile, row.category), publishes(profile, found)
    place, agency = row.location or {}, profile.agencies.get(row.agency or "")
    spoken = place.get("address") or place.get("text") or place.get("region_name")
    links = links_of(desk).media(session, found.evidence, confidential=False) if words and profile.open311.media else []
    return {
        "service_request_id": tracking.printed(row.tracking_number),
        "status": "open" if State(row.state) in OPEN else "closed",
        "status_notes": story.published(found.told) if words else None,
        "service_name": catalogue.name_of(profile, code),
        "service_code": code,
        "description": masked(_LINK.sub("", row.body)) if words else catalogue.name_of(profile, code),
        "agency_responsible": agency.name if agency else profile.office,
        "service_notice": None,
        "requested_datetime": _stamp(row.registered_at, profile),
        "updated_datetime": _stamp(max(row.state_at, row.registered_at), profile),
        "expected_datetime": None,
        "address": masked(spoken) if words and spoken else place.get("region_name"),
        "address_id": None,
        "zipcode": None,
        "lat": place.get("lat") if words else None,
        "long": place.get("lon") if words else None,
        "media_url": links[0] if links else None,
    }


def publishes(profile: Profile, found: Found) -> bool:
    """Whether the words of this complaint are for everybody. Words about health and children never are."""
    row, rule = found.complaint, profile.open311.words
    if any(span.get("kind") in _SENSITIVE for span in row.personal_data or ()):
        return False
    return rule == "all" or (rule == "posted" and row.channel == CHANNEL)


def _stamp(moment: datetime, profile: Profile) -> str:
    return moment.astimezone(profile.tz).isoformat(timespec="seconds")
