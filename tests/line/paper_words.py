"""The words of a PDF that fpdf made: its streams unpacked, and glyphs looked up in each font's ToUnicode table."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.DOTALL)
SHOWN = re.compile(rb"\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
PAIR = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>")
CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words_of(pdf: bytes) -> str:
    """One line for each piece of text; read once with each font, as we need not know which is meant."""
    streams = [_unpacked(each) for each in STREAM.findall(pdf)]
    fonts = [
        {int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in PAIR.findall(stream)}
        for stream in streams
        if b"beginbfchar" in stream
    ]
    assert fonts, "no font with a ToUnicode table"
    shown = [ESCAPED.sub(lambda found: CONTROL.get(found[1], found[1]), each) for stream in streams for each in SHOWN.findall(stream)]
    glyphs = [[int.from_bytes(each[at : at + 2], "big") for at in range(0, len(each), 2)] for each in shown]
    return "\n".join("".join(font.get(glyph, "?") for glyph in line) for font in fonts for line in glyphs)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
