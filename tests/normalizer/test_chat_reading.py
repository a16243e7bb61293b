from __future__ import annotations

from dataclasses import replace

from normalizer_samples import chat

from config.profile import Profile
from connectors.contract import Attachment, Sender
from normalizer.complaint import Outcome
from normalizer.normalize import normalize


def test_nothing_at_all(profile: Profile) -> None:
    """A message without words, files and place is set aside, not dropped."""
    told = normalize(chat(""), profile)
    assert (told.outcome, told.reason) == (Outcome.SET_ASIDE, "empty")


def test_a_shared_contact(profile: Profile) -> None:
    """A contact card alone opens nothing, but its number is the reporter's."""
    told = normalize(chat("", sender=Sender(id="7", phone="081234567890")), profile)
    assert (told.reason, told.reporter.phone) == ("contact", "+6281234567890")


def test_a_refused_place(profile: Profile) -> None:
    """A pin outside the world is refused by the connector; the complaint is kept and asked for words."""
    told = normalize(chat("", extra={"place_refused": True}), profile)
    assert (told.outcome, told.words, told.title) == (Outcome.COMPLAINT, False, "Laporan lokasi tanpa keterangan")
    assert told.location.lat is None


def test_the_front_desk_never_greets(profile: Profile) -> None:
    """What an operator types in is a complaint, whatever the words."""
    assert normalize(chat("terima kasih", channel="manual", staff=True), profile).outcome is Outcome.COMPLAINT


def test_words_stay_as_they_came(profile: Profile) -> None:
    """Slang is expanded for comparing only: the body keeps the citizen's own words."""
    text = "Tlg min, jln dpn rmh sy bolong bgt 😭"
    assert normalize(chat(text), profile).body == text


def test_evidence_is_told(profile: Profile) -> None:
    """Files are listed with what the platform says of them."""
    file = Attachment(ref="x", filename="a/b/foto.jpg", media_type="image/jpeg", size=9, kind="image")
    told = normalize(replace(chat("jalan rusak"), attachments=(file,)), profile)
    assert [(one.filename, one.media_type, one.size) for one in told.attachments] == [("foto.jpg", "image/jpeg", 9)]
    assert told.parts == []


def test_another_city(profile: Profile) -> None:
    """Numbers and villages of another city mean nothing here: prefix and region come from the profile."""
    elsewhere = profile.model_copy(update={"prefix": "BNE", "region_code": "73.08"})
    assert normalize(chat("lampu mati di Melong"), elsewhere).location.region_code is None
    assert normalize(chat("status BNE-1234-5678"), elsewhere).outcome is Outcome.STATUS_QUERY
