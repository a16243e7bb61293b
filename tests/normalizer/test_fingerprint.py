from __future__ import annotations

from datetime import timedelta

import pytest
from normalizer_samples import NOW, chat

from config.profile import Profile
from connectors.contract import Place, Sender
from normalizer.fingerprint import Fingerprint, fingerprint, resent, same_matter, same_person
from normalizer.normalize import normalize

HOLE = "Jalan berlubang besar di Jl. Gandawijaya depan pasar, motor sering jatuh"


def of(profile: Profile, text: str, **changes: object) -> Fingerprint:
    return fingerprint(normalize(chat(text, **changes), profile))


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
    assert same_matter(one, other)
    assert same_matter(other, one)


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
    assert not same_matter(of(profile, HOLE), of(profile, text))


def test_another_time(profile: Profile) -> None:
    """The same hole two weeks later may be a new one."""
    assert not same_matter(of(profile, HOLE), of(profile, HOLE, sent_at=NOW + timedelta(days=14)))


def test_pins_decide(profile: Profile) -> None:
    """Where both sent their position, the distance decides, whatever the words call the street."""
    here = of(profile, "jalan berlubang di sini", place=Place(lat=-6.8723, lon=107.5425))
    near = of(profile, "jalan berlubang parah", place=Place(lat=-6.8724, lon=107.5427))
    far = of(profile, "jalan berlubang di sini", place=Place(lat=-6.89, lon=107.55))
    assert same_matter(here, near)
    assert not same_matter(here, far)


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
