"""What every door promises, asked of each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from config.profile import Profile
from config.settings import DoorSettings
from connectors.contract import Health
from connectors.errors import ConnectorError, CredentialRefused, Misconfigured, Refused, Throttled, Unreachable
from demo.bad_day import Answer, BadDay
from dispatcher.doors import registry
from dispatcher.doors.contract import Added, Addition, Door, Receipt
from tests.doors.examples import filing, number
from tests.doors.kinds import KINDS


def ago(minutes: int) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


async def test_a_receipt_has_a_reference_and_an_aware_time(door: Door):
    """Whoever submits gets the door's own number and when it took the complaint."""
    receipt = await door.submit(filing(number(1)), number(1))
    assert receipt.reference
    assert receipt.at.utcoffset() is not None


async def test_what_was_submitted_is_found_under_its_key(door: Door):
    """After a lost answer the same receipt can be had again, where the door can be asked; one where a repeat is harmless finds nothing."""
    receipt = await door.submit(filing(number(2)), number(2))
    if not door.can_find:
        with pytest.raises(ConnectorError):
            await door.find(number(2), ago(5))
        return
    found = await door.find(number(2), ago(5))
    assert found is None or found.reference == receipt.reference
    assert found is not None or door.kind == "amqp"
    assert found is None or found.at.utcoffset() is not None


async def test_many_at_once_do_not_mix(door: Door):
    """Concurrent submits each get their own reference."""
    keys = [number(100 + nth) for nth in range(12)]
    receipts = await asyncio.gather(*(door.submit(filing(key), key) for key in keys))
    assert len({receipt.reference for receipt in receipts}) == len(keys)
    for key, receipt in zip(keys, receipts, strict=True):
        found = await door.find(key, ago(5)) if door.can_find else None
        assert found is None or found.reference == receipt.reference


async def test_the_same_key_again_is_no_error(door: Door):
    """The dispatcher may have to: same key, a receipt again."""
    receipts = [await door.submit(filing(number(5)), number(5)) for _ in range(2)]
    assert all(receipt.reference for receipt in receipts)


async def test_what_is_added_later_is_taken_or_refused_for_good(door: Door):
    """Where the protocol has no words for it, an error that leads to a person says so."""
    receipt = await door.submit(filing(number(6)), number(6))
    for nth, kind in enumerate(Addition):
        told = Added(
            kind=kind,
            complaint=filing(number(6)).complaint,
            tracking_number=number(6),
            reference=receipt.reference,
            at=ago(0),
            text="Masih mati.",
            rating=3 if kind is Addition.RATED else None,
        )
        if door.takes_additions:
            for _ in range(2):
                await door.add(told, f"tambahan:{nth}")
        else:
            with pytest.raises(ConnectorError) as caught:
                await door.add(told, f"tambahan:{nth}")
            assert (caught.value.certain, caught.value.then) == (True, "give_up")


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
    """A ready door does not say that it failed."""
    await door.submit(filing(number(9)), number(9))
    checked = await door.check()
    assert checked.health is not Health.FAILED
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


BAD: Mapping[str, tuple[Answer, type[ConnectorError], bool | None]] = {
    "refused": (Answer(status=400, body=b"[]"), Refused, True),
    "credential": (Answer(status=401), CredentialRefused, True),
    "throttled": (Answer(status=429, headers=("Retry-After: 7",)), Throttled, True),
    "throttled_no_wait": (Answer(status=429), Throttled, True),
    "moved": (Answer(status=302, headers=("Location: http://127.0.0.1:1/",)), Misconfigured, True),
    "error_500": (Answer(status=500, body=b"oops"), Unreachable, False),
    "timed_out": (Answer(hang=True), Unreachable, False),
    "html": (Answer(body=b"<html><body>Internet positif</body></html>", media_type="text/html"), Unreachable, False),
    "broken_utf8": (Answer(body=b'[{"service_request_id": "\xff\xfe'), Unreachable, False),
    "random": (Answer(body=bytes(range(256)) * 4), Unreachable, False),
    "other_shape": (Answer(body=b"[[1], null, 17]"), Unreachable, False),
    "endless": (Answer(body=b"x" * 33_000_000), Unreachable, False),
    "no_http": (Answer(status=0, body=bytes(range(256))), Unreachable, None),
    "hung_up": (Answer(status=0), Unreachable, None),
}
"""What the other end does: the class that must follow, and whether the complaint surely did not arrive (None: depends on the protocol)."""


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_day_ends_in_the_right_class(astray: Door, bad_day: BadDay, name: str):
    """Nothing but ConnectorError, whatever comes; what may have been taken is never called certain; nothing of ours is in the sentence."""
    bad_day.answer, expected, certain = BAD[name]
    with pytest.raises(ConnectorError) as caught:
        await astray.submit(filing(number(1), body="kata rahasia"), number(1))
    error = caught.value
    assert "kata rahasia" not in error.sentence
    assert error.sentence.endswith(".")
    if KINDS[astray.kind].http:
        assert type(error) is expected
        assert certain is None or error.certain is certain
        if isinstance(error, Throttled):
            assert error.wait == (7 if name == "throttled" else 60)
    else:
        assert error.then == "retry"


async def test_an_empty_answer_is_no_number(astray: Door, bad_day: BadDay):
    """200 with nothing in it: the number follows later where the protocol has such a thing, else the outcome is unknown."""
    [told] = await asyncio.gather(astray.submit(filing(number(1)), number(1)), return_exceptions=True)
    if isinstance(told, ConnectorError):
        assert not told.certain or not KINDS[astray.kind].http
    else:
        assert isinstance(told, Receipt)
        assert told.reference.startswith("token:")


@pytest.mark.parametrize("name", BAD)
async def test_a_check_never_raises(astray: Door, bad_day: BadDay, name: str):
    """One sentence, and no complaint goes out because somebody looked."""
    bad_day.answer = BAD[name][0]
    checked = await astray.check()
    assert checked.health is not Health.OK
    assert checked.sentence.endswith(".")


def test_every_kind_is_asked() -> None:
    """A door that is registered stands in tests/doors/kinds.py."""
    assert set(registry.kinds()) == set(KINDS)


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
