"""Bytes -> text when the declared character set is missing, unknown or wrong."""

from __future__ import annotations

import codecs
import re

_KNOWN_AS = {
    "ascii": "utf-8", "us-ascii": "utf-8", "ansi": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "iso8859-1": "cp1252", "l1": (
        "cp1252"
    ),
    "iso-8859-8-i": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": (
        "gb18030"
    ),
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "x-windows-949": "cp949",
    "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8", "x-unknown": "utf-8", "unknown-8bit": "utf-8", "default": "utf-8", "x-user-defined": (
        "utf-8"
    ),
    "windows-874": "cp874", "tis-620": "cp874", "cp-850": "cp850", "iso-2022-jp": "iso2022_jp_ext", "binary": "utf-8", "8bit": "utf-8", (
        "utf"
    ): (
        "utf-8"
    ),
}  # fmt: skip
_META = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_NOT_TEXT = frozenset(
    {
        "base64",
        "hex",
        "quopri",
        "rot13",
        "rot-13",
        "uu",
        "bz2",
        "zlib",
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
    }
)
_PLAIN_NAME = re.compile(r"[^A-Za-z0-9_.:+-]")


def decode(content: bytes, declared: str | None, *, html: bool = False) -> str:
    """Never raises: declared, then UTF-8, then Windows-1252, with replacement characters only where nothing fits."""
    if html and not declared:
        said = _META.search(content[:4_000])
        declared = said.group(1).decode("ascii") if said else None
    if content[:3] == b"\xef\xbb\xbf":
        declared, content = "utf-8", content[3:]
    elif content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        declared = "utf-16"
    name = codec(declared)
    for attempt in (name, "utf-8"):
        try:
            return content.decode(attempt)
        except (UnicodeError, ValueError, LookupError):
            continue
    if name in ("utf-8", "cp1252") and _mostly_utf8(content):
        return content.decode("utf-8", "replace")
    return content.decode("cp1252" if name == "utf-8" else name, "replace")


def codec(declared: str | None) -> str:
    """The Python codec for a declared name; utf-8 for a missing or unknown one, or one that does not give text."""
    name = _PLAIN_NAME.sub("", (declared or "").strip().strip("\"'").lower())[:40]
    name = _KNOWN_AS.get(name, name)
    try:
        found = codecs.lookup(name).name if name else "utf-8"
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if found.split("_codec")[0] in _NOT_TEXT or found == "ascii" else found


def _mostly_utf8(content: bytes) -> bool:
    """Whether the wrong bytes are few beside the right multi-byte characters: a cut character, not another character set."""
    replaced = content.decode("utf-8", "replace")
    wrong = replaced.count("\ufffd")
    right = sum(character > "\x7f" for character in replaced) - wrong
    return 0 < right >= wrong
