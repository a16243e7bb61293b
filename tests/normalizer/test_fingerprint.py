from __future__ import annotations

from datetime import timedelta

import pytest
from normalizer_samples import NOW, chat

from config.profile import Profile
from connectors.contract import Place, Sender
from normalizer import fingerprint
from normalizer.fingerprint import Fingerprint, resent
from normalizer.likeness import Likeness, kept_under, likeness, looked_up, same_person
from normalizer.normalize import normalize

HOLE = "Jalan berlubang besar di Jl. Gandawijaya depan pasar, motor sering jatuh"


def of(profile: Profile, text: str, **changes: object) -> Fingerprint:
    return fingerprint.of(normalize(chat(text, **changes), profile))


@pytest.mark.parametrize(
    "text",
    [
        "Ada lubang besar di jl gandawijaya dekat pasar, jalan rusak bikin motor jatuh",
        "jalan berlubang di Jalan Gandawijaya, motor saya jatuh kemarin",
    ],
)
def test_many_citizens_one_matter(profile: Profile, text: str) -> None:
    """Two people, one street, the same days, like words: for the desk it is one matter."""
    one, other = of(profile, HOLE), of(profile, text, sender=Sender(id="8"))
    assert likeness(one, other) is Likeness.SURE
    assert likeness(other, one) is Likeness.SURE
    assert set(looked_up(one)) & set(kept_under(other)), "and each is found from the other"


@pytest.mark.parametrize(
    "text",
    [
        "Jalan berlubang besar di Jl. Kebon Kopi, motor sering jatuh",
        "Sampah menumpuk di Jl. Gandawijaya depan pasar",
        "Jalan berlubang besar, motor sering jatuh",
        "halo",
    ],
)
def test_another_matter(profile: Profile, text: str) -> None:
    """Another street, another kind, or no place: two matters."""
    assert likeness(of(profile, HOLE), of(profile, text)) is Likeness.APART


def test_another_time(profile: Profile) -> None:
    """The same hole two weeks later may be a new one."""
    assert likeness(of(profile, HOLE), of(profile, HOLE, sent_at=NOW + timedelta(days=14))) is Likeness.APART


def test_pins_decide(profile: Profile) -> None:
    """Where both sent their position, the distance decides, whatever the words call the street."""
    here = of(profile, "jalan berlubang di sini", place=Place(lat=-6.8723, lon=107.5425))
    near = of(profile, "jalan berlubang parah", place=Place(lat=-6.8724, lon=107.5427))
    far = of(profile, "jalan berlubang di sini", place=Place(lat=-6.89, lon=107.55))
    assert likeness(here, near) is Likeness.SURE
    assert set(looked_up(here)) & set(kept_under(near))
    assert likeness(here, far) is Likeness.APART


def test_one_person_on_two_channels(profile: Profile) -> None:
    """The same phone writes by WhatsApp and by SMS: one person."""
    one = of(profile, HOLE, sender=Sender(id="a", phone="+6281234567890"))
    other = of(profile, HOLE, sender=Sender(id="b", phone="081234567890"))
    assert same_person(one, other)
    assert not same_person(one, of(profile, HOLE, sender=Sender(id="c")))


@pytest.mark.parametrize(
    ("again", "same"),
    [
        (HOLE, True),
        (HOLE + "!!", True),
        (HOLE.replace("besar", "besaar").upper(), True),
        (HOLE.replace("Jl. Gandawijaya", "Jl. Sangkuriang"), False),
        (HOLE + " nomor 12", False),
        ("Sampah menumpuk di Jl. Gandawijaya depan pasar, bau sekali dan kotor", False),
        ("ya", False),
    ],
)
def test_sent_again(again: str, same: bool) -> None:
    """An edited resend is known; another street or number is another matter."""
    assert resent(HOLE, again) is same


def test_the_same_village_and_day_in_like_words(profile: Profile) -> None:
    """A flood names no street: the village, the day and the words make it one matter; in another village it is another."""
    one = of(profile, "BANJIR DI KELURAHAN MELONG AIR SUDAH SELUTUT MASUK RUMAH WARGA TOLONG")
    assert likeness(one, of(profile, "Min banjir nih di kelurahan Melong, air masuk rumah selutut")) is Likeness.SURE
    assert likeness(one, of(profile, "Min banjir nih di kelurahan Cibabat, air masuk rumah selutut")) is Likeness.APART


def test_another_house_on_the_street_is_asked_about(profile: Profile) -> None:
    """Two numbers on one street may be two lamps: a person decides."""
    first = of(profile, "Lampu jalan mati di Jl. Gandawijaya No. 12 sudah lama")
    assert likeness(first, of(profile, "Lampu jalan mati di Jl. Gandawijaya No. 48 sudah lama")) is Likeness.PERHAPS


def test_one_persons_words_on_another_channel(profile: Profile) -> None:
    """Phone and words are the same: surely one matter, also without a place. The number itself is not kept in the fingerprint."""
    words = "Petugas loket pendaftaran membentak ibu saya dan menolak berkas tanpa alasan"
    one = of(profile, words, sender=Sender(id="a", phone="+6281234567890"))
    again = of(profile, words + " tolong", sender=Sender(id="b", phone="081234567890"), sent_at=NOW + timedelta(days=5))
    assert likeness(one, again) is Likeness.SURE
    assert likeness(one, of(profile, words, sender=Sender(id="c"))) is Likeness.APART
    assert "81234567890" not in str(fingerprint.to_json(one))


def test_a_fingerprint_can_be_kept(profile: Profile) -> None:
    """What comes back from the store compares as what went in."""
    told = of(profile, HOLE + " RT 03 RW 05", place=Place(lat=-6.8723, lon=107.5425))
    assert fingerprint.from_json(fingerprint.to_json(told)) == told
