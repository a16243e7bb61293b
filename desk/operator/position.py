"""Where a complaint lies in its city, drawn without any map: a circle for the city, a pin in it. Works offline and tells nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Any

from config.profile import Profile

KM_A_DEGREE = 111.32
HALF = 45
"""Radius of the city's circle in a drawing of 100 by 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`x`, `y` in the drawing; `km` from the middle of the city. `inside`: within its circle."""

    x: float
    y: float
    km: float
    inside: bool


def position(profile: Profile, place: Mapping[str, Any]) -> Position | None:
    """None where the complaint has no coordinates or the profile no circle."""
    lat, lon = place.get("lat"), place.get("lon")
    if lat is None or lon is None or profile.map_center is None or not profile.map_radius_km:
        return None
    north = (lat - profile.map_center[0]) * KM_A_DEGREE
    east = (lon - profile.map_center[1]) * KM_A_DEGREE * cos(radians(profile.map_center[0]))
    away = hypot(north, east)
    shrink = min(1.0, profile.map_radius_km / away) if away else 1.0
    scale = HALF / profile.map_radius_km * shrink
    return Position(x=round(50 + east * scale, 1), y=round(50 - north * scale, 1), km=round(away, 1), inside=away <= profile.map_radius_km)
