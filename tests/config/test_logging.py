"""What a citizen wrote, who they are, and any token: never in a log line, whoever writes the line and however carelessly."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.logging import MARK, scrub, set_up
from config.settings import Log
from connectors.errors import Throttled

NIK = "3277015203910004"
PHONE = "081234567890"
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
NAME = "Siti Aminah"
WORDS = f"Lampu jalan mati pak, saya {NAME} NIK {NIK} hp {PHONE}"
HOSTILE = (NIK, PHONE, TOKEN, NAME, WORDS, "siti.aminah@example.com")
SECRETS = (NIK, PHONE, "AAHdq", "Aminah", "Lampu jalan", "example.com")


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Logging is the process's; other tests get theirs back."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level, shown = list(root.handlers), root.level, warnings.showwarning
    yield
    logging.captureWarnings(False)
    warnings.showwarning = shown
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks
    structlog.reset_defaults()


def listening(level: str = "debug", *, json_lines: bool = True) -> io.StringIO:
    stream = io.StringIO()
    set_up(Log(level=level, json=json_lines), stream)
    return stream


def clean(stream: io.StringIO) -> str:
    printed = stream.getvalue()
    assert printed
    for secret in SECRETS:
        assert secret not in printed
    return printed


def test_an_event_of_ours_is_printed_as_it_is() -> None:
    """An operator finds account, number, stage and duration."""
    stream = listening()
    structlog.get_logger().info("registered", account="kominfo_bot", tracking_number="CMH-1A2B-3C4D", stage="register", ms=4.5, attempt=2)
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "registered",
        "level": "info",
        "account": "kominfo_bot",
        "tracking_number": "CMH-1A2B-3C4D",
        "stage": "register",
        "ms": 4.5,
        "attempt": 2,
    }


@pytest.mark.parametrize("json_lines", [True, False])
@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("key", ["text", "sender", "account", "code", "tracking_number", "ms", "where", "error", "says", "stage", "url"])
def test_no_key_lets_a_citizen_through(key: str, hostile: str, json_lines: bool) -> None:
    """Neither a key that nobody allowed nor an allowed key with a stranger's value, in both ways of printing."""
    stream = listening(json_lines=json_lines)
    structlog.get_logger().warning("accepted", **{key: hostile})
    assert MARK in clean(stream).encode().decode("unicode_escape" if json_lines else "utf-8")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_event_itself_may_be_a_careless_sentence(hostile: str) -> None:
    """f-strings and positional arguments are withheld as well."""
    stream = listening()
    log = structlog.get_logger()
    log.error(f"could not read {hostile}")
    log.error("could not read %s", hostile)
    log.bind(citizen=hostile).error("failed", **{hostile: 1})
    structlog.contextvars.bind_contextvars(conversation=hostile)
    try:
        log.error("failed")
    finally:
        structlog.contextvars.clear_contextvars()
    clean(stream)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    key=st.one_of(st.sampled_from(["account", "code", "stage", "count", "ms", "where", "event_", "logger", "level"]), st.text(max_size=20)),
    around=st.text(max_size=30),
    value=st.sampled_from(HOSTILE),
    shape=st.sampled_from(["text", "list", "dict", "bytes", "number", "exception"]),
)
def test_whatever_is_logged_nothing_private_appears(key: str, around: str, value: str, shape: str) -> None:
    """Any key, any wrapping, any kind of value."""
    stream = listening()
    wrapped = {
        "text": around + value + around,
        "list": [around, value],
        "dict": {value: around},
        "bytes": value.encode(),
        "number": int(PHONE),
        "exception": ValueError(around, value),
    }[shape]
    event = {key: wrapped} if key not in ("event", "self") else {"text": wrapped}
    structlog.get_logger().error("failed", **event)
    clean(stream)


def test_an_exception_is_told_by_type_and_place_only() -> None:
    """A text or parameter in an exception is a citizen's; its type and our line are ours."""
    stream = listening()
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise RuntimeError(f"INSERT INTO complaints ... {WORDS}") from error
    except RuntimeError:
        structlog.get_logger().exception("failed", account="desk")
    line = json.loads(clean(stream))
    assert line["error"] == "RuntimeError < KeyError"
    assert line["where"].startswith("config/test_logging.py:")


