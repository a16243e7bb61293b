"""Whether a PDF is only paper: no script, nothing that starts by itself, no file inside. Pure.

A look at names, not a parser: names may be written with `#` and two digits, and may lie in packed groups of objects, which are unpacked
within a cap. What cannot be looked into (encrypted, packed in another way, too large when unpacked) counts as not only paper.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|Rendition|SubmitForm|ImportData|GoToE|XFA|Encrypt)(?![A-Za-z0-9])"
    rb"|/OpenAction(?!\s*\[)"  # a mere place to open at stands in brackets
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_GROUP = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_BEGINS = re.compile(rb"stream\r?\n")
_PACKED = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
UNPACKED = 32_000_000
"""Bytes that all groups of one file may come to."""
NEAR = 4_096
"""Bytes of a group's description."""


def only_paper(content: bytes) -> bool:
    """`content`: the whole file."""
    if ACTIVE.search(plain := _unescaped(content)) or len(_GROUP.findall(plain)) > len(_GROUP.findall(content)):
        return False
    try:
        return not any(ACTIVE.search(_unescaped(group)) for group in _groups(content))
    except (_Opaque, zlib.error):
        return False


class _Opaque(Exception):
    """A group of objects that cannot be looked into."""


def _unescaped(content: bytes) -> bytes:
    return _ESCAPED.sub(lambda code: bytes((int(code[1], 16),)), content) if b"#" in content else content


def _groups(content: bytes) -> Iterator[bytes]:
    """What the packed groups hold."""
    room = UNPACKED
    for named in _GROUP.finditer(content):
        begins = _BEGINS.search(content, named.end(), named.end() + NEAR)
        if begins is None:
            raise _Opaque
        told = content[max(0, named.start() - NEAR) : begins.start()]
        told = _unescaped(told[told.rfind(b"obj") :])
        if not _PACKED.search(told) or told.count(b"/Filter") > 1 or told.count(b"Decode") > 1:
            raise _Opaque
        unpacking = zlib.decompressobj()
        group = unpacking.decompress(content[begins.end() : content.find(b"endstream", begins.end())], room + 1)
        if not unpacking.eof or len(group) > room:
            raise _Opaque
        room -= len(group)
        yield group
