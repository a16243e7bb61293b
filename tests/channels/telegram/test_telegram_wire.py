"""Telegram's JSON is read by hand: any JSON in, one arrival out; and where python-telegram-bot can read a case too, it reads the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import telegram
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Inbound, Unreadable
from connectors.telegram.wire import ENVELOPE, MESSAGES, read
from connectors.telegram.words import Bot, said
from tests.channels.asking import NOW
from tests.channels.test_channel_cases import CASES

BOT = Bot(id=4001, username="kota_lapor_bot")
MINE = [path for path in CASES if path.parent.parent.name == "telegram"]
NAMES = """
    update_id callback_query id data type title first_name username is_bot text caption photo document animation sticker voice file_id
    file_size file_name mime_type width height location venue latitude longitude contact phone_number user_id paid_media rich_message
    blocks items checklist tasks entities user live_period forum_topic_created live_photo
"""
FIELDS = sorted({*ENVELOPE, *MESSAGES, *NAMES.split()})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["private", "supergroup", "channel", "/lapor@kota_lapor_bot x", "@kota_lapor_bot", "../../x", "\x00", "1" * 30])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=30,
)
PARTS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=10)
CHAT = st.builds(lambda number, kind: {"id": number, "type": kind}, st.integers(-9, 9), JSON)
MESSAGE = st.builds(lambda parts, number, chat: {**parts, "message_id": number, "chat": chat}, PARTS, st.integers(1, 9), CHAT)
UPDATE = JSON | st.dictionaries(st.sampled_from([*MESSAGES, "callback_query", "poll", "update_id"]), MESSAGE | JSON, max_size=3)


@settings(max_examples=400, deadline=None)
@given(update=UPDATE)
def test_any_json_becomes_one_arrival(update: Any) -> None:
    """Whatever shape and type: one Inbound that every database takes, or the bytes kept unreadable."""
    raw = json.dumps(update).encode()
    (arrival,) = read(raw, account="a", now=NOW, bot=BOT)
    assert arrival.raw == raw
    if isinstance(arrival, Unreadable):
        assert arrival.reason in ("json", "shape", "charset")
        return
    assert isinstance(arrival, Inbound)
    assert arrival.external_id
    assert arrival.sent_at.tzinfo
    written = [arrival.text, arrival.sender.name or "", arrival.external_id, *(file.filename or "" for file in arrival.attachments)]
    for text in written:
        assert "\x00" not in text
        text.encode()
    for file in arrival.attachments:
        assert not set("/\\") & set(file.filename or "")


def ptb(update: dict[str, Any]) -> telegram.Message | None:
    """python-telegram-bot's own reading; None where it cannot."""
    try:
        read_by_library = telegram.Update.de_json(update, None)
    except (TypeError, KeyError, AttributeError, ValueError, OSError):
        return None
    message = read_by_library.effective_message
    return message if isinstance(message, telegram.Message) and not read_by_library.callback_query else None


def objects() -> list[Any]:
    """Cases with an update that is meant to be read."""
    cases = [(path, json.loads(path.read_text("utf-8"))) for path in MINE]
    return [pytest.param(case["body"], id=path.stem) for path, case in cases if "inbounds" in case and "body" in case]


LIBRARY_CANNOT = {"old_shape", "date_missing", "date_absurd"}
"""Where python-telegram-bot raises and we keep the citizen's words."""
LIBRARY_DOES_NOT_KNOW = {"rich", "live_photo", "nul"}
"""Newer than the library, or cleaned by us."""


@pytest.mark.parametrize("update", objects())
def test_the_library_reads_the_same(update: dict[str, Any], request: pytest.FixtureRequest) -> None:
    """Ids, time, words, files and place are what telegram.Update.de_json finds, wherever it reads the case at all."""
    case = request.node.callspec.id
    message = ptb(update)
    if case in LIBRARY_CANNOT:
        assert message is None, "the library reads it now: take it off the list"
    if message is None or case in LIBRARY_DOES_NOT_KNOW:
        return
    (ours,) = read(json.dumps(update).encode(), account="bot", now=NOW, bot=BOT)
    assert isinstance(ours, Inbound)
    author = message.sender_chat or message.from_user or message.chat
    assert ours.message_id == str(message.message_id)
    assert ours.reply_address == str(message.chat.id)
    assert ours.sender.id == str(author.id)
    assert ours.sender.name == (author.full_name if isinstance(author, telegram.User) else author.effective_name)
    assert ours.sent_at == (message.edit_date or message.date)
    assert ours.group == message.media_group_id
    theirs = message.text or message.caption or ""
    assert ours.text == theirs or said({"text": theirs}, BOT).text == ours.text or not theirs
    assert {file.ref for file in ours.attachments if file.ref} == files(message)
    if message.location and ours.place and ours.place.lat is not None:
        assert (ours.place.lat, ours.place.lon) == (message.location.latitude, message.location.longitude)


def files(message: telegram.Message) -> set[str]:
    """The file ids of one message, without what cannot be fetched and with a photo's largest size."""
    found = message.effective_attachment
    if isinstance(found, tuple | list) and found:
        return {max(found, key=lambda size: size.width * size.height).file_id}
    if isinstance(found, telegram.PaidMediaInfo):
        return {size.file_id for media in found.paid_media for size in media.photo}
    size = getattr(found, "file_size", None) or 0
    return {found.file_id} if hasattr(found, "file_id") and size <= 20 * 1024 * 1024 else set()


def test_a_name_is_ours_whatever_its_case() -> None:
    """Telegram's names have no case; before the name is known, any bot's name is taken for ours."""
    assert Bot(username="Kota_Lapor_Bot").named("kota_lapor_bot")
    assert not Bot(username="kota_lapor_bot").named("toko_bot")
    assert Bot().named("KotaBot")
    assert not Bot().named("kota")


def test_reading_takes_no_time() -> None:
    """The accepting path reads thousands a second: ten thousand updates are read here without a thought."""
    raw = json.dumps(
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "Lampu mati " * 40}}
    ).encode()
    for _ in range(10_000):
        read(raw, account="a", now=datetime.now(UTC), bot=BOT)


@pytest.mark.parametrize("text", ["@a" * 3000, "/" * 4096, "@kota_lapor_bot " * 250, "/lapor" + " " * 4000 + "x", "x.@" * 1300])
def test_no_text_is_slow(text: str) -> None:
    """Texts made to keep a pattern busy end like any other (the suite's time limit is the judge)."""
    for _ in range(20):
        said({"text": text}, BOT)


def test_depth_is_no_danger() -> None:
    """A rich message as deep as JSON may go is read without recursion."""
    deep: Any = "lampu mati"
    for _ in range(400):
        deep = {"type": "bold", "text": [deep]}
    message = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "rich_message": {"blocks": [deep]}}
    (arrival,) = read(json.dumps({"update_id": 1, "message": message}).encode(), account="a", now=NOW)
    assert isinstance(arrival, Inbound)
    assert arrival.text == "lampu mati"


def test_no_other_folder_is_needed() -> None:
    """The cases are our own; nothing outside the repository is read."""
    assert len(MINE) > 60
    assert all(Path(__file__).parent in path.parents for path in MINE)
