"""The few headers that intake needs, read cheaply and without trust: nothing here raises, whatever the bytes.

The MIME parts belong to the normaliser. A mail's head is read up to HEAD_LIMIT bytes and HEADER_LIMIT headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime

HEAD_LIMIT = 256 * 1024
HEADER_LIMIT = 1000
VALUE_LIMIT = 16_000
IDS_LIMIT = 50
OLDEST = datetime(1980, 1, 1, tzinfo=UTC)

_FIELD = re.compile(rb"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,76})[ \t]*:(.*)", re.DOTALL)
_END = re.compile(rb"\n\r*\n|\r\r(?!\n)")
_ID = re.compile(r"<([^<>]{1,998})>")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

Fields = Mapping[str, Sequence[str]]
"""Header name in lower case -> its values in order, unfolded, not decoded."""


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Head and body, at the first empty line. A mail without one is all head."""
    if raw.startswith((b"\r\n", b"\n")):
        return b"", raw
    end = _END.search(raw)
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def fields(head: bytes) -> Fields:
    """All headers by name. Lines that are none (an mbox `From `, garbage) are passed over."""
    found: dict[str, list[str]] = {}
    for line in _unfolded(head[:HEAD_LIMIT])[:HEADER_LIMIT]:
        field = _FIELD.fullmatch(line)
        if field:
            found.setdefault(field[1].decode("ascii").lower(), []).append(_text(field[2]))
    return found


def _unfolded(head: bytes) -> list[bytes]:
    lines: list[list[bytes]] = []
    for line in filter(None, head.removeprefix(b"\xef\xbb\xbf").splitlines()):
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1].append(line)
        else:
            lines.append([line])
    return [b"".join(parts) for parts in lines]


def _text(value: bytes) -> str:
    """8-bit headers break the rules and exist: UTF-8 if it is, else Windows-1252."""
    value = value[:VALUE_LIMIT]
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace").strip()


def first(found: Fields, name: str) -> str:
    """The first value, "" where there is none. A doubled header: the first one counts."""
    return next(iter(found.get(name, ())), "")


def decoded(value: str, limit: int) -> str:
    """Encoded words made readable, control characters to spaces, at most `limit` characters."""
    if "=?" in value:
        with suppress(ValueError, LookupError, MessageError):  # then as it came
            value = "".join(_word(part, charset) for part, charset in decode_header(value[: 8 * limit]))
    return " ".join(_CONTROL.sub(" ", value).split())[:limit]


def _word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return part.decode("utf-8", "replace")


def addresses(value: str) -> Sequence[tuple[str, str]]:
    """(name, address) of each mailbox that can be an address, the domain in lower case; [] where none can."""
    try:
        pairs = getaddresses([value[:4000]])
    except (ValueError, IndexError, TypeError, RecursionError):  # CPython 3.11: IndexError on `x@`
        pairs = []
    good = [(decoded(name, 200), _tidy(address)) for name, address in pairs if _ADDRESS.fullmatch(address)]
    return good or [("", _tidy(address)) for address in _ADDRESS.findall(decoded(value, 4000))[:10]]


def is_address(value: str) -> bool:
    return _ADDRESS.fullmatch(value) is not None


def _tidy(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def message_ids(value: str) -> Sequence[str]:
    """Message-IDs, bare. Without any brackets the whole value counts as one."""
    found = [bare_id(part) for part in _ID.findall(value)[-IDS_LIMIT:]]
    return [one for one in (found or [bare_id(value)]) if one]


def bare_id(value: str) -> str:
    """One Message-ID without brackets, blanks and control characters."""
    return re.sub(r"[\s<>\x00-\x1f\x7f-\x9f]+", "", value)[:998]


def sent_at(value: str, now: datetime) -> datetime:
    """The Date header, aware. Missing, unreadable or absurd (before 1980, later than a day from now): now."""
    try:
        written = parsedate_to_datetime(value[:200])
        written = written if written.tzinfo else written.replace(tzinfo=UTC)
        return written if OLDEST <= written <= now + timedelta(days=1) else now
    except (ValueError, TypeError, IndexError, OverflowError):
        return now
