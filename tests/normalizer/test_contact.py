from __future__ import annotations

import pytest

from connectors.contract import Sender
from normalizer import contact


def test_the_platform_comes_first() -> None:
    """What the platform says of the sender is not overwritten by the text."""
    found = contact.reporter(Sender(id="7", name="Budi", phone="0812 3456 7890"), "hp saya 081999999999, nama saya Andi Wijaya")
    assert (found.name, found.phone) == ("Budi", "+6281234567890")


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("hubungi saya di 0812-3456-7890", "+6281234567890"),
        ("No. HP: +62 812 3456 7890", "+6281234567890"),
        ("WA 6281234567890 ya", "+6281234567890"),
        ("penipu memakai nomor 081234567890", None),
        ("tagihan 081234567890123456", None),
    ],
)
def test_own_phone(text: str, phone: str | None) -> None:
    """A number in the text is the writer's only where the words say so; it comes in E.164."""
    assert contact.reporter(Sender(id="7"), text).phone == phone


def test_mail_sender() -> None:
    """A mail address is the reporter's e-mail."""
    assert contact.reporter(Sender(id="a@b.id", address="a@b.id"), "").email == "a@b.id"
    assert contact.reporter(Sender(id="7", address="@budi"), "").email is None


def test_strange_number_stays() -> None:
    """What is no telephone number in the world is kept as it is."""
    assert contact.e164("911") == "911"
    assert contact.e164("whatsapp:+6281234567890") == "+6281234567890"
