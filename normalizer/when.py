"""Dates as mail programs write them for people: "Rabu, 3 November 2021 15.51.30 WIB", "26 October 2021 at 11:17:21 EEST"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

from normalizer.headers import moment

_NAMES = (
    "jan, feb peb fév, mar mär mrt, apr abr avr, may mei mai maj mag, jun giu, jul lug, aug agu agt ago aoû, sep set, oct okt ott out, "
    "nov nop, dec des dez dic déc"
)
_MONTHS = [tuple(names.split()) for names in _NAMES.split(",")]
"""By the first letters, in the languages of the mail programs met so far."""
_ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "est": -5, "edt": -4, "pst": -8}
_NAMED = re.compile(
    r"\b(?P<day>\d{1,2})\.?(?:st|nd|rd|th)?[\s.]+(?:de\s+)?(?P<month>[^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(?P<year>(?:19|20)\d\d)\b"
)
_NAMED_FIRST = re.compile(r"\b(?P<month>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b")
_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_DAY_FIRST = re.compile(r"\b(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>(?:19|20)\d\d)\b")
_TIME = re.compile(r"(?<![\d.:/-])(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?\s*(?P<half>[AaPp]\.?[Mm]\b)?")
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC))?\s?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?\b")


def read(written: str, zone: tzinfo) -> datetime | None:
    """An aware datetime; `zone` where the text names none. None for what cannot be read."""
    written = written[:200]
    day = next((match for pattern in (_NAMED, _NAMED_FIRST, _ISO, _DAY_FIRST) if (match := pattern.search(written))), None)
    month = _month(day.group("month")) if day else None
    if day is None or month is None:
        return moment(written)
    rest = f"{written[: day.start()]} {written[day.end() :]}"
    hour, minute, second = _clock(rest)
    try:
        return datetime(int(day.group("year")), month, int(day.group("day")), hour, minute, second, tzinfo=_zone(rest, zone))
    except ValueError:
        return None


def _month(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    low = written.lower()
    return next((number for number, names in enumerate(_MONTHS, 1) if low.startswith(names)), None)


def _clock(rest: str) -> tuple[int, int, int]:
    match = _TIME.search(rest)
    if not match:
        return 0, 0, 0
    hour, half = int(match.group("hour")), (match.group("half") or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, int(match.group("minute")), int(match.group("second") or 0)


def _zone(rest: str, zone: tzinfo) -> tzinfo:
    offset = _OFFSET.search(rest)
    if offset:
        span = timedelta(hours=int(offset.group("hours")), minutes=int(offset.group("minutes") or 0))
        return timezone(-span if offset.group("sign") == "-" else span) if span < timedelta(hours=24) else zone
    named = next((_ZONES[word] for word in re.findall(r"[a-z]+", rest.lower()) if word in _ZONES), None)
    return zone if named is None else timezone(timedelta(hours=named))
