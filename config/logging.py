"""Logs that cannot print what a citizen wrote, a name, a number or a token.

Ours are events (`log.info("accepted", account="kominfo_bot", ms=4)`): the keys below pass when their value has the shape that belongs
to them; anything else is replaced by a marker, so a careless line shows itself and tells nothing. From a library's record only its
logger, level and place are kept, and its words only where they stand literally in the library's source. Of an exception: types and
places, never its text.
"""

from __future__ import annotations

import contextlib
import linecache
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from enum import Enum
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

import structlog

from config.settings import Log

MARK = "‹withheld›"
LARGEST = 10**8
"""Counts, sizes and row ids stay below; a phone number does not."""

WORD = re.compile(r"(?!.*\d{6})[a-z]{1,24}\d{0,3}([_.:/-][a-z]{0,24}\d{0,3}){0,8}")
NAME = re.compile(r"(?!.*\d{6})[a-z][a-z0-9_]{0,31}")
CLASS = re.compile(r"([A-Z][a-z]{1,20}|[A-Z]{2,5}(?=[A-Z][a-z]|$)){2,5}|[A-Z]{3,6}")
LOGGER = re.compile(r"(?!.*\d{6})[A-Za-z_][A-Za-z0-9_]{0,31}(\.[A-Za-z_][A-Za-z0-9_]{0,31}){0,6}")
NUMBER = re.compile(r"[A-Z]{2,5}-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}")
PLACES = re.compile(r"([\w<>-]+/)?[\w<>-]+(\.py)?:\d{1,6}( > ([\w<>-]+/)?[\w<>-]+(\.py)?:\d{1,6})?")
ROUTE = re.compile(r"(/([a-z_.-]{0,30}|\{[a-z_]{1,20}\})){1,8}")
"""An address as it is declared (`/lacak/{number}`), never as it was called."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}(Z|[+-]\d\d:\d\d)")

SHAPES: Mapping[str, tuple[re.Pattern[str], ...]] = {
    **dict.fromkeys(("event", "level", "channel", "provider", "stage", "kind", "outcome", "reason", "state", "to", "then"), (WORD,)),
    **dict.fromkeys(("topic", "fault", "signal", "version", "role", "job", "pocket", "way", "certain"), (WORD,)),
    **dict.fromkeys(("code", "method", "error"), (WORD, CLASS)),
    **dict.fromkeys(("account", "door", "node", "worker", "lane", "operator"), (NAME, WORD)),
    **dict.fromkeys(("route", "path"), (ROUTE,)),
    "tracking_number": (NUMBER,),
    "logger": (LOGGER,),
    "where": (PLACES,),
    "timestamp": (MOMENT,),
}
AMOUNTS = frozenset({"ms", "seconds", "wait", "count", "of", "attempt", "attempts", "status", "size", "bytes", "depth", "lag", "rows"}) | {
    *("complaint_id", "inbox_id", "outbox_id", "operator_id", "port", "pid", "workers", "normalizers", "senders", "accounts")
}

_MASKS = (
    (re.compile(r"(?i)\b(bot)?\d{5,}:[\w-]{8,}"), "‹token›"),
    (re.compile(r"(?i)(bearer|basic|token|key|secret|password)([=:\s]+)\S+"), r"\1\2‹token›"),
    (re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+"), "‹e-mail›"),
    (re.compile(r"(?<!\w)\+?\d(?:[\s().-]{0,2}\d){6,}"), "‹number›"),
    (re.compile(r"[A-Za-z0-9_-]{24,}"), "‹token›"),
)


def scrub(text: str) -> str:
    """`text` without tokens, mail addresses, NIKs, phone numbers and other long numbers. A net, no proof: names and words stay."""
    for pattern, mark in _MASKS:
        text = pattern.sub(mark, text)
    return text


def guard(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The allow-list, as structlog's last processor before the line is written."""
    return {key if key in SHAPES or key in AMOUNTS or key == "says" else MARK: _allowed(key, value) for key, value in event.items()}


