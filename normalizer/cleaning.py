"""Evidence as it may leave the hub: without the camera's name, its owner, its clock and where it stood. Pure: any bytes in, an outcome out.

The place is told apart, so that it can be offered as the complaint's. The original stays with the operators.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from normalizer import containers

PIXELS = 40_000_000
"""Of a WebP, which has to be drawn anew; larger ones stay here."""
_GPS = 0x8825
_ORIENTATION = 0x0112
_FILMS = frozenset(
    {
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"qt  ",
        b"M4V ",
        b"M4A ",
        b"3gp4",
        b"3gp5",
        b"3gp6",
        b"3g2a",
        b"MSNV",
    }
)
_ISO6709 = re.compile(rb"([+-]\d{2}\.\d{2,8})([+-]\d{3}\.\d{2,8})")
_PICTURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"GIF8", b"\0\0\x01\0")
_SURE = (b"GIF8", b"BM")
"""Formats that cameras and phones do not write and that have no place for a position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """`content` None: it may hold what identifies somebody and cannot be cleaned, so it does not leave. lat, lon: where it was taken."""

    content: bytes | None
    lat: float | None = None
    lon: float | None = None


def clean(content: bytes) -> Cleaned:
    """Never raises on content. Documents, sound and texts are the citizen's own words and pass as they are."""
    try:
        return _clean(content)
    except Exception:  # whatever a broken or hostile file makes a library raise: it does not leave
        return Cleaned(content=None)


def _clean(content: bytes) -> Cleaned:
    if content.startswith(b"\xff\xd8"):
        place, orientation = _told(content)
        return _with(containers.jpeg(content, orientation), place)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _with(containers.png(content), _told(content)[0])
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _with(_drawn(content), _told(content)[0])
    if content[4:8] in (b"ftyp", b"moov", b"wide", b"mdat"):
        if content[4:8] == b"ftyp" and content[8:12] not in _FILMS:
            return Cleaned(content=None)  # HEIC and AVIF: their EXIF lies between the pictures
        return _with(containers.mp4(content), _filmed(content))
    if content.startswith(_PICTURES) and not content.startswith(_SURE):
        return Cleaned(content=None)
    return Cleaned(content=content)


def _with(content: bytes, place: tuple[float, float] | None) -> Cleaned:
    return Cleaned(content=content, lat=place[0], lon=place[1]) if place else Cleaned(content=content)


def _told(content: bytes) -> tuple[tuple[float, float] | None, int]:
    """Place and orientation out of the EXIF; a broken EXIF tells nothing and is dropped all the same."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            exif = image.getexif()
        turned = exif.get(_ORIENTATION, 1)
        return _place(exif.get_ifd(_GPS)), turned if isinstance(turned, int) else 1
    except Exception:
        return None, 1


def _drawn(content: bytes) -> bytes:
    """A WebP once more, the right way up, without its extra chunks."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(content)) as image:
        if image.width * image.height > PIXELS or getattr(image, "n_frames", 1) > 1:
            raise ValueError("size")
        out = io.BytesIO()
        ImageOps.exif_transpose(image).save(out, "WEBP", quality=90, exif=b"", xmp=b"")
        return out.getvalue()


def _place(gps: Any) -> tuple[float, float] | None:
    """Degrees, where the camera gave both; https://exiv2.org/tags.html (GPSInfo 1 to 4)."""
    lat, lon = _degrees(gps.get(2), gps.get(1), "S"), _degrees(gps.get(4), gps.get(3), "W")
    return None if lat is None or lon is None else _on_earth(lat, lon)


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -value if str(side).strip("\0 ").upper() == negative else value


def _filmed(content: bytes) -> tuple[float, float] | None:
    """Phones write the place of a film as ISO 6709 into its user data."""
    found = _ISO6709.search(content, max(0, content.find(b"moov")))
    return _on_earth(float(found.group(1)), float(found.group(2))) if found else None


def _on_earth(lat: float, lon: float) -> tuple[float, float] | None:
    """Not a number, off the map, or the point zero that a camera without satellites writes: no place."""
    sound = -90 <= lat <= 90 and -180 <= lon <= 180 and abs(lat) + abs(lon) > 0.01
    return (round(lat, 6), round(lon, 6)) if sound else None
