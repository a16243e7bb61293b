"""Bytes -> text when the declared character set is missing, unknown or wrong."""

from __future__ import annotations

import codecs
import re

_SPELLED = {
    "utf-8": "ascii us-ascii utf8mb4 x-unknown unknown-8bit default x-user-defined binary 8bit utf",
    "cp1252": "ansi iso-8859-1 latin1 iso8859-1 l1",
    "iso-8859-8": "iso-8859-8-i",
    "iso-8859-6": "iso-8859-6-i",
    "gb18030": "gb2312 gbk x-gbk gb_2312-80",
    "cp949": "ks_c_5601-1987 euc-kr x-windows-949",
    "cp932": "x-sjis shift_jis shift-jis",
    "utf-7": "unicode-1-1-utf-7",
    "cp874": "windows-874 tis-620",
    "cp850": "cp-850",
    "iso2022_jp_ext": "iso-2022-jp",
}
"""Codec -> what mail programs call it, or what they say and do not mean (ISO 8859-1 with curly quotes is Windows-1252)."""
_KNOWN_AS = {spelling: name for name, spellings in _SPELLED.items() for spelling in spellings.split()}
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
