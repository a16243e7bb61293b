"""When it happened: "kemarin", "senin lalu", "tgl 12/11", told from the day on which the citizen wrote, in the city's zone.

Only today and the ten years before it. Of several, a written date goes before a counted one, and that before "tadi".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from normalizer.characters import fold

_READ_LIMIT = 2_500
_OLDEST = timedelta(days=3_660)
_LATE = 21
"""From this hour on "tadi malam" is tonight."""

_DAYS = "senin selasa rabu kamis jumat sabtu minggu"
_DAY_NAMES = {name: number for number, name in enumerate(_DAYS.split())} | {"jum'at": 4, "ahad": 6, "jum at": 4}
_DAY_NAMES |= {
    name: number
    for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())  # noqa: SIM905
}
_MONTHS = "jan feb mar apr mei jun jul agu sep okt nov des".split()  # noqa: SIM905
_MONTH_NAMES = {name: number for number, name in enumerate(_MONTHS, 1)} | {"peb": 2, "may": 5, "aug": 8, "agt": 8, "ags": 8, "oct": 10}
_MONTH_NAMES |= {"nop": 11, "dec": 12}
_COUNTS = {
    name: number
    for number, name in enumerate("satu dua tiga empat lima enam tujuh delapan sembilan sepuluh".split(), 1)  # noqa: SIM905
} | {"beberapa": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_UNITS = {"hari": 1, "hr": 1, "hri": 1, "day": 1, "days": 1, "minggu": 7, "mgg": 7, "pekan": 7, "week": 7, "weeks": 7}
_COUNT = rf"(?:(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})\s*)"
_AGO = r"(?:(?:yang|yg)\s+)?(?:lalu|lewat|silam|kemarin|kemaren|kmrn)|ago|back"
_DAY = rf"(?P<name>{'|'.join(map(re.escape, _DAY_NAMES))})"
_MONTH = rf"(?P<month>(?:{'|'.join(_MONTH_NAMES)})[a-z]{{0,6}})\.?"
_YEAR = r"(?P<year>\d{4})"


@dataclass(frozen=True, slots=True)
class Told:
    """A day, the words that named it, and the rule that understood them."""

    day: date
    words: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    rank: int
    needs: tuple[str, ...]
    """No text without one of these holds the pattern: a look for them is a hundred times cheaper."""
    pattern: re.Pattern[str]
    day: Callable[[re.Match[str], datetime], date | None]


def find(text: str, sent_at: datetime) -> Told | None:
    """sent_at: in the city's zone."""
    low = fold(text[:_READ_LIMIT])
    if not _HINT.search(low):
        return None
    for _, rules in groupby(RULES, key=lambda rule: rule.rank):
        told = min(_all(rules, low, sent_at), key=lambda one: one[0], default=None)
        if told:
            return told[1]
    return None


def _all(rules: Iterable[_Rule], low: str, sent_at: datetime) -> Iterator[tuple[int, Told]]:
    """(where it stands, what it told) of each rule's first day that can be meant."""
    today = sent_at.date()
    for rule in rules:
        if not any(map(low.__contains__, rule.needs)):
            continue
        for match in rule.pattern.finditer(low):
            try:
                day = rule.day(match, sent_at)
            except (ValueError, OverflowError):
                continue
            if day is not None and today - _OLDEST <= day <= today:
                yield match.start(), Told(day, match.group().strip(" ,."), rule.name)
                break


def _number(match: re.Match[str]) -> int:
    written = match.groupdict().get("count")
    return 1 if written is None else int(written) if written.isdigit() else _COUNTS[written]


def _counted(match: re.Match[str], sent_at: datetime) -> date | None:
    count, unit = _number(match), match.group("unit")
    if count == 0:
        return None
    if unit in _UNITS:
        return sent_at.date() - timedelta(days=count * _UNITS[unit])
    return _months_before(sent_at.date(), count * (12 if unit.startswith(("tahun", "thn", "year")) else 1))


def _months_before(day: date, months: int) -> date:
    whole = day.year * 12 + day.month - 1 - months
    year, month = divmod(whole, 12)
    return next(date(year, month + 1, number) for number in range(day.day, 0, -1) if number <= 28 or _exists(year, month + 1, number))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _written(match: re.Match[str], sent_at: datetime) -> date | None:
    """Without a year: the latest such day that is not to come."""
    found, today = match.groupdict(), sent_at.date()
    day = int(found["day"])
    month = found.get("month")
    number = int(month) if month and month.isdigit() else _MONTH_NAMES[month[:3]] if month else None
    year = found.get("year")
    if number is None:
        return next((at for back in range(3) if (at := _on(_months_before(today.replace(day=1), back), day)) and at <= today), None)
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), number, day)
    this_year = date(today.year, number, day)
    return this_year if this_year <= today else date(today.year - 1, number, day)


def _on(first: date, day: int) -> date | None:
    return first.replace(day=day) if _exists(first.year, first.month, day) else None


def _weekday(match: re.Match[str], sent_at: datetime) -> date:
    """The last one before the day of sending; the day itself for "hari senin" written on a Monday."""
    back = (sent_at.weekday() - _DAY_NAMES[match.group("name")]) % 7
    return sent_at.date() - timedelta(days=back or (7 if match.groupdict().get("ago") else 0))


def _last_night(_: re.Match[str], sent_at: datetime) -> date:
    return sent_at.date() - timedelta(days=0 if sent_at.hour >= _LATE else 1)


