"""Whether two complaints are one matter: surely (they are grouped), perhaps (a person is asked), or not. And where to look for such. Pure.

Two roads lead there: many citizens in one place and time, or one person who writes the same by another channel.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import IntEnum

from normalizer import mapping
from normalizer.fingerprint import Fingerprint

NEAR_DAYS = timedelta(days=3)
AGAIN_DAYS = timedelta(days=14)
"""One person's same words on another channel."""
AT_KM, NEAR_KM = 0.15, 0.25
SAME_WORDS = 0.12
"""Shared stems of two texts that already agree in place, time and category."""
LIKE_WORDS = 0.22
"""Where only the village is the same, the words must say more."""
REPEATED = 0.75
"""Shared stems of one person's same text."""
CELL = 0.005
"""Degrees: some 550 m. A complaint lies in one cell; who is within AT_KM of its border looks into the next one too."""
_MARGIN = NEAR_KM / 111.0
_NAMES = 4


class Likeness(IntEnum):
    APART = 0
    PERHAPS = 1
    SURE = 2


class _Place(IntEnum):
    APART = 0
    UNKNOWN = 1
    VILLAGE = 2
    NEAR = 3
    AT = 4


def likeness(one: Fingerprint, other: Fingerprint) -> Likeness:
    """The same both ways round."""
    place, shared = _place(one, other), _shared(one.stems, other.stems)
    if one.persons & other.persons and shared >= REPEATED and _within(one, other, AGAIN_DAYS):
        return Likeness.SURE if place >= _Place.UNKNOWN and not _numbers_differ(one, other) else Likeness.PERHAPS
    if one.category is None or one.category != other.category or not _within(one, other, NEAR_DAYS):
        return Likeness.APART
    if place is _Place.AT and shared >= SAME_WORDS:
        return Likeness.SURE
    if place is _Place.VILLAGE and shared >= LIKE_WORDS:
        return Likeness.SURE if _within(one, other, timedelta(days=1)) and len(one.stems & other.stems) >= 2 else Likeness.PERHAPS
    return Likeness.PERHAPS if place >= _Place.VILLAGE and shared >= SAME_WORDS else Likeness.APART


def same_person(one: Fingerprint, other: Fingerprint) -> bool:
    """The same phone or mail address writes, by whatever channel."""
    return bool(one.persons & other.persons)


def kept_under(told: Fingerprint) -> Sequence[str]:
    """The keys under which a complaint is found again: its cell on the map, its village, the names in its address, and who wrote."""
    keys = {f"person:{each}" for each in told.persons}
    if told.category is not None:
        keys |= {f"{told.category}:cell:{cell}" for cell in _cells(told, 0.0)}
        keys |= _spoken(told)
    return sorted(keys)


def looked_up(told: Fingerprint) -> Sequence[str]:
    """The keys under which its like would be kept: as above, and the neighbouring cells."""
    around = {f"{told.category}:cell:{cell}" for cell in _cells(told, _MARGIN)} if told.category is not None else set()
    return sorted({*kept_under(told), *around})


def _spoken(told: Fingerprint) -> set[str]:
    names = sorted(told.address, key=lambda name: (-len(name), name))[:_NAMES]
    keys = {f"{told.category}:name:{name}" for name in names}
    return keys | ({f"{told.category}:village:{told.village}"} if told.village else set())


def _cells(told: Fingerprint, margin: float) -> set[str]:
    if told.point is None:
        return set()
    lat, lon = told.point
    steps = (-margin, margin) if margin else (0.0,)
    return {f"{math.floor((lat + up) / CELL)}/{math.floor((lon + right) / CELL)}" for up in steps for right in steps}


def _place(one: Fingerprint, other: Fingerprint) -> _Place:
    if one.point and other.point:
        away = mapping.distance_km(one.point, other.point)
        return _Place.AT if away <= AT_KM else _Place.NEAR if away <= NEAR_KM else _Place.APART
    if one.region and other.region and not (one.region.startswith(other.region) or other.region.startswith(one.region)):
        return _Place.APART
    if one.address and other.address:
        return _named(one, other)
    return _Place.VILLAGE if one.village and one.village == other.village else _Place.UNKNOWN


def _named(one: Fingerprint, other: Fingerprint) -> _Place:
    """Both name a place: it must be the same one. Another RT or house number on one street is near, not the same."""
    from rapidfuzz import fuzz

    first, second = (" ".join(sorted(each.address)) for each in (one, other))
    if not one.address & other.address and fuzz.ratio(first, second) < 85.0:
        return _Place.APART
    if all(one.neighbourhood) and all(other.neighbourhood) and one.neighbourhood != other.neighbourhood:
        return _Place.APART
    alike = fuzz.token_set_ratio(first, second) >= 90.0 and not _numbers_differ(one, other)
    return _Place.AT if alike else _Place.NEAR


def _numbers_differ(one: Fingerprint, other: Fingerprint) -> bool:
    return bool(one.numbers and other.numbers and one.numbers != other.numbers)


def _within(one: Fingerprint, other: Fingerprint, days: timedelta) -> bool:
    return one.day is not None and other.day is not None and abs(one.day - other.day) <= days


def _shared(one: Collection[str], other: Collection[str]) -> float:
    """Of the shorter text's words, how many the other has; short ones must not be drowned by long ones, nor sure by one word."""
    both = len(set(one) & set(other))
    return both / max(len(set(one) | set(other)) or 1, 4)
