"""Which period a page asks for: `masa` by name, or from a day to a day. A mistyped one is this month."""

from __future__ import annotations

from datetime import date, timedelta

from aiohttp import web

from desk.context import desk_of
from desk.figures import Period

NAMES = ("bulan-ini", "bulan-lalu", "tahun-ini", "rentang")
LONGEST = timedelta(days=366)
"""A longer range is cut at its beginning: what a page may ask of the store is bounded."""


def asked(request: web.Request) -> tuple[str, Period]:
    """The period's name and its days; none lies in the future."""
    desk, name = desk_of(request), request.query.get("masa", "")
    today = desk.clock().astimezone(desk.profile.tz).date()
    since, until = _day(request, "dari"), _day(request, "sampai")
    if since and (name == "rentang" or not name):
        until = min(until or today, today)
        return "rentang", Period(max(min(since, until), until - LONGEST), until)
    return (name, named(name, today)) if name in NAMES[:3] else (NAMES[0], named(NAMES[0], today))


def named(name: str, today: date) -> Period:
    match name:
        case "bulan-lalu":
            return month(today.replace(day=1) - timedelta(days=1))
        case "tahun-ini":
            return Period(today.replace(month=1, day=1), today)
    return Period(today.replace(day=1), today)


def month(within: date) -> Period:
    """The whole month of a day."""
    following = (within.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(within.replace(day=1), following - timedelta(days=1))


def _day(request: web.Request, name: str) -> date | None:
    try:
        found = date.fromisoformat(request.query.get(name, ""))
    except ValueError:
        return None
    return found if found.year > 1999 else None