def _before(days: int) -> Callable[[re.Match[str], datetime], date | None]:
    return lambda _, sent_at: sent_at.date() - timedelta(days=days)


def _rule(name: str, rank: int, needs: str, pattern: str, day: Callable[[re.Match[str], datetime], date | None]) -> _Rule:
    return _Rule(name, rank, tuple(needs.split()), re.compile(pattern), day)


_YESTERDAY = r"(?:kemarin|kemaren|kmrn|kmarin|kmaren|wingi|kamari|yesterday)"
RULES = (
    _rule("date_iso", 0, "-", r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b", _written),
    _rule(
        "date_named",
        0,
        "jan feb mar apr mei jun jul agu sep okt nov des peb may aug agt ags oct nop dec",
        rf"(?<!lahir )\b(?P<day>\d{{1,2}})\s*{_MONTH}(?:\s+{_YEAR}\b)?(?![a-z])",
        _written,
    ),
    _rule("date_numbers", 0, "20", r"(?<![\d/.-])(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>20\d\d)\b", _written),
    _rule(
        "date_without_year",
        0,
        "tgl tanggal tggl",
        r"\b(?:tgl|tanggal|tggl)\.?\s*(?P<day>\d{1,2})\s?[/-]\s?(?P<month>\d{1,2})(?:\s?[/-]\s?(?P<year>\d\d))?\b",
        _written,
    ),
    _rule(
        "day_of_month",
        1,
        "tgl tanggal tggl",
        r"\b(?:tgl|tanggal|tggl)\.?\s*(?P<day>\d{1,2})\b(?!\s?[/.-]?\s?(?:\d|[a-z]{3,}\s+20\d\d))(?!\s+depan)",
        _written,
    ),
    _rule(
        "weekday_ago",
        1,
        "lalu lewat silam kemarin kemaren kmrn ago back tadi",
        rf"\b(?<!se)(?:hari\s+)?(?!minggu\s){_DAY}\s+(?:malam\s+|sore\s+|pagi\s+|siang\s+)?(?P<ago>{_AGO}|tadi)\b",
        _weekday,
    ),
    _rule("sunday_ago", 1, "hari", rf"\bhari\s+{_DAY}\s+(?:malam\s+|sore\s+|pagi\s+|siang\s+)?(?P<ago>{_AGO}|tadi)\b", _weekday),
    _rule("last_weekday", 1, "last", rf"\b(?P<ago>last)\s+{_DAY}\b", _weekday),
    _rule(
        "counted",
        1,
        "lalu lewat silam kemarin kemaren kmrn ago back",
        rf"\b(?:{_COUNT}|se)(?P<unit>hari|hr|hri|minggu|mgg|pekan|bulan|bln|tahun|thn|days?|weeks?|months?|years?)\s+(?:{_AGO})\b",
        _counted,
    ),
    _rule(
        "last_week",
        1,
        "lalu kemarin kemaren kmrn",
        r"\b(?<!hari )(?P<unit>minggu|pekan|bulan|tahun)\s+(?:(?:yang|yg)\s+)?(?:lalu|kemarin|kemaren|kmrn)\b",
        _counted,
    ),
    _rule(
        "two_days_ago",
        1,
        "lusa dulu before",
        rf"\b(?:{_YESTERDAY}\s+(?:lusa|dulu)|lusa\s+{_YESTERDAY}|the day before yesterday)\b",
        _before(2),
    ),
    _rule(
        "last_night",
        2,
        "tadi td bengi last",
        r"\b(?:(?:tadi|td)\s+(?:malam|mlm|malem)|(?:malam|mlm|malem)\s+(?:tadi|td)|mau bengi|last night)\b",
        _last_night,
    ),
    _rule(
        "yesterday",
        2,
        "semalam smlm semalem kemarin kemaren kmrn kmarin kmaren wingi kamari yesterday",
        rf"\b(?<!dari )(?<!-)(?:semalam|smlm|semalem|{_YESTERDAY}(?![ -]*{_YESTERDAY}))\b",
        _before(1),
    ),
    _rule("on_weekday", 3, "hari", rf"(?<!setiap )(?<!tiap )\bhari\s+{_DAY}\b(?!\s+(?:depan|besok|sampai|s/d|-|dan))", _weekday),
    _rule(
        "lasting",
        3,
        "sudah sdh udah udh selama hampir sejak",
        rf"\b(?:sudah|sdh|udah|udh|selama|hampir|sejak)\s+(?:hampir\s+|lebih\s+dari\s+|sekitar\s+)?(?:{_COUNT}|se)(?P<unit>hari|hr|minggu|mgg|pekan)\b"
        r"(?!\s+sekali)",
        _counted,
    ),
    _rule(
        "today",
        4,
        "tadi td ini baru today this",
        r"\b(?:(?:tadi|td)\s+(?:pagi|pgi|siang|sore|subuh)|(?:hari|pagi|siang|sore|malam)\s+ini|barusan|baru\s+saja|baru\s+aja|today"
        r"|this morning)\b",
        _before(0),
    ),
)
"""In the order of asking; of what they find, the lowest rank wins, then the first in the text."""
_HINT = re.compile(
    rf"\blalu|lewat|silam|kemar|kmr|kmar|wingi|kamari|yester|malam|malem|mlm|smlm|bengi|tadi\b|\btd\b|tgl|tanggal|tggl|hari|sudah|sdh|selama|ago\b|last\b|today"
    rf"|barus|baru |ini\b|\d[/.-]\d|\d\s*(?:{'|'.join(_MONTH_NAMES)})"
)
