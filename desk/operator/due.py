"""The due date of a complaint in words: "verifikasi paling lambat Senin 30 Nov (1 hari kerja lagi)", and a badge for lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from aiohttp import web
from babel.dates import format_date

from desk.context import desk_of
from desk.operator.labels import N_
from desk.pages import language_of, translations
from dispatcher.clocks import working
from store.due import AUTO_CLOSE

LIMITS: Mapping[str, str] = {
    "verify": N_("Verifikasi paling lambat %(day)s"),
    "first_follow_up": N_("Tindak lanjut pertama paling lambat %(day)s"),
    "resolve": N_("Penyelesaian paling lambat %(day)s"),
    "auto_close": N_("Ditutup otomatis sesudah %(day)s bila pelapor tidak membalas"),
}
SOON = 1
"""Working days."""


class Timed(Protocol):
    """A complaint, or a line of a list."""

    @property
    def state(self) -> str: ...
    @property
    def due_kind(self) -> str | None: ...
    @property
    def due_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`left`: "1 hari kerja lagi". `tone`: the class of its badge. `late`: a limit of the office passed."""

    sentence: str
    left: str
    tone: str = ""
    late: bool = False


def told(request: web.Request, row: Timed) -> Told | None:
    """None: nothing is due, as after the end."""
    gettext = translations(language_of(request)).gettext
    if row.due_at is None or row.due_kind is None:
        resting = gettext("Jam berhenti selama menunggu kelengkapan dari pelapor")
        return Told(sentence=resting, left="") if row.state == "waiting" else None
    desk = desk_of(request)
    days = working.of_city(desk.profile)
    today, last = days.day_of(desk.clock()), days.day_of(row.due_at)
    told_as, left = sentence(request, row.due_kind, row.due_at), days.between(today, last)
    if row.due_kind == AUTO_CLOSE:
        return Told(sentence=told_as, left="")
    late = row.due_at < desk.clock()
    return Told(sentence=told_as, left=_left(request, today, last, left), tone="bad" if late else "warn" if left <= SOON else "", late=late)


def sentence(request: web.Request, kind: str, at: datetime) -> str:
    """ "Verifikasi paling lambat Senin 30 Nov"; the year where it is another one."""
    desk, language = desk_of(request), language_of(request)
    day, today = at.astimezone(desk.profile.tz).date(), desk.clock().astimezone(desk.profile.tz).date()
    named = format_date(day, "EEEE d MMM" if day.year == today.year else "EEEE d MMM y", locale=language)
    return translations(language).gettext(LIMITS[kind]) % {"day": named}


def _left(request: web.Request, today: date, last: date, left: int) -> str:
    catalogue = translations(language_of(request))
    if today == last:
        return catalogue.gettext("hari ini")
    if today > last:
        over = max(1, -left)
        return catalogue.ngettext("lewat %(count)s hari kerja", "lewat %(count)s hari kerja", over) % {"count": over}
    return catalogue.ngettext("%(count)s hari kerja lagi", "%(count)s hari kerja lagi", left) % {"count": left}
