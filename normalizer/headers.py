"""Mail headers: values decoded once, when asked for, with caps on length and on encoded words. No value ever raises."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from itertools import islice

from normalizer.characters import clean, one_line
from normalizer.charset import decode

VALUE_LIMIT = 20_000
_WORDS_LIMIT = 300
_NAME_LIMIT = 200

_ENCODED = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_ENCODED = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,80}\?[bBqQ]\?)")
_ANGLE = re.compile(r"<\s*([^<>]{0,400}?)\s*>")
_BARE = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()]+")
_RUN = re.compile(rf"(?:{_ENCODED.pattern})+")
_COMMENT = re.compile(r"\(([^()]{0,200})\)")
_ID = re.compile(r"<\s*([^<>\s]{1,990})\s*>")
_MONTHS = {"mei": "May", "agu": "Aug", "agt": "Aug", "okt": "Oct", "des": "Dec", "nop": "Nov", "peb": "Feb"}
_MONTH = re.compile(r"\b(mei|agu|agt|okt|des|nop|peb)[a-z]*\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headers:
    """values: name in lower case -> raw values in order, surrogate-escaped as the parser gives them."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, items: Iterable[tuple[str, str]]) -> Headers:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in items:
            key = name.strip().lower()
            found[key] = (*found.get(key, ())[:50], str(value)[:VALUE_LIMIT])
        return cls(found)

    def raw(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")

    def text(self, name: str, limit: int = 1_000) -> str:
        """Decoded, on one line; empty when the mail has no such header."""
        value = self.raw(name)
        return one_line(unencode(value), limit) if value else ""

    def token(self, name: str) -> str:
        """The bare value before any parameter, in lower case."""
        return self.text(name).split(";")[0].split("(")[0].strip().lower()

    def mailbox(self, name: str) -> tuple[str | None, str | None]:
        """(name, address in lower case) of the first mailbox that has an address."""
        return mailbox(self.raw(name))

    def ids(self, name: str) -> list[str]:
        """Message ids without their brackets; a bare one where the brackets are missing."""
        value = unfold(self.raw(name))
        found = [match.group(1) for match in _ID.finditer(value)]
        return found or ([value.strip(" <>\t")] if value.strip(" <>\t") and " " not in value.strip() else [])

    def date(self) -> datetime | None:
        return moment(self.text("date"))


def unfold(value: str) -> str:
    return value.replace("\r", "").replace("\n", "")


def unencode(value: str) -> str:
    """RFC 2047 words and raw 8-bit bytes -> text. Broken words stay as they are written; after the 300th word the rest is dropped."""
    value = _eight_bit(unfold(value[:VALUE_LIMIT]))
    if "=?" not in value:
        return value
    joined = _BETWEEN_ENCODED.sub(r"\1", value)
    many = next(islice(_ENCODED.finditer(joined), _WORDS_LIMIT, None), None)
    return clean(_RUN.sub(_decoded_run, joined[: many.start()] if many else joined), VALUE_LIMIT)


def mailbox(value: str) -> tuple[str | None, str | None]:
    """(display name, address) of the first mailbox in a header's value; both None for an empty or hopeless one."""
    value = unfold(value)[:4_000]
    angle = _ANGLE.search(value)
    if angle:
        before = value[: angle.start()]
        first = _BARE.search(before) if _unquoted_comma(before) else None
        return (None, _address(first.group())) if first else (_display(before), _address(angle.group(1)))
    comment = _COMMENT.search(value)
    bare = _BARE.search(_COMMENT.sub(" ", value))
    if bare:
        return (_display(comment.group(1)) if comment else None), _address(bare.group())
    return _display(value.split(",")[0]), None


def moment(written: str) -> datetime | None:
    """An aware datetime of a Date header, Indonesian month names allowed; None for rubbish and impossible values."""
    try:
        found = parsedate_tz(_MONTH.sub(lambda match: _MONTHS[match.group(1).lower()], written[:200]))
        if not found or not 1970 <= found[0] <= 9998:
            return None
        offset = found[9] or 0
        zone = timezone(timedelta(seconds=offset)) if abs(offset) < 86_400 else UTC
        return datetime(*found[:5], min(found[5], 59), tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _decoded_run(run: re.Match[str]) -> str:
    """Words that touch: bytes of one character set are joined before they are decoded, because a character may be cut between two."""
    pieces: list[tuple[str, bytes]] = []
    for match in _ENCODED.finditer(run.group()):
        charset, content = match.group(1).split("*")[0].lower(), _encoded_bytes(match.group(2), match.group(3))
        if content is None:
            pieces.append(("utf-8", match.group().encode("utf-8", "replace")))
        elif pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + content)
        else:
            pieces.append((charset, content))
    return "".join(decode(content, charset) for charset, content in pieces)


def _encoded_bytes(encoding: str, written: str) -> bytes | None:
    if encoding in "qQ":
        return quopri.decodestring(written.replace("_", " ").encode("utf-8", "surrogateescape"), header=False)
    bare = re.sub(r"[^A-Za-z0-9+/]", "", written)
    if written and not bare:
        return None
    try:
        return binascii.a2b_base64(bare[: len(bare) - (len(bare) % 4 == 1)] + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def _eight_bit(value: str) -> str:
    if value.isascii():
        return value
    try:
        return decode(value.encode("ascii", "surrogateescape"), None)
    except UnicodeEncodeError:
        return value


def _display(written: str) -> str | None:
    written = written.strip().strip(",;").strip()
    if len(written) > 1 and written[0] == written[-1] and written[0] in "\"'":
        written = written[1:-1]
    said = one_line(unencode(re.sub(r"\\(.)", r"\1", written.replace('"', ""))), _NAME_LIMIT)
    if len(said) > 1 and said[0] == said[-1] == "'":
        said = said[1:-1]
    return said.strip() or None


def _address(written: str) -> str | None:
    bare = one_line(_eight_bit(written), 320).strip("<>\"' ").removeprefix("mailto:")
    return bare.lower() if "@" in bare and " " not in bare else None


def _unquoted_comma(written: str) -> bool:
    return "," in re.sub(r'"(?:[^"\\]|\\.)*"', "", written)
