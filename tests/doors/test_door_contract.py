"""What every door promises, asked of each."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from config.profile import Profile
from config.settings import DoorSettings
from connectors.contract import Health
from connectors.errors import ConnectorError, Misconfigured
from dispatcher.doors import registry
from dispatcher.doors.contract import Door
from tests.doors.examples import filing, number


def ago(minutes: int) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


async def test_a_receipt_has_a_reference_and_an_aware_time(door: Door):
    """Whoever submits gets the door's own number and when it took the complaint."""
    receipt = await door.submit(filing(number(1)), number(1))
    assert receipt.reference
    assert receipt.at.utcoffset() is not None


async def test_what_was_submitted_is_found_under_its_key(door: Door):
    """After a lost answer the same receipt can be had again."""
    receipt = await door.submit(filing(number(2)), number(2))
    assert door.can_find
    found = await door.find(number(2), ago(5))
    assert found is not None
    assert found.reference == receipt.reference
    assert found.at.utcoffset() is not None


async def test_many_at_once_do_not_mix(door: Door):
    """Concurrent submits each get their own reference."""
    keys = [number(100 + nth) for nth in range(12)]
    receipts = await asyncio.gather(*(door.submit(filing(key), key) for key in keys))
    assert len({receipt.reference for receipt in receipts}) == len(keys)
    for key, receipt in zip(keys, receipts, strict=True):
        found = await door.find(key, ago(5))
        assert found is not None
        assert found.reference == receipt.reference


async def test_updates_can_be_asked_from_nothing_and_from_the_cursor(door: Door):
    """Both calls answer; aware times, unique external ids."""
    await door.submit(filing(number(3)), number(3))
    first = await door.updates(None)
    again = await door.updates(first.cursor)
    for news in (first, again):
        ids = [update.external_id for update in news.updates]
        assert len(ids) == len(set(ids))
        assert all(update.at.utcoffset() is not None for update in news.updates)


async def test_a_check_says_one_sentence(door: Door):
    """A ready door says that it is ready."""
    checked = await door.check()
    assert checked.health is Health.OK
    assert checked.sentence.endswith(".")


async def test_closing_twice_is_harmless(door: Door):
    """Shutdown may come at any time, also before the first call."""
    await door.aclose()
    await door.aclose()


async def test_a_confidential_complaint_is_taken_or_refused_for_good(door: Door):
    """A door that would publish a secret report says so with an error that leads to a person."""
    refusal = None
    try:
        await door.submit(filing(number(4), confidential=True), number(4))
    except ConnectorError as error:
        refusal = error
    assert refusal is None or (refusal.certain and refusal.then == "give_up")


def test_every_kind_is_known_by_name(profile: Profile):
    """A wrong kind, a wrong key and a missing table are refused by name; no value of a setting is repeated."""
    with pytest.raises(Misconfigured, match=r"\[doors.kota\]"):
        registry.build("kota", None, profile)
    with pytest.raises(Misconfigured, match="open311"):
        registry.build("kota", DoorSettings(kind="open31"), profile)
    with pytest.raises(Misconfigured, match=r"doors\.kota: jurisdiction tidak dikenal, maksud Anda jurisdiction_id") as caught:
        registry.build("kota", DoorSettings(kind="open311", base="http://x", default_service="a", jurisdiction="rahasia"), profile)
    assert "rahasia" not in caught.value.sentence
    with pytest.raises(Misconfigured, match=r"doors\.kota: base"):
        registry.build("kota", DoorSettings(kind="open311", base="ftp://x", default_service="a"), profile)
    assert set(registry.kinds()) == {"desk", "open311"}
