"""Public posts: who gets a number at once, who waits for a person, and who complains of nothing."""

from __future__ import annotations

from typing import Any

import pytest
from normalizer_samples import NOW

from config.profile import Profile
from connectors.contract import Attachment, Inbound, Sender
from normalizer.normalize import normalize
from normalizer.outcome import Normalized


def post(text: str, *, name: str = "Rina", handle: str = "@rinak", extra: dict[str, Any] | None = None, **more: Any) -> Inbound:
    about = {"public": True, "source": "mention", "addressed": True}
    return Inbound(
        channel="x",
        account="kota",
        external_id="1",
        message_id="1",
        conversation="x:kota:1:81001",
        sender=Sender(id="81001", name=name, address=handle),
        sent_at=NOW,
        text=text,
        extra=about | (extra or {}),
        **more,
    )


def ruled(profile: Profile, text: str, **more: Any) -> tuple[str, str | None]:
    told = normalize(post(text, **more), profile)
    return told.outcome.value, told.reason


@pytest.mark.parametrize(
    "text",
    [
        "@cimahikota lampu jalan di Jl. Gatot Subroto mati sudah 3 hari, gelap banget",
        "Min @cimahikota tolong dong sampah di Pasar Antri udah seminggu ga diangkut, bau",
        "@cimahikota jalan berlubang depan SDN Cibabat bahaya buat motor",
        "@cimahikota ada pungli di kelurahan, dimintai uang 50rb buat bikin KTP",
        "@cimahikota kebakaran di Jl. Pesantren, tolong!",
        "@cimahikota drainase mampet di RW 05 kelurahan Karangmekar, tiap hujan banjir",
        "@cimahikota kapan diperbaiki jl amir machmud, rusak parah",
    ],
)
def test_a_post_that_talks_to_us_and_complains_gets_its_number(profile: Profile, text: str):
    """No person is needed in between."""
    assert ruled(profile, text) == ("complaint", None)


@pytest.mark.parametrize(
    "text",
    [
        "@cimahikota keren nih kota kita sekarang",
        "@cimahikota nonton persib yuk",
        "@cimahikota Dalam rangka Hari Jadi Kota Cimahi, Wali Kota menghadiri upacara perbaikan jalan rusak",
        "@cimahikota jual token listrik murah, lampu mati? order sekarang",
        "@cimahikota",
        "@cimahikota apa kabar jalan?",
    ],
)
def test_what_may_be_no_complaint_waits_for_a_person(profile: Profile, text: str):
    """Also a bare name: under a neighbour's post it means "look at this"."""
    assert ruled(profile, text) == ("triage", "unclear")


def test_who_does_not_talk_to_us_waits_for_a_person(profile: Profile):
    """A neighbour's talk in a thread that once named us."""
    talk = "@budi @cimahikota jalan di Jl. Kenanga memang rusak parah kang"
    assert ruled(profile, talk, extra={"addressed": False}) == ("triage", "not_addressed")


def test_a_searched_post_always_waits_for_a_person(profile: Profile):
    """Also where the profile lets everything in."""
    words = "Jalan rusak parah di Jl. Amir Machmud Cimahi"
    generous = profile.model_copy(update={"admission": "always"})
    for each in (profile, generous):
        assert ruled(each, words, extra={"source": "search", "addressed": False}) == ("triage", "search")


def test_the_profile_decides(profile: Profile):
    """always: all of it; off: kept and set aside."""
    always, off = (profile.model_copy(update={"admission": rule}) for rule in ("always", "off"))
    assert ruled(always, "@cimahikota nonton persib yuk")[0] == "complaint"
    assert ruled(off, "@cimahikota lampu jalan di Jl. Kenanga mati") == ("set_aside", "admission_off")


def test_other_government_accounts_are_not_complaints(profile: Profile):
    """By the profile's list, or by X's grey mark; one that only sounds like an office waits for a person."""
    known = profile.model_copy(update={"government_accounts": ("@Humas_Cimahi", "dpupr_cimahi")})
    words = "@cimahikota perbaikan jalan rusak di Jl. Amir Machmud hari ini"
    assert ruled(known, words, handle="@humas_cimahi") == ("set_aside", "government")
    assert ruled(known, words, handle="@DPUPR_cimahi") == ("set_aside", "government")
    assert ruled(profile, words, extra={"verified": "government"}) == ("set_aside", "government")
    assert ruled(profile, words, name="Dishub Kota Cimahi", handle="@dishubcmh")[0] == "triage"
    assert ruled(profile, words, name="Rina", handle="@rinak")[0] == "complaint"


def test_help_desk_replies_are_not_complaints(profile: Profile):
    """Another office's answer to a citizen, with our name carried along by the thread."""
    words = (
        "@budi @cimahikota Halo Kak, mohon maaf atas ketidaknyamanannya. Air tidak mengalir di area mana? Silakan DM alamat lengkapnya ya"
    )
    assert ruled(profile, words, extra={"addressed": False}, in_reply_to="9") == ("set_aside", "help_desk")
    listening = "@budi Baik Kak, air keruh di mana?"
    assert ruled(profile, listening, extra={"addressed": False, "verified": "business"}, in_reply_to="9") == ("set_aside", "help_desk")


def test_retweets_and_own_posts_stay_set_aside(profile: Profile):
    """What the connector knows comes first."""
    assert ruled(profile, "RT @budi: @cimahikota jalan rusak di Jl. Kenanga", service="retweet") == ("set_aside", "retweet")


def test_politeness_and_questions_of_state_need_no_person(profile: Profile):
    """As in every channel."""
    assert ruled(profile, "@cimahikota makasih min 🙏") == ("set_aside", "thanks")
    assert ruled(profile, "@cimahikota status laporan saya?")[0] == "status_query"


def read(profile: Profile, text: str, **more: Any) -> Normalized:
    return normalize(post(text, **more), profile)


def test_a_complaint_is_the_citizens_own_words(profile: Profile):
    """Without the names in front and the link that X adds for the photos; `text` stays as it came."""
    photo = (Attachment(ref="a", kind="image", media_type="image/jpeg"),)
    told = read(profile, "@cimahikota @budi jalan rusak di Jl. Kenanga https://t.co/Abc123", attachments=photo)
    assert told.body == "jalan rusak di Jl. Kenanga"
    assert told.text == "@cimahikota @budi jalan rusak di Jl. Kenanga https://t.co/Abc123"
    assert "https://t.co/Abc123" in read(profile, "@cimahikota jalan rusak di Jl. Kenanga https://t.co/Abc123").body


def test_triage_carries_all_that_was_read(profile: Profile):
    """So that a person sees it and the complaint lacks nothing afterwards."""
    told = read(profile, "Jalan rusak di Jl. Amir Machmud", extra={"source": "search", "addressed": False})
    assert told.title
    assert told.category
    assert told.location.text


@pytest.mark.parametrize("words", ["@cimahikota nonton yuk", "@cimahikota halo min", "@cimahikota status", "@cimahikota"])
def test_what_a_person_let_in_is_a_complaint(profile: Profile, words: str):
    """Whatever the rules thought of it."""
    assert read(profile, words, extra={"admitted": True}, service="retweet").outcome.value == "complaint"
