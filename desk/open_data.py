"""GET /transparansi/data-terbuka.csv: the open data of one finished month for everybody, where the city's profile says so.

A month is read once a day and kept: readers cost the store nothing.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

from aiohttp import web

from desk.context import Desk, desk_of
from desk.operator.files import disposition
from desk.operator.period import month
from desk.operator.reports import lines_of_month, open_csv

FRESH = timedelta(days=1)
MONTHS = 12


class Copies:
    """The last files, by month; one is made at a time."""

    def __init__(self) -> None:
        self._kept: dict[date, tuple[datetime, bytes]] = {}
        self._turn = asyncio.Lock()

    async def of(self, desk: Desk, first: date) -> bytes:
        async with self._turn:
            now = desk.clock()
            at, known = self._kept.get(first, (None, b""))
            if at is not None and now - at < FRESH:
                return known
            if len(self._kept) >= MONTHS:
                self._kept.clear()
            made = open_csv(desk, await lines_of_month(desk, first)).encode("utf-8-sig")
            self._kept[first] = (now, made)
            return made


COPIES = web.AppKey("open_data", Copies)


async def fetch(request: web.Request) -> web.StreamResponse:
    """`bulan=2026-10`; last month where none of the last twelve is named. 404 where the city publishes none."""
    desk = desk_of(request)
    if not desk.profile.open_data:
        raise web.HTTPNotFound
    first = _asked(request.query.get("bulan", ""), desk.clock().astimezone(desk.profile.tz).date())
    headers = {
        "Content-Disposition": disposition("attachment", f"data-terbuka-{first:%Y-%m}.csv"),
        "Cache-Control": "public, max-age=3600",
    }
    return web.Response(body=await request.config_dict[COPIES].of(desk, first), content_type="text/csv", headers=headers)


def _asked(written: str, today: date) -> date:
    finished, first = [], today.replace(day=1)
    for _ in range(MONTHS):
        first = month(first - timedelta(days=1)).since
        finished.append(first)
    return next((each for each in finished if f"{each:%Y-%m}" == written), finished[0])
