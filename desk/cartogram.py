"""The kecamatan of a city as tiles of one size, darker where more came from. Pure.

The tables that we ship know codes and names of districts, but neither outlines nor middles: the tiles follow the codes and claim no place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from normalizer import region

STEPS = 4


@dataclass(frozen=True, slots=True)
class Tile:
    """`number` is None where it is too small to be told. `step`: 0 for none, up to STEPS for the most."""

    code: str
    name: str
    number: int | None
    step: int


def tiles(city: str, numbers: Mapping[str, int], *, least: int = 0) -> Sequence[Tile]:
    """One for each kecamatan of the city's code, also where nothing came from; fewer than `least` are not told."""
    most = max(numbers.values(), default=0)
    return [_tile(code, name, numbers.get(code, 0), most, least) for code, name in region.districts(city)]


def _tile(code: str, name: str, number: int, most: int, least: int) -> Tile:
    if number < least:
        return Tile(code, name, None, 0)
    return Tile(code, name, number, -(-STEPS * number // most) if most else 0)
