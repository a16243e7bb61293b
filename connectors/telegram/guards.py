"""Reads of single values out of foreign JSON: the value when it has the type that the Bot API promises, else nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

Json = Mapping[str, Any]


def loads(raw: bytes) -> Any:
    """JSON of any shape. Raises ValueError, and UnicodeDecodeError (one of them) for bytes that are no UTF-8.

    orjson refuses half of a surrogate pair (an emoji cut in two by some client); the slow way keeps the rest of the text.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        text = raw.decode()
    try:
        loose = json.loads(text, parse_constant=_refuse)
        return orjson.loads(json.dumps(loose, ensure_ascii=False).encode(errors="replace"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def dumped(value: object) -> bytes:
    """One element of getUpdates as bytes, as a webhook would have brought it."""
    return orjson.dumps(value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def whole(value: object) -> int | None:
    """An integer; True and False are none."""
    return value if type(value) is int else None


def decimal(value: object) -> float | None:
    return float(value) if type(value) is int or type(value) is float else None


def words(value: object) -> str:
    """A text that every database takes: PostgreSQL knows no NUL."""
    return value.replace("\x00", "�") if isinstance(value, str) else ""


def mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def listed(value: object) -> Sequence[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()


def moment(value: object, otherwise: datetime) -> datetime:
    """Seconds since 1970; `otherwise` when there are none or when no calendar has them."""
    seconds = whole(value)
    if seconds is None or seconds <= 0:
        return otherwise
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return otherwise
