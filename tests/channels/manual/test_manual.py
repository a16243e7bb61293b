"""What an operator typed at the front desk."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.contract import FollowUp, Inbound, Reply, Unreadable
from connectors.errors import Refused
from connectors.manual import client, wire

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
ENTRY = {"id": "0190a1b2-7c3d", "operator": "rina", "way": "letter", "name": " Siti ", "phone": "0812", "text": "Jalan rusak"}


def read(**entry: object) -> Inbound | Unreadable:
    (arrival,) = wire.read(json.dumps({**ENTRY, **entry}).encode(), account="desk", now=NOW)
    return arrival


def test_an_entry_is_staffs_inbound_with_its_citizen() -> None:
    """Who typed, how the citizen came, and what they asked for go along; nobody can be answered here."""
    inbound = read(address="Jl. Melati 3", anonymous=True, place="Jalan Melati")
    assert isinstance(inbound, Inbound)
    assert inbound.staff
    assert inbound.reply_address is None
    assert (inbound.sender.name, inbound.sender.phone) == ("Siti", "0812")
    assert inbound.extra == {"entered_by": "rina", "way": "letter", "anonymous": True, "confidential": False, "address": "Jl. Melati 3"}
    assert inbound.place
    assert inbound.place.text == "Jalan Melati"
    assert inbound.conversation == "manual:desk:0190a1b2-7c3d"


def test_a_letter_keeps_the_day_it_came() -> None:
    inbound = read(received_at="2026-02-27T10:00:00+07:00")
    assert isinstance(inbound, Inbound)
    assert inbound.sent_at == datetime(2026, 2, 27, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong", [{"text": "  "}, {"id": "x"}, {"operator": ""}, {"way": "merpati"}, {"received_at": "2026-02-27T10:00:00"}, {"lon": 1}]
)
def test_what_is_no_entry_is_handed_over_unread(wrong: dict) -> None:
    assert isinstance(read(**wrong), Unreadable)


@given(some.binary(max_size=300))
def test_any_bytes_are_read_without_a_fault(raw: bytes) -> None:
    (arrival,) = wire.read(raw, account="desk", now=NOW)
    assert isinstance(arrival, Inbound | Unreadable)


async def test_each_entry_stands_for_itself_and_has_no_way_back() -> None:
    connector = client.ManualConnector("desk", client.Settings())
    assert connector.about.follow_up is FollowUp.NEVER
    assert not connector.about.replies
    reply = Reply(key="k", channel="manual", account="desk", conversation="c", address="", text="Terima kasih")
    with pytest.raises(Refused):
        await connector.send(reply)