def test_an_error_of_an_edge_keeps_its_code() -> None:
    """The stable code is what an operator searches for."""
    stream = listening()
    error = Throttled(WORDS, wait=30)
    structlog.get_logger().warning("send.failed", code=error.code, wait=error.wait, exc_info=error)
    line = json.loads(clean(stream))
    assert (line["code"], line["wait"], line["error"]) == ("throttled", 30, "Throttled")


@pytest.mark.parametrize(
    "logger",
    ["httpx", "telegram.ext.Updater", "aiohttp.access", "aiohttp.server", "imapclient", "tweepy.client", "sqlalchemy.engine.Engine"],
)
def test_a_library_is_heard_but_not_quoted(logger: str) -> None:
    """Its logger and line are kept; arguments, f-strings and exception texts are not. Its own literal words are."""
    stream = listening()
    library = logging.getLogger(logger)
    library.warning("HTTP Request: %s", f"https://api.telegram.org/bot{TOKEN}/sendMessage {WORDS}")
    library.warning(f"Authorization: Bearer {TOKEN} {WORDS}")
    library.error(WORDS)
    try:
        raise ValueError(WORDS)
    except ValueError:
        library.exception("Unhandled exception")
    lines = [json.loads(line) for line in clean(stream).splitlines()]
    assert all(line["logger"] == logger and line["event"] == "library" for line in lines)
    assert lines[0]["says"] == "HTTP Request: %s"
    assert "says" not in lines[1]
    assert "says" not in lines[2]
    assert (lines[3]["says"], lines[3]["error"]) == ("Unhandled exception", "ValueError")


def test_a_record_that_cannot_be_formatted_prints_no_arguments() -> None:
    """Python's own complaint about a broken record would print them."""
    stream = listening()
    logging.getLogger("httpx").warning("two %s %s", WORDS)
    clean(stream)


def test_a_library_cannot_raise_its_voice() -> None:
    """Debug lines of libraries stay out, even when the library asked for them and the hub runs at debug."""
    stream = listening("debug")
    logging.getLogger("tweepy.client").setLevel(logging.DEBUG)
    logging.getLogger("tweepy.client").debug("Making API request")
    logging.getLogger("tweepy.client").setLevel(logging.NOTSET)
    assert stream.getvalue() == ""


def test_warnings_and_crashes_go_the_same_way() -> None:
    """A warning's text, an exception that nobody caught, in the main thread or another."""
    stream = listening()
    warnings.warn(WORDS, stacklevel=1)
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)

    def dies() -> None:
        raise OSError(WORDS)

    thread = threading.Thread(target=dies)
    thread.start()
    thread.join()
    errors = [json.loads(line).get("error") for line in clean(stream).splitlines()]
    assert errors[1:] == ["ValueError", "OSError"]


def test_the_level_of_the_settings_holds() -> None:
    """What is below it is not written."""
    stream = listening("warning")
    structlog.get_logger().info("accepted")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("written", "hidden"),
    [
        (f"https://api.telegram.org/bot{TOKEN}/getUpdates", "AAHdq"),
        (f"Authorization: Bearer {TOKEN}", "AAHdq"),
        (f"NIK {NIK}", "520391"),
        ("hp 0812-3456-7890", "3456"),
        ("+62 812 3456 7890", "3456"),
        ("to siti.aminah@example.com", "siti"),
        ("password=hunter2", "hunter2"),
    ],
)
def test_scrub_masks_what_has_a_shape(written: str, hidden: str) -> None:
    """For texts that are shown to operators although a platform wrote them."""
    assert hidden not in scrub(written)


@given(st.from_regex(r"\A\d{16}\Z"), st.text(alphabet=" .,abcXYZ", max_size=20))
def test_scrub_masks_every_nik(nik: str, around: str) -> None:
    """Sixteen digits never survive."""
    assert nik not in scrub(f"{around} {nik} {around}")
