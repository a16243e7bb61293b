"""Coordinates in the links of map services, read from the link itself (no network), and whether a point lies in the city.

Links: https://developers.google.com/maps/documentation/urls/get-started, https://developers.google.com/waze/deeplinks,
https://wiki.openstreetmap.org/wiki/Browsing, https://developer.apple.com/library/archive/featuredarticles/iPhoneURLScheme_Reference/MapLinks,
https://www.rfc-editor.org/rfc/rfc5870 (geo:).
"""

from __future__ import annotations

import math
import re

Point = tuple[float, float]

_LINK = re.compile(r"(?:https?://|geo:|www\.)[^\s<>\"]{4,2000}", re.IGNORECASE)
_SERVICE = re.compile(
    r"^(?:geo:|(?:https?://)?(?:[\w-]+\.){0,3}(?:google\.[a-z.]{2,6}/maps|maps\.google\.[a-z.]{2,6}|maps\.app\.goo\.gl|goo\.gl/maps"
    r"|g\.co/kgs|waze\.com|openstreetmap\.org|osm\.org|maps\.apple\.com|maps\.apple|bing\.com/maps|here\.com|plus\.codes))",
    re.IGNORECASE,
)
_PAIR = r"(-?\d{1,3}\.\d{2,15})(?:,|%2c)(?:\+|%20)*(-?\d{1,3}\.\d{2,15})"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"!3d(-?\d{1,3}\.\d{2,15})!4d(-?\d{1,3}\.\d{2,15})",  # the place itself; @ is only where the map stands
        rf"[?&#](?:q|query|ll|sll|daddr|destination|coordinate|center|navigate_to|cp)=(?:loc:)?{_PAIR}",
        rf"[?&](?:to=ll\.|ll=){_PAIR}",
        r"[?&]mlat=(-?\d{1,3}\.\d{2,15})&(?:amp;)?mlon=(-?\d{1,3}\.\d{2,15})",
        rf"/(?:place|search|dir)/(?:[^/\s]*/)?{_PAIR}",
        rf"/@{_PAIR}",
        r"#map=\d{1,2}(?:\.\d+)?/(-?\d{1,3}\.\d{2,15})/(-?\d{1,3}\.\d{2,15})",
        rf"^geo:{_PAIR}",
    )
)
_EARTH_KM = 6371.0


def link(text: str) -> str | None:
    """The first link of a map service."""
    return next((match.group().rstrip(".,)") for match in _LINK.finditer(text) if _SERVICE.match(match.group())), None)


def point(written: str) -> Point | None:
    """(latitude, longitude) that a map link carries; None for a short link, which only its service can resolve."""
    for pattern in _PATTERNS:
        match = pattern.search(written)
        if match:
            return float(match.group(1)), float(match.group(2))
    return None


def distance_km(one: Point, other: Point) -> float:
    """Along the surface of the earth."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(part) for part in pair) for pair in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def inside(lat: float, lon: float, center: Point | None, radius_km: float | None) -> bool | None:
    """Whether the point lies in the city's circle; None where the profile draws none."""
    if center is None or radius_km is None:
        return None
    return distance_km((lat, lon), center) <= radius_km
