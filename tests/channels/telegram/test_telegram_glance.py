"""What may be kept unopened: its key at a glance is the key that reading gives, and reading needs nothing but the bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Inbound
from connectors.telegram.wire import PLAIN_LIMIT, glance, read
from connectors.telegram.words import Bot
from tests.channels.asking import NOW
from tests.channels.telegram.test_telegram_wire import BOT, FIELDS, JSON

WHO = {"id": 7, "first_name": "Siti", "is_bot": False}
PLAIN = {"message_id": 3, "from": WHO, "chat": {"id": 7, "type": "private"}, "date": 1_790_000_000, "text": "Lampu jalan mati"}


def looked(message: dict[str, Any]) -> bool:
    """Whether it may wait unopened; if so, the promise is checked on the spot."""
    raw = json.dumps({"update_id": 1, "message": message}).encode()
    unopened = glance(raw, account="a")
    if unopened is None:
        return False
    (arrival,) = read(raw, account="a", now=NOW, bot=BOT)
    assert isinstance(arrival, Inbound)
    assert (unopened.channel, unopened.account, unopened.raw) == (arrival.channel, arrival.account, arrival.raw)
    assert (unopened.external_id, unopened.conversation) == (arrival.external_id, arrival.conversation)
    assert read(raw, account="a", now=NOW, bot=Bot()) == (arrival,), "who the bot is must change nothing"
    return True


def test_plain_words_wait_unopened() -> None:
    """The kind that a flood is made of; also a command, which needs no name."""
    assert looked(PLAIN)
    assert looked(PLAIN | {"text": "/status CMH-1234-567C"})


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": None},
        {"text": 5},
        {"text": ["Lampu"]},
        {"text": "@kota_lapor_bot lampu mati"},
        {"text": "/lapor@kota_lapor_bot lampu mati"},
        {"text": "a" * PLAIN_LIMIT},
        {"message_id": True},
        {"message_id": "3"},
        {"chat": {"id": -7, "type": "supergroup"}},
        {"chat": {"id": "7", "type": "private"}},
        {"chat": None},
        {"from": WHO | {"is_bot": True}},
        {"from": []},
    ],
)
def test_whatever_is_not_plain_is_read_at_once(change: dict[str, Any]) -> None:
    """Groups, bots, names and odd shapes are read while we know who we are, or kept unreadable."""
    assert not looked(PLAIN | change)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b"\xff", b'{"message": 1}', b'{"edited_message": {}}'])
def test_other_bytes_are_read_at_once(raw: bytes) -> None:
    """Never an error: the reader decides what they are."""
    assert glance(raw, account="a") is None


@settings(max_examples=300, deadline=None)
@given(parts=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), text=st.text(max_size=20))
def test_whatever_else_a_plain_message_carries(parts: dict[str, Any], text: str) -> None:
    """Fields of any kind beside the words never part the key at a glance from the key as read."""
    looked({**parts, **PLAIN, "text": text})
