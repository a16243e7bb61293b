"""Reads of single values out of X's JSON: the value when it has the promised type, else nothing. Pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

Json = Mapping[str, Any]
POST_ID = re.compile(r"[0-9]{1,19}")
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
"""Ids since then carry their own time in the upper bits: https://docs.x.com/fundamentals/x-ids"""


def loads(raw: bytes) -> Any:
    """JSON of any shape. Raises ValueError, and UnicodeDecodeError (one of them) for bytes that are no UTF-8.

    orjson refuses half of a surrogate pair; the slow way keeps the rest of the text.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        text = raw.decode()
    try:
        return orjson.loads(json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def listed(value: object) -> Sequence[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()


def words(value: object) -> str:
    """A text that every database takes: PostgreSQL knows no NUL."""
    return value.replace("\x00", "�") if isinstance(value, str) else ""


def prose(value: object) -> str:
    """What people wrote: X escapes & < > in it."""
    return html.unescape(words(value)).replace("\x00", "�")


def post_id(value: object) -> str | None:
    """An id as X writes it: a string of digits, because JavaScript cannot count that far."""
    return value if isinstance(value, str) and POST_ID.fullmatch(value) else None


def moment(value: object, number: str, otherwise: datetime) -> datetime:
    """`created_at`; without it the time in the id itself; failing both, `otherwise`."""
    try:
        written = datetime.fromisoformat(words(value))
    except ValueError:
        written = None
    if written is not None and written.tzinfo is not None:
        return written
    milliseconds = int(number) >> 22
    return EPOCH + timedelta(milliseconds=milliseconds) if 0 < milliseconds < 2**41 else otherwise


def first_id(at: datetime) -> str:
    """The smallest id that a post of this moment could have."""
    return str(max(1, (at - EPOCH) // timedelta(milliseconds=1) << 22))
