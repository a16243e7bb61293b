"""What every page of the desk is drawn with: who is signed in, one-time notes, times in the city's zone, labels, masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from aiohttp import web
from aiohttp_session import get_session
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

from connectors.segments import count
from desk.context import desk_of
from desk.masks import masked
from desk.operator import csrf, labels, noticing
from desk.operator.access import may
from desk.operator.sessions import OPERATOR
from desk.pages import language_of, render, words
from dispatcher.doors.registry import worklists
from normalizer import tracking
from store import pockets
from store.operators import Role

_FLASH = "flash"


async def shown(request: web.Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> web.Response:
    """A page of the desk, with all that the frame around it needs."""
    signed_in = OPERATOR in request
    waiting = await desk_of(request).db.read(pockets.counts) if signed_in and "HX-Request" not in request.headers else {}
    frame = {
        "operator": request.get(OPERATOR),
        "may": lambda role: may(request, Role(role)),
        "csrf": csrf.token(request),
        "notes": await _take_notes(request) if signed_in else [],
        "waiting": waiting,
        "printed": tracking.printed,
        "sentence_of": sentence_of,
        "segments": lambda text: count(str(text)).segments,
        "size_of": size_of,
        "masked": masked,
        "keyed_by_hand": bool(worklists(desk_of(request).settings.doors) & desk_of(request).profile.doors),
        **_times(request),
        **_labels(words(request)),
        **await noticing.bell(request),
    }
    return render(request, template, {**frame, **(context or {})}, status=status)


async def go(request: web.Request, path: str, note: str | None = None, *, kind: str = "good") -> web.Response:
    """Answer to a form: on to `path`, with a note that the next page shows once. kind: good or bad."""
    if note:
        session = await get_session(request)
        session[_FLASH] = [*session.get(_FLASH, []), [kind, note]]
    return web.Response(status=303, headers={"Location": path})


async def _take_notes(request: web.Request) -> list[list[str]]:
    if "HX-Request" in request.headers:
        return []
    session = await get_session(request)
    notes: list[list[str]] = session.pop(_FLASH, []) if _FLASH in session else []
    return notes


def _times(request: web.Request) -> dict[str, Callable[..., str]]:
    desk, language = desk_of(request), language_of(request)
    zone, zone_name = desk.profile.tz, desk.profile.zone_name

    def when(at: datetime) -> str:
        return f"{format_datetime(at.astimezone(zone), 'd MMM y, HH.mm', locale=language)} {zone_name}"

    def day(at: datetime | date) -> str:
        local = at.astimezone(zone).date() if isinstance(at, datetime) else at
        return format_date(local, "d MMMM y", locale=language)

    def ago(at: datetime) -> str:
        return format_timedelta(at - desk.clock(), add_direction=True, locale=language)

    def age(at: datetime) -> str:
        return format_timedelta(desk.clock() - at, locale=language)

    def decimal(number: float) -> str:
        return format_decimal(number, locale=language)

    return {"when": when, "day": day, "ago": ago, "age": age, "decimal": decimal}


def _labels(gettext: Callable[[str], str]) -> dict[str, Any]:
    def label(kind: Mapping[str, str], code: object) -> str:
        found = kind.get(str(getattr(code, "value", code)))
        return gettext(found) if found else str(code)

    return {"label": label, "labels": labels}


def sentence_of(error: str | None) -> str:
    """What a person reads of "code: sentence"."""
    code, colon, sentence = (error or "").partition(": ")
    return sentence if colon and " " not in code else error or ""


def size_of(count: int) -> str:
    """Bytes for people."""
    return f"{round(count / 1e6)} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"