def _allowed(key: str, value: Any) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, _Literal):
        return scrub(value) if key == "says" else str(value)
    if key in AMOUNTS:
        small = isinstance(value, (bool, int, float)) and -LARGEST < value < LARGEST
        return (round(value, 3) if isinstance(value, float) else value) if small or value is None else MARK
    if key in SHAPES and isinstance(value, str):
        return value if any(shape.fullmatch(value) for shape in SHAPES[key]) else MARK
    return value if key in SHAPES and (value is None or isinstance(value, bool)) else MARK


def place_errors(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """exc_info -> `error` (types, the cause after `<`) and `where` (our innermost line, then the innermost of all)."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else (given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given else None)
    return {**event, **described(error)} if error else event


def described(error: BaseException) -> dict[str, str]:
    """What may be told about an exception."""
    chain: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in chain and len(chain) < 4:
        chain.append(step)
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if "site-packages" not in frame[0]]
    spots = [_spot(*frame) for frame in dict.fromkeys((*ours[-1:], *frames[-1:]))]
    return {"error": _Literal(" < ".join(type(one).__name__ for one in chain))} | ({"where": " > ".join(spots)} if spots else {})


def _spot(path: str, line: int) -> str:
    return f"{'/'.join(PurePath(path).parts[-2:])}:{line}"


class _Literal(str):
    """Words that stand so in source code (a library's sentence, the names of exception classes), so that no value can be among them."""


class Library(logging.Handler):
    """Every record of the standard library's logging, led through the same guard."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        event: dict[str, Any] = {"event": "library", "level": record.levelname.lower(), "logger": record.name}
        said = _literal(record)
        if said:
            event["says"] = said
        event["where"] = _spot(record.pathname, record.lineno)
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        self.lines.write({**event, **(described(error) if error else {})})


def _literal(record: logging.LogRecord) -> _Literal | None:
    """The record's template, when it is written so at the place that logged it; an f-string or a variable is not."""
    template = record.msg
    if not isinstance(template, str) or not template:
        return None
    source = "".join(linecache.getline(record.pathname, record.lineno + step) for step in range(4))
    return _Literal(template) if any(f"{quote}{template}{quote}" in source for quote in "\"'") else None


class _Lines:
    """Where finished lines go; one write a line."""

    def __init__(self, log: Log, stream: TextIO) -> None:
        self.stream = stream
        self.lock = threading.Lock()
        self.steps: list[Any] = [structlog.processors.TimeStamper(fmt="iso", utc=True), place_errors, guard]
        self.steps.append(structlog.processors.JSONRenderer() if log.json_lines else structlog.dev.ConsoleRenderer(colors=stream.isatty()))

    def write(self, event: MutableMapping[str, Any]) -> None:
        line: Any = event
        for step in self.steps:
            line = step(None, "", line)
        self.put(str(line))

    def put(self, line: str) -> None:
        """A log that cannot be written (a closed pipe, a full disk) must not stop the line."""
        with self.lock, contextlib.suppress(ValueError, OSError):
            self.stream.write(f"{line}\n")
            self.stream.flush()


class _Printer:
    """What structlog calls with a finished line."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines

    def msg(self, line: str) -> None:
        self._lines.put(line)

    debug = info = warning = error = critical = exception = msg


def set_up(log: Log, stream: TextIO | None = None) -> None:
    """For the whole process: structlog, the standard library's logging, warnings, exceptions that nobody caught. May be called again."""
    level = getattr(logging, log.level.upper())
    lines = _Lines(log, stream or sys.stderr)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *lines.steps],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Printer(lines),
        cache_logger_on_first_use=False,
    )
    logging.raiseExceptions = False  # else a record that fails to print is printed with its arguments
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [Library(lines)]
    root.setLevel(max(level, logging.WARNING))  # what libraries say below a warning is noise here
    root.handlers[0].setLevel(root.level)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers.clear()
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, (KeyboardInterrupt, SystemExit)):
        structlog.get_logger().critical("crashed", exc_info=error)
