"""The same matter told twice: by one person who sends it again, or by many in one place and time. Proposals; each keeps its own number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from normalizer import mapping
from normalizer.outcome import Normalized
from normalizer.wording import forms, words

NEAR_KM = 0.25
NEAR_DAYS = timedelta(days=3)
SAME_STREET = 85.0
"""rapidfuzz's token_set_ratio of two addresses, 0..100."""
SAME_WORDS = 0.12
"""Shared stems of two texts that already agree in place, time and category."""
RESENT = 92.0
"""rapidfuzz's ratio of two texts by one person, 0..100."""
_RESENT_LENGTH = 25
_ORDINARY = frozenset(
    "yang untuk sudah belum tidak jalan gang dengan juga pada dalam kepada kalau sampai bisa masih lagi sangat banyak mohon tolong "  # noqa: SIM905
    "lapor saya warga bapak ibu admin sekarang kemarin selamat pagi siang sore malam terima kasih dan dari ada ini itu karena depan".split()
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What two tellings of one matter have in common."""

    category: str | None
    day: date | None
    point: tuple[float, float] | None
    region: str | None
    address: str
    neighbourhood: tuple[str | None, str | None]
    """RT and RW."""
    stems: frozenset[str]
    persons: frozenset[str]
    """Phone and mail address of who writes, whatever the channel."""


def fingerprint(read: Normalized) -> Fingerprint:
    place, happened = read.location, read.incident_date
    day = happened or (read.submitted_at.date() if read.submitted_at else None)
    point = (place.lat, place.lon) if place.lat is not None and place.lon is not None else None
    told = {min(sorted(forms(word)), key=len) for word in words(read.body)[:200] if len(word) > 3 and word not in _ORDINARY}
    return Fingerprint(
        category=read.category,
        day=day,
        point=point,
        region=place.region_code,
        address=" ".join(words(place.text or place.address or "")),
        neighbourhood=(place.rt, place.rw),
        stems=frozenset(told),
        persons=frozenset(each.lower() for each in (read.reporter.phone, read.reporter.email) if each),
    )


def same_matter(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two complaints, also of two people, may be one matter: same kind, within three days, in one place, in like words."""
    if one.category is None or one.category != other.category:
        return False
    if one.day is None or other.day is None or abs(one.day - other.day) > NEAR_DAYS:
        return False
    shared = len(one.stems & other.stems) / (len(one.stems | other.stems) or 1)
    return _same_place(one, other) and shared >= SAME_WORDS


def same_person(one: Fingerprint, other: Fingerprint) -> bool:
    """The same phone or mail address writes, by whatever channel."""
    return bool(one.persons & other.persons)


def resent(first: str, again: str) -> bool:
    """The same text once more with small changes. Other digits (a house number, an RT) make it another matter."""
    if min(len(first), len(again)) < _RESENT_LENGTH or abs(len(first) - len(again)) > 0.2 * len(first):
        return False
    if _DIGITS.findall(first) != _DIGITS.findall(again):
        return False
    from rapidfuzz import fuzz

    return bool(fuzz.ratio(first.lower()[:5_000], again.lower()[:5_000]) >= RESENT)


def _same_place(one: Fingerprint, other: Fingerprint) -> bool:
    if one.point and other.point:
        return mapping.distance_km(one.point, other.point) <= NEAR_KM
    if one.region and other.region and not (one.region.startswith(other.region) or other.region.startswith(one.region)):
        return False
    if not one.address or not other.address:
        return False
    if all(one.neighbourhood) and all(other.neighbourhood) and one.neighbourhood != other.neighbourhood:
        return False
    from rapidfuzz import fuzz

    return bool(fuzz.token_set_ratio(one.address, other.address) >= SAME_STREET)
