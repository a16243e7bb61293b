"""The trail: who looked at personal data, who changed what, and why. Looks only; nothing here can be changed or removed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from aiohttp import web

from desk.context import Desk, desk_of
from desk.operator.view import shown
from normalizer import tracking
from store import audit, operators
from store.audit import Asked

FIELDS = ("operator", "action", "number", "from", "to")


async def show(request: web.Request) -> web.StreamResponse:
    """Newest first, page by page."""
    desk = desk_of(request)
    typed = {field: request.query.get(field, "").strip()[:60] for field in FIELDS}
    before = request.query.get("before", "")
    key = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    asked = _asked(desk, typed)
    found = await desk.db.read(lambda session: audit.trail(session, asked, key))
    rows = found[: audit.PAGE]
    more = "/desk/jejak?" + urlencode({**typed, "before": rows[-1][0].id}) if len(found) > audit.PAGE else None
    context = {
        "rows": rows,
        "more": more,
        "typed": typed,
        "actions": await desk.db.read(audit.actions),
        "people": [row.name for row in await desk.db.read(operators.listed)],
    }
    return await shown(request, "operator/trail.html", context)


def _asked(desk: Desk, typed: dict[str, str]) -> Asked:
    number = typed["number"]
    until = _day(desk, typed["to"])
    return Asked(
        operator=typed["operator"] or None,
        action=typed["action"] or None,
        number=(tracking.stored(desk.profile.prefix, number) or number) if number else None,
        since=_day(desk, typed["from"]),
        until=until + timedelta(days=1) if until else None,
    )


def _day(desk: Desk, written: str) -> datetime | None:
    """The beginning of a day in the city's zone; None for what is no date."""
    try:
        return datetime.combine(date.fromisoformat(written), time(0), desk.profile.tz)
    except ValueError:
        return None
