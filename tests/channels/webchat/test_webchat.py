"""The chat's envelope, and the connector whose sending is done before it begins."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.contract import Inbound, Reply, Unreadable
from connectors.webchat import client, wire

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SESSION = "0123456789abcdef" * 2
ENVELOPE = {"session": SESSION, "id": "m-1", "text": "Lampu jalan mati"}


def read(**message: object) -> Inbound | Unreadable:
    (arrival,) = wire.read(json.dumps({**ENVELOPE, **message}).encode(), account="chat", now=NOW)
    return arrival


def test_one_envelope_is_one_inbound() -> None:
    """The key is session and client id; the answer goes back to the session."""
    inbound = read()
    assert isinstance(inbound, Inbound)
    assert (inbound.channel, inbound.account, inbound.external_id, inbound.message_id) == ("webchat", "chat", f"{SESSION}:m-1", "m-1")
    assert inbound.conversation == f"webchat:chat:{SESSION}"
    assert inbound.reply_address == inbound.sender.id == SESSION
    assert inbound.sent_at == NOW
    assert inbound.raw


def test_files_come_by_hash_and_a_position_as_place() -> None:
    sha256 = "a" * 64
    inbound = read(text="", lat=-6.87, lon=107.54, files=[{"sha256": sha256, "filename": "a.jpg", "media_type": "image/jpeg", "size": 9}])
    assert isinstance(inbound, Inbound)
    assert (inbound.attachments[0].sha256, inbound.attachments[0].kind, inbound.attachments[0].size) == (sha256, "image", 9)
    assert inbound.place
    assert (inbound.place.lat, inbound.place.lon) == (-6.87, 107.54)


def test_a_button_comes_back_bare_and_in_lower_case() -> None:
    inbound = read(text="Cek status", command=" Status ")
    assert isinstance(inbound, Inbound)
    assert inbound.command == "status"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"id": ""},
        {"id": "a/b"},
        {"session": "kunci"},
        {"lat": 1},
        {"lat": 200, "lon": 0},
        {"files": [{"sha256": "x"}]},
        {"text": "x" * 8001},
        {"asing": 1},
    ],
)
def test_what_is_no_envelope_is_handed_over_unread(wrong: dict) -> None:
    arrival = read(**wrong)
    assert isinstance(arrival, Unreadable)
    assert arrival.reason == "shape"
    assert arrival.raw


@given(some.binary(max_size=300))
def test_any_bytes_are_read_without_a_fault(raw: bytes) -> None:
    (arrival,) = wire.read(raw, account="chat", now=NOW)
    assert isinstance(arrival, Inbound | Unreadable)


async def test_sending_is_done_and_checking_changes_nothing() -> None:
    """The stored reply is the message, so it may be sent any number of times."""
    connector = client.WebchatConnector("chat", client.Settings())
    reply = Reply(key="k", channel="webchat", account="chat", conversation="c", address=SESSION, text="Terima kasih")
    assert (await connector.send(reply)).message_id is None
    assert (await connector.check()).health == "ok"
    assert connector.about.repeatable
    await connector.aclose()
