"""Characters made safe to store, print and compare. Knows nothing of mail, chats or cities."""

from __future__ import annotations

import re
import unicodedata

TEXT_LIMIT = 50_000
"""Characters of one message that are read; the raw bytes keep the rest."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_UNSEEN = re.compile(r"[\u200b\ufeff\u2060\u00ad\u180e]")
_LINE_ENDS = re.compile(r"\r\n|\r|\u2028|\u2029|\x85")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOJIBAKE = re.compile(r"[ÃÂâð][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """NFC, plain line ends, no control, bidi and invisible characters, at most `limit` long. Cleaning twice changes nothing."""
    text = text[:limit]
    if text.isascii():
        return _CONTROL.sub("", _LINE_ENDS.sub("\n", text))
    text = _pair(text)
    if _MOJIBAKE.search(text):
        text = _undo_mojibake(text)
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROL.sub("", _BIDI.sub("", _UNSEEN.sub("", text)))
    return unicodedata.normalize("NFC", text)[:limit]


def tidy(text: str) -> str:
    """Clean text with single spaces, no trailing blanks, at most one empty line in a row."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def one_line(text: str, limit: int) -> str:
    """For names, subjects and file names: no line ends, single spaces, at most `limit` characters."""
    return " ".join(clean(text, limit * 4).split())[:limit].strip()


def fold(text: str) -> str:
    """For comparing only: compatibility forms undone (𝗝𝗮𝗹𝗮𝗻 -> jalan), lower case, curly quotes straight."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    return text.lower()


def lowered(text: str) -> str:
    """In small letters and as long as before, so that positions stay: a pattern that need not ignore case is several times as quick."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(small if len(small := one.lower()) == 1 else one for one in text)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    word_end = head.rfind(" ")
    return (head[:word_end] if word_end > limit // 2 else head).rstrip(" ,;:-–") + "…"


def _pair(text: str) -> str:
    """Surrogate pairs joined, lone ones replaced: PostgreSQL and UTF-8 refuse them."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _undo_mojibake(text: str) -> str:
    """UTF-8 that was once read as Windows-1252 (Ã© -> é); untouched unless the whole text turns back without an error."""
    for wrong in ("cp1252", "latin-1"):
        try:
            repaired = text.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
        return _undo_mojibake(repaired) if _MOJIBAKE.search(repaired) else repaired
    return text
