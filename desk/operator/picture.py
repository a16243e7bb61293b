"""The picture for the head of region: figures of a period, charts of them, each figure a way into the list. `?layar=1`: for a projector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from babel.dates import format_date

from desk import charts
from desk.cartogram import tiles
from desk.context import Desk, desk_of
from desk.figures import SHELF, Figures, Period, percent
from desk.naming import names
from desk.operator import labels
from desk.operator.labels import N_
from desk.operator.period import asked
from desk.operator.view import shown
from desk.pages import language_of, words
from desk.trend import Point
from dispatcher.counting import AXES
from store import listing
from store.listing import Filters, View

FRESH = timedelta(seconds=60)
TITLES: Mapping[str, str] = {
    "channel": N_("Menurut kanal"),
    "category": N_("Menurut kategori"),
    "agency": N_("Menurut instansi"),
    "place": N_("Menurut kecamatan"),
}
LIMITS: Mapping[str, str] = {
    "verify": N_("Diverifikasi dan diteruskan"),
    "first_follow_up": N_("Tindak lanjut pertama"),
    "resolve": N_("Diselesaikan"),
}
PERIODS: Mapping[str, str] = {"bulan-ini": N_("Bulan ini"), "bulan-lalu": N_("Bulan lalu"), "tahun-ini": N_("Tahun ini")}
_RECEIVED = N_("Laporan masuk")


async def show(request: web.Request) -> web.StreamResponse:
    """The whole picture on one page."""
    desk, (name, period) = desk_of(request), asked(request)
    figures = await request.config_dict[SHELF].figures(desk, period, fresh=FRESH)
    overdue = await desk.db.read(lambda session: listing.counts(session, _overdue(desk, period), desk.profile.prefix, (View.OVERDUE,)))
    context = {
        "name": name,
        "overdue": overdue[View.OVERDUE],
        "bounded": listing.bounded,
        "figures": figures,
        "periods": PERIODS,
        "titles": TITLES,
        "limit_names": LIMITS,
        "named": _named(request, desk),
        "percent": percent,
        "list_of": _list(figures),
        "span": {"masa": name, "dari": period.since.isoformat(), "sampai": period.until.isoformat()},
        "urlencode": urlencode,
        "tiles": tiles(desk.profile.region_code, {row.key: row.received for row in figures.axes["place"]}),
        "point": _point(request, figures),
        "at": desk.clock(),
        "projector": request.query.get("layar") == "1",
    }
    return await shown(request, "operator/picture.html", context)


async def chart(request: web.Request) -> web.StreamResponse:
    """GET /desk/gambaran/{chart}.svg: arus (over time), or one of the axes."""
    desk, (_, period), which = desk_of(request), asked(request), request.match_info["chart"].removesuffix(".svg")
    figures = await request.config_dict[SHELF].figures(desk, period, fresh=FRESH)
    title, narrow = words(request)(_RECEIVED), request.query.get("sempit") == "1"
    if which == "arus":
        label = _point(request, figures)
        return charts.line(
            [label(point) for point in figures.trend.points], [point.number for point in figures.trend.points], title, narrow=narrow
        )
    if which not in AXES:
        raise web.HTTPNotFound
    called = _named(request, desk)
    return charts.bars([(called(which, row.key), row.received) for row in figures.axes[which]], title, narrow=narrow)


def _overdue(desk: Desk, period: Period) -> Filters:
    """What the list shows behind the figure: registered in the period, and late at this moment."""
    since, until = (datetime.combine(day, time(), desk.profile.tz) for day in (period.since, period.until + timedelta(days=1)))
    return Filters(since=since, until=until, now=desk.clock())


def _named(request: web.Request, desk: Desk) -> Callable[[str, str], str]:
    gettext, called = words(request), names(desk.profile, labels.CHANNELS)

    def named(axis: str, key: str) -> str:
        if not key:
            return gettext(labels.UNKNOWN)
        return gettext(called[axis](key))

    return named


def _list(figures: Figures) -> Callable[..., str]:
    """The address of the list with the complaints that a figure counts."""
    days = {"dari": figures.period.since.isoformat(), "sampai": figures.period.until.isoformat()}

    def address(**filters: Any) -> str:
        asked = {name: value.isoformat() if isinstance(value, date) else value for name, value in filters.items()}
        return "/desk/?" + urlencode({**days, **asked})

    return address


def _point(request: web.Request, figures: Figures) -> Callable[[Point], str]:
    language = language_of(request)
    return lambda point: format_date(point.day, "d MMM" if not figures.trend.weekly else "d MMM yy", locale=language)
