"""GET /transparansi: the city's own figures for everybody. No number, no word and no person; small counts are told together.

What was counted is kept some minutes and handed to every reader; while it is counted again in the background, readers get the last one.
So a thousand readers cost the store as much as one.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from aiohttp import web
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from desk.cartogram import Tile, tiles
from desk.context import Desk, desk_of
from desk.figures import SHELF, Figures, Kept, Period, Shelf, percent
from desk.naming import names
from desk.operator import labels
from desk.operator.labels import N_
from desk.operator.period import month, named
from desk.pages import language_of, render, words
from desk.small_counts import LEAST, Told, told

FRESH = timedelta(minutes=5)
TOO_OLD = timedelta(hours=1)
"""What is older than this is not shown while it is counted again: the reader waits."""
A_DAY = timedelta(days=1)
PERIODS: Mapping[str, str] = {"tahun-ini": N_("Tahun ini"), "bulan-lalu": N_("Bulan lalu"), "bulan-ini": N_("Bulan ini")}
TITLES: Mapping[str, str] = {
    "category": N_("Menurut kategori"),
    "agency": N_("Menurut instansi"),
    "place": N_("Menurut kecamatan"),
    "channel": N_("Menurut kanal"),
}
LIMITS: Mapping[str, str] = {
    "verify": N_("Diverifikasi dan diteruskan"),
    "first_follow_up": N_("Tindak lanjut pertama"),
    "resolve": N_("Diselesaikan"),
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    received: int
    resolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the page tells of one period, and when it was counted."""

    at: datetime
    figures: Figures
    axes: Mapping[str, Told]
    tiles: Sequence[Tile]
    months: Sequence[Month]

    @property
    def enough(self) -> bool:
        """Whether there is anything to tell beside how many came in."""
        return self.figures.received >= LEAST


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of one counting as it is sent."""

    at: datetime
    plain: bytes
    packed: bytes

    def answer(self, *, packed: bool) -> web.Response:
        headers = {"Cache-Control": "public, max-age=60, stale-while-revalidate=600", "Vary": "Cookie, Accept-Encoding"}
        if packed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=self.packed if packed else self.plain, content_type="text/html", charset="utf-8", headers=headers)


class Board:
    """What was published lately, by period. One counting of each at a time, however many ask."""

    def __init__(self) -> None:
        self._kept: dict[str, Published] = {}
        self._counting: dict[str, asyncio.Task[None]] = {}
        self.sheets: dict[tuple[str, str], Sheet] = {}

    async def read(self, desk: Desk, shelf: Shelf, name: str) -> Published:
        """At once where something not too old is kept."""
        kept, now = self._kept.get(name), desk.clock()
        if kept is None or now - kept.at >= TOO_OLD:
            await asyncio.shield(self._begin(desk, shelf, name))
            return self._kept[name]
        if now - kept.at >= FRESH:
            self._begin(desk, shelf, name)
        return kept

    def _begin(self, desk: Desk, shelf: Shelf, name: str) -> asyncio.Task[None]:
        if name not in self._counting:
            self._counting[name] = task = asyncio.create_task(self._count(desk, shelf, name))
            task.add_done_callback(lambda done: self._ended(name, done))
        return self._counting[name]

    def _ended(self, name: str, done: asyncio.Task[None]) -> None:
        del self._counting[name]
        if not done.cancelled() and done.exception():
            log.warning("transparency.not_counted")

    async def _count(self, desk: Desk, shelf: Shelf, name: str) -> None:
        self._kept[name] = await publish(desk, shelf, name)

    async def stop(self, _: web.Application) -> None:
        for task in list(self._counting.values()):
            task.cancel()
        await asyncio.gather(*self._counting.values(), return_exceptions=True)


BOARD = web.AppKey("board", Board)


async def publish(desk: Desk, shelf: Shelf, name: str) -> Published:
    """Counts one period, and each of its months; a month that is over is counted once a day."""
    now = desk.clock()
    today = now.astimezone(desk.profile.tz).date()
    period = named(name, today)
    figures = await shelf.figures(desk, period, fresh=FRESH)
    places = {row.key: row.received for row in figures.axes["place"]}
    return Published(
        at=now,
        figures=figures,
        axes={axis: told(figures.axes[axis]) for axis in TITLES},
        tiles=await asyncio.to_thread(tiles, desk.profile.region_code, places, least=LEAST),
        months=await _months(desk, shelf, period, today),
    )


async def _months(desk: Desk, shelf: Shelf, period: Period, today: date) -> Sequence[Month]:
    """Those of the period, the newest first."""
    found, first = list[Month](), period.until.replace(day=1)
    while first >= period.since:
        whole = month(first)
        over = whole.until < today
        counted = await shelf.figures(desk, whole if over else Period(first, today), fresh=A_DAY if over else FRESH)
        found.append(Month(first, counted.received, counted.resolved))
        first = month(first - timedelta(days=1)).since
    return found


async def show(request: web.Request) -> web.StreamResponse:
    """The page, drawn once for each counting and language. Proxies and browsers may keep it for a minute."""
    desk, name = desk_of(request), request.query.get("masa", "")
    name, board = name if name in PERIODS else "tahun-ini", request.config_dict[BOARD]
    published = await board.read(desk, request.config_dict[SHELF], name)
    if "lang" in request.query:  # sets a cookie: this one is nobody else's
        return _drawn(request, published, name)
    sheet = board.sheets.get((name, language_of(request)))
    if sheet is None or sheet.at != published.at:
        plain = str(_drawn(request, published, name).text).encode()
        sheet = board.sheets[name, language_of(request)] = Sheet(published.at, plain, gzip.compress(plain, 6, mtime=0))
    return sheet.answer(packed="gzip" in request.headers.get("Accept-Encoding", ""))


def _drawn(request: web.Request, published: Published, name: str) -> web.Response:
    desk, language = desk_of(request), language_of(request)
    at = published.at.astimezone(desk.profile.tz)
    context = {
        "name": name,
        "periods": PERIODS,
        "titles": TITLES,
        "limit_names": LIMITS,
        "published": published,
        "figures": published.figures,
        "percent": percent,
        "share_of": share_of,
        "named": _named(request, desk),
        "least": LEAST,
        "at": f"{format_datetime(at, 'd MMM y, HH.mm', locale=language)} {desk.profile.zone_name}",
        "day": lambda day: format_date(day, "d MMMM y", locale=language),
        "month": lambda day: format_date(day, "MMM y", locale=language),
        "decimal": lambda number: format_decimal(number, locale=language),
    }
    return render(request, "public/transparency.html", context)


def share_of(limit: Kept) -> int | None:
    """Per cent on time; None where so few are decided that it would tell of single ones."""
    return limit.share if limit.kept + limit.late >= LEAST else None


def _named(request: web.Request, desk: Desk) -> Callable[[str, str], str]:
    gettext, called = words(request), names(desk.profile, labels.CHANNELS)
    return lambda axis, key: gettext(called[axis](key)) if key else gettext(N_("Tidak diketahui"))


def setup(app: web.Application) -> None:
    """The board of this application; its counting ends with it."""
    app[BOARD] = board = Board()
    app.on_shutdown.append(board.stop)
