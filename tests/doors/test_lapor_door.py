"""The lapor door against a stand-in of exactly the shape that is known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.profile import Category, Profile
from config.settings import DoorSettings
from connectors.contract import Health
from connectors.errors import CredentialRefused, Misconfigured, Refused, Unreachable
from demo.lapor import TOKEN, Lapor
from dispatcher.doors import lapor_shape, registry
from dispatcher.doors.contract import Door
from normalizer import tracking
from normalizer.complaint import PersonalData, Reporter
from tests.doors.examples import filing, number

KEY = number(7)
SITI = Reporter(name="Siti Aminah Putri", phone="+6281234567890", email="siti@example.com")


@pytest.fixture
async def lapor() -> AsyncIterator[Lapor]:
    running = Lapor()
    await running.start()
    yield running
    await running.stop()


def made(lapor: Lapor, profile: Profile, **more: object) -> Door:
    return registry.build("lapor", DoorSettings(kind="lapor", **({"base": lapor.base, "token": TOKEN, "timeout": 5} | more)), profile)


async def test_the_tracking_id_becomes_the_reference(lapor: Lapor, profile: Profile):
    """trackingid is what the citizen may ask LAPOR! with; our number opens the words; marked spans are covered."""
    door = made(lapor, profile)
    body = "Lampu mati, hubungi 081234567890"
    spans = [PersonalData(kind="phone", start=20, end=32)]
    receipt = await door.submit(filing(KEY, body=body, personal_data=spans, reporter=SITI), KEY)
    [taken] = lapor.taken
    assert receipt.reference == taken.tracking_id == "1000001"
    assert receipt.notice == "transaksiid T1000001"
    assert taken.words.startswith(f"[{tracking.printed(KEY)}] Lampu mati, hubungi ")
    assert "081234567890" not in taken.words
    assert taken.reporter == {"email": SITI.email, "telpon": SITI.phone, "namadepan": "Siti", "namabelakang": "Aminah Putri"}
    assert lapor.calls[0]["type"] == "text/xml; charset=UTF8"
    await door.aclose()


async def test_ids_as_elements_are_read_too(profile: Profile):
    """It is not known whether they are attributes of the root or elements in it."""
    other = Lapor(elements=True)
    await other.start()
    door = made(other, profile)
    assert (await door.submit(filing(KEY), KEY)).reference == "1000001"
    await door.aclose()
    await other.stop()


async def test_flags_and_identities(lapor: Lapor, profile: Profile):
    """Anonymous: flagged and unnamed; secret: refused. Where the settings allow it both go, flagged."""
    door = made(lapor, profile)
    await door.submit(filing(KEY, anonymous=True, reporter=SITI), KEY)
    with pytest.raises(Refused, match=r"doors\.lapor\.confidential"):
        await door.submit(filing(number(8), confidential=True), number(8))
    await door.aclose()
    trusting = made(lapor, profile, confidential=True, identities=True)
    await trusting.submit(filing(number(9), anonymous=True, confidential=True, reporter=SITI), number(9))
    await trusting.aclose()
    first, second = lapor.taken
    assert (first.anonymous, first.confidential, set(first.reporter.values())) == (True, False, {""})
    assert (second.anonymous, second.confidential, second.reporter["namadepan"]) == (True, True, "Siti")


async def test_a_lost_answer_is_for_a_person(lapor: Lapor, profile: Profile):
    """Taken there, unknown here, and nobody can be asked."""
    lapor.lose = 1
    door = made(lapor, profile)
    with pytest.raises(Unreachable) as caught:
        await door.submit(filing(KEY), KEY)
    assert not caught.value.certain
    assert not door.can_find
    assert len(lapor.taken) == 1
    await door.aclose()


async def test_topics_are_synchronised_and_checked(lapor: Lapor, profile: Profile):
    """Asked once a day; an unknown lapor_id is named; a known one stands under the words; every sentence says that this is unverified."""
    topics = {
        "lampu": Category(name="Lampu jalan", agency="dishub", lapor_id="13"),
        "lain": Category(name="Lain-lain", agency="dishub", lapor_id="999"),
    }
    door = made(lapor, profile.model_copy(update={"categories": topics}))
    cursor = (await door.updates(None)).cursor
    await door.updates(cursor)
    assert len([call for call in lapor.calls if call["call"] == "gettopics"]) == 1
    checked = await door.check()
    assert checked.health is Health.WARNING
    assert "categories.lain.lapor_id" in checked.sentence
    assert "belum diverifikasi" in checked.sentence
    assert lapor.taken == []
    await door.submit(filing(KEY, category="lampu"), KEY)
    assert lapor.taken[0].words.endswith("Topik: Penerangan Jalan Umum (13)")
    await door.aclose()


async def test_a_wrong_token_stops_the_door(lapor: Lapor, profile: Profile):
    """The setting is named, its value is not."""
    door = made(lapor, profile, token="{salah}")
    with pytest.raises(CredentialRefused, match=r"doors\.lapor\.token") as caught:
        await door.submit(filing(KEY), KEY)
    assert "salah" not in str(caught.value)
    assert (await door.check()).health is Health.FAILED
    await door.aclose()


def test_only_a_safe_address_is_taken(profile: Profile):
    """The office's token would go over it."""
    with pytest.raises(Misconfigured, match=r"doors\.lapor: base"):
        registry.build("lapor", DoorSettings(kind="lapor", base="http://lapor.example.go.id", token="x"), profile)


@given(st.text(), st.text())
def test_any_words_make_xml_that_can_be_read(words: str, name: str):
    """No text of a citizen breaks the document or leaves its element."""
    body = lapor_shape.report(filing(KEY), "{t}", None, words=words, reporter=Reporter(name=name))
    root = fromstring(body)
    assert [child.tag for child in root] == ["pelapor", "laporan"]
    assert (root.findtext("laporan/isi") or "").startswith(f"[{tracking.printed(KEY)}] ")


@given(st.binary())
def test_any_answer_is_read_or_is_none(answer: bytes):
    """No bytes raise."""
    lapor_shape.taken(answer)
    lapor_shape.topics(answer)


def test_an_answer_that_is_a_bomb_is_none():
    """Entities are not opened."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;">]><x trackingid="1">&b;</x>'
    assert lapor_shape.taken(bomb) is None
