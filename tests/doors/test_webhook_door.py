"""The webhook door against a system that signs and checks with its own lines."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.profile import Profile
from config.settings import DoorSettings
from connectors.contract import Health, Request
from connectors.errors import CredentialRefused, Forged, Malformed, Misconfigured, Refused, Unreachable
from demo.door_webhook import SECRET, CitySystem
from dispatcher.doors import cloud_events, registry
from dispatcher.doors.contract import Added, Addition
from normalizer.complaint import Reporter, State
from tests.doors.examples import filing, number

KEY = number(7)
NOW = datetime.now(UTC)
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "published.schema.json").read_text("utf-8"))
OTHER = "whsec_" + "QUJD" * 12


@pytest.fixture
async def system() -> AsyncIterator[CitySystem]:
    running = CitySystem()
    await running.start()
    yield running
    await running.stop()


def made(system: CitySystem, profile: Profile, **more: Any) -> Any:
    told = {"url": f"{system.base}/laporan", "secret": SECRET, "timeout": 5} | more
    return registry.build("sistem", DoorSettings(kind="webhook", **told), profile, public_url="https://lapor.example.go.id")


def called(headers: dict[str, str], body: bytes) -> Request:
    return Request(account="sistem", method="POST", url="x", headers=headers, query={}, body=body, remote="127.0.0.1")


async def test_a_signed_event_under_the_number(system: CitySystem, profile: Profile):
    """webhook-id and event id are the key; the data is the published schema's; their number is the reference."""
    door = made(system, profile)
    receipt = await door.submit(filing(KEY, anonymous=True, reporter=Reporter(name="Siti")), KEY)
    [call] = system.calls
    assert call.signed
    assert (call.key, call.event["id"], call.event["type"]) == (KEY, KEY, cloud_events.REGISTERED)
    assert call.event["source"] == "https://lapor.example.go.id"
    assert receipt.reference == "A-1"
    jsonschema.validate(call.event["data"], SCHEMA)
    assert call.event["data"]["reporter"] is None
    with pytest.raises(Refused, match=r"doors\.sistem\.confidential"):
        await door.submit(filing(number(8), confidential=True), number(8))
    await door.aclose()


async def test_a_number_may_come_later(system: CitySystem, profile: Profile):
    """{} is a yes: the receipt says that the number follows."""
    system.silent = True
    door = made(system, profile)
    assert (await door.submit(filing(KEY), KEY)).reference == f"token:{KEY}"
    await door.aclose()


async def test_a_lost_answer_is_looked_up_where_that_is_set(system: CitySystem, profile: Profile):
    """Taken there, unknown here: the look-up brings the receipt; what never arrived is None; without a look-up nobody can be asked."""
    door = made(system, profile, lookup=f"{system.base}/laporan/cari")
    system.lose = 1
    with pytest.raises(Unreachable) as caught:
        await door.submit(filing(KEY), KEY)
    assert not caught.value.certain
    found = await door.find(KEY, NOW)
    assert found.reference == "A-1"
    assert await door.find(number(8), NOW) is None
    assert system.lookups == [KEY, number(8)]
    assert door.can_find
    plain = made(system, profile)
    assert not plain.can_find
    await door.aclose()
    await plain.aclose()


async def test_additions_have_keys_of_their_own(system: CitySystem, profile: Profile):
    """The same addition again carries the same webhook-id."""
    door = made(system, profile)
    added = Added(
        kind=Addition.REOPENED, complaint=filing(KEY).complaint, tracking_number=KEY, reference="A-1", at=NOW, text="Belum beres."
    )
    for _ in range(2):
        await door.add(added, "tambahan:1")
    assert [call.key for call in system.calls] == ["tambahan:1", "tambahan:1"]
    assert system.calls[0].event["type"] == "id.go.satupintu.complaint.reopened"
    jsonschema.validate(system.calls[0].event["data"], SCHEMA)
    await door.aclose()


async def test_a_check_sends_no_complaint(system: CitySystem, profile: Profile):
    """A signed event that means nothing; a secret that differs is told with the setting's name."""
    door, wrong = made(system, profile), made(system, profile, secret=OTHER)
    assert (await door.check()).health is Health.OK
    assert system.calls == []
    assert "doors.sistem.secret" in (await wrong.check()).sentence
    with pytest.raises(CredentialRefused):
        await wrong.submit(filing(KEY), KEY)
    await door.aclose()
    await wrong.aclose()


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"url": "http://simpel.example.go.id/"}, "url"),
        ({"secret": "whsec_pendek"}, "secret"),
        ({"lookup": "ftp://x"}, "lookup"),
        ({"look_up": "https://x"}, "maksud Anda lookup"),
    ],
)
async def test_a_wrong_setting_is_named(system: CitySystem, profile: Profile, more: dict[str, str], named: str):
    """By its key; no secret is repeated."""
    with pytest.raises(Misconfigured, match=named) as caught:
        made(system, profile, **more)
    assert "pendek" not in caught.value.sentence.replace("terlalu pendek", "")


async def test_a_call_back_is_believed_by_its_signature_only(system: CitySystem, profile: Profile):
    """Ours, also by the secret before; never without headers, by another secret, with other bytes, or ten minutes old."""
    door = made(system, profile, secret=OTHER, previous_secret=SECRET)
    body = b'{"a": 1}'
    door.verify(called(system.signed("n-1", body), body))
    now = datetime.now(UTC)  # the library goes by the wall clock, which has moved on since this file was read
    forged = [
        ({}, body),
        (CitySystem("whsec_" + "WFla" * 12).signed("n-1", body), body),
        (system.signed("n-1", body), body + b" "),
        (system.signed("n-2", body) | {"webhook-id": "n-1"}, body),
        (system.signed("n-1", body, now - timedelta(minutes=10)), body),
        (system.signed("n-1", body, now + timedelta(minutes=10)), body),
        (system.signed("n-1", body) | {"webhook-signature": "v1"}, body),
        (system.signed("n-1", body) | {"webhook-signature": "v1,\xff v1,==="}, body),
        (system.signed("n-1", body) | {"webhook-timestamp": "nan"}, body),
        (system.signed("n-1", b"\xff\xfe"), b"\xff\xfe"),
    ]
    for headers, bytes_ in forged:
        with pytest.raises(Forged):
            door.verify(called(headers, bytes_))


async def test_a_call_back_becomes_an_update(system: CitySystem, profile: Profile):
    """State, words and their number; a check is nothing; what is neither is named by its field, never by its content."""
    door = made(system, profile)
    spoken = f"cmh-{KEY[3:7]}-{KEY[7:]}"
    event = {"specversion": "1.0", "id": "17", "source": "//sistem", "type": cloud_events.STATUS, "subject": spoken}
    data = {"state": "closed", "public_text": "Selesai.\x00", "reference": "A-1"}
    update = door.read(called({}, json.dumps(event | {"data": data}).encode()), NOW)
    assert (update.tracking_number, update.reference, update.state, update.public_text) == (KEY, "A-1", State.CLOSED, "Selesai.")
    assert (update.external_id, update.at) == ("//sistem#17", NOW)
    assert door.read(called({}, json.dumps(event | {"type": cloud_events.CHECK}).encode()), NOW) is None
    with pytest.raises(Malformed, match=r"data\.state") as caught:
        door.read(called({}, json.dumps(event | {"data": {"state": "kata rahasia"}}).encode()), NOW)
    assert "kata rahasia" not in caught.value.sentence
