"""What another system posted, as an Inbound."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.contract import FollowUp, Inbound, Reply, Unreadable
from connectors.errors import RecipientGone, Refused
from connectors.open311 import client, wire

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
POSTED = {"id": "a" * 32, "system": "Aplikasi provinsi", "service_name": "Sampah", "description": "Sampah menumpuk"}


def read(**posted: object) -> Inbound | Unreadable:
    (arrival,) = wire.read(json.dumps({**POSTED, **posted}).encode(), account="open311", now=NOW)
    return arrival


def test_a_request_keeps_its_reporter_and_says_which_system_posted_it() -> None:
    """The system stands in the provenance, the reporter in the sender, the chosen category for the normaliser."""
    inbound = read(first_name="Siti", last_name="Aminah", email="siti@example.com", phone="0812", category="sampah", lat=-6.8, long=107.5)
    assert isinstance(inbound, Inbound)
    assert (inbound.sender.name, inbound.sender.address, inbound.sender.phone) == ("Siti Aminah", "siti@example.com", "0812")
    assert inbound.extra == {"admitted": True, "entered_by": "Aplikasi provinsi", "category": "sampah"}
    assert inbound.place
    assert (inbound.place.lat, inbound.place.lon) == (-6.8, 107.5)
    assert (inbound.external_id, inbound.conversation) == ("a" * 32, f"open311:open311:{'a' * 32}")
    assert inbound.reply_address is None


def test_a_media_url_is_words_and_never_a_file_to_fetch() -> None:
    """A stranger's address is kept for people; nothing of ours will call it."""
    inbound = read(media_url="http://169.254.169.254/latest/meta-data", answers=[["Nomor tiang", "T-7"]])
    assert isinstance(inbound, Inbound)
    assert inbound.attachments == ()
    assert inbound.text == "Sampah menumpuk\nNomor tiang: T-7\nTautan lampiran: http://169.254.169.254/latest/meta-data"


@pytest.mark.parametrize("wrong", [{"id": "x"}, {"system": ""}, {"description": "x" * 4001}, {"lat": 91, "long": 0}, {"unknown": 1}])
def test_what_is_no_request_is_handed_over_unread(wrong: dict) -> None:
    assert isinstance(read(**wrong), Unreadable)


@given(some.binary(max_size=300))
def test_any_bytes_are_read_without_a_fault(raw: bytes) -> None:
    (arrival,) = wire.read(raw, account="open311", now=NOW)
    assert isinstance(arrival, Inbound | Unreadable)


async def test_each_request_stands_for_itself_and_has_no_way_back() -> None:
    connector = client.Open311Connector("open311", client.Settings())
    assert connector.about.follow_up is FollowUp.NEVER
    assert not connector.about.replies
    with pytest.raises(Refused):
        await connector.send(Reply(key="k", channel="open311", account="open311", conversation="c", address="", text="-"))
    with pytest.raises(RecipientGone):
        await connector.download("http://x", 10)
