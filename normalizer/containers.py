"""Files without what cameras write into them: JPEG, PNG and MP4 are walked box by box, and no pixel is touched. Pure.

JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B), PNG: https://www.w3.org/TR/png-3/, MP4: ISO/IEC 14496-12.
Everything here raises ValueError or IndexError for bytes that are not what they begin as.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP2, _APP14, _APP15 = 0xE0, 0xE2, 0xEE, 0xEF
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length: TEM and the restarts."""
_PNG = b"\x89PNG\r\n\x1a\n"
_TOLD = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_MOST_BOXES = 10_000


def jpeg(content: bytes, orientation: int = 1) -> bytes:
    """Only what draws the picture, and which way up it is. What hangs behind its end (a second picture, a film) is cut off."""
    out = bytearray(b"\xff\xd8")
    if 2 <= orientation <= 8:
        out += _turned(orientation)
    at = 2
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:  # fill bytes
            at += 1
        if content[at] != 0xFF:
            raise ValueError("marker")
        marker = content[at + 1]
        if marker == _EOI:
            return bytes(out + b"\xff\xd9")
        end = at + 2 if marker in _BARE else at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end > len(content) or (marker not in _BARE and end < at + 4):
            raise ValueError("length")
        if marker == _SOS:
            end = _after_scan(content, end)
        if _draws(marker, content[at + 4 : at + 16]):
            out += content[at:end]
        at = end


def _draws(marker: int, head: bytes) -> bool:
    """Of the application's own segments only JFIF, colour profile and Adobe's colour transform matter to the eye."""
    if marker == _APP2:
        return head.startswith(b"ICC_PROFILE\0")
    if marker == _APP0:
        return head.startswith(b"JFIF\0")
    return marker == _APP14 or not (_APP0 <= marker <= _APP15 or marker == _COM)


def _after_scan(content: bytes, at: int) -> int:
    """Where the coded picture ends; 0xFF there is followed by 0 or a restart. A picture cut short ends with its bytes."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] and content[at + 1] != 0xFF and content[at + 1] not in _BARE:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    raise ValueError("cut short")


def _turned(orientation: int) -> bytes:
    """The smallest EXIF there is: one entry, the orientation."""
    tiff = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHHI", 0x0112, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 2 + 6 + len(tiff)) + b"Exif\0\0" + tiff


def png(content: bytes) -> bytes:
    """Without texts, times and EXIF, and without what hangs behind its end."""
    out, at = bytearray(_PNG), len(_PNG)
    while True:
        kind, end = content[at + 4 : at + 8], at + 12 + int.from_bytes(content[at : at + 4], "big")
        if len(kind) < 4 or end > len(content):
            raise ValueError("chunk")
        if kind not in _TOLD:
            out += content[at:end]
        if kind == b"IEND":
            return bytes(out)
        at = end


def mp4(content: bytes) -> bytes:
    """User data and meta boxes become free space of the same length, so that no offset moves. ValueError for a track of positions."""
    out = bytearray(content)
    for count, (kind, head, start, end) in enumerate(_boxes(content, 0, len(content), 0)):
        if count > _MOST_BOXES:
            raise ValueError("boxes")
        if kind == b"hdlr" and content[start + 8 : start + 12] in (b"meta", b"mebx", b"camm"):
            raise ValueError("timed metadata")
        if kind in (b"udta", b"meta", b"uuid", b"free", b"skip"):
            out[head + 4 : head + 8] = b"free"
            out[start:end] = bytes(end - start)
    return bytes(out)


def _boxes(content: bytes, at: int, stop: int, depth: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(kind, where it begins, where its content begins, where it ends), inner ones after the one that holds them."""
    while at + 8 <= stop:
        size, kind, start = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], at + 8
        if size == 1:
            size, start = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        end = stop if size == 0 else at + size
        if end > stop or end < start:
            raise ValueError("box")
        yield kind, at, start, end
        if kind in (b"moov", b"trak", b"mdia") and depth < 4:
            yield from _boxes(content, start, end, depth + 1)
        at = end
