"""Which complaint a mail belongs to: our number in its subject or body, our Message-ID, and always only for who takes part in it."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from test_pains_email import Office, office  # noqa: F401  the fixture

from connectors.email import tokens
from normalizer.tracking import printed

BUDI = "budi@example.org"


async def registered(office: Office) -> tuple[Any, Any]:  # noqa: F811
    """A complaint of Budi's and the mail that acknowledged it."""
    await office.box.deliver(office.mail(1, who=BUDI))
    await office.turn()
    [complaint] = await office.town.complaints()
    return complaint, message_from_bytes(office.box.sent[-1].content, policy=policy.default)


def about(mail: bytes, subject: str) -> bytes:
    return mail.replace(b"Subject: Laporan warga", f"Subject: {subject}".encode())


async def test_the_subject_carries_the_number(office: Office):  # noqa: F811
    """In brackets and first, so that it survives every client's Re: and every cut."""
    complaint, ack = await registered(office)
    assert ack["Subject"].startswith(f"[{printed(complaint['tracking_number'])}]")
    assert tokens.is_ours(b"rahasia uji", ack["Message-ID"].strip("<>"))


async def test_a_client_that_drops_in_reply_to(office: Office):  # noqa: F811
    """Only the subject is left, days later, from the same address in other letters: it is Budi's complaint still."""
    _, ack = await registered(office)
    office.town.later(days=6)
    mail = office.mail(2, "Tiangnya sekarang miring, mohon hati-hati", who="Budi@Example.ORG")
    await office.box.deliver(about(mail, f"Re: {ack['Subject']}"))
    await office.turn()
    assert await office.town.outcomes() == ["complaint", "supplement"]


async def test_another_thread_with_the_number_in_its_words(office: Office):  # noqa: F811
    """A new mail of the same person that quotes the number."""
    complaint, _ = await registered(office)
    words = f"Menyusul laporan {printed(complaint['tracking_number'])}: tiangnya sekarang miring ke jalan"
    await office.box.deliver(about(office.mail(2, words, who=BUDI), "Tiang miring"))
    await office.turn()
    assert await office.town.outcomes() == ["complaint", "supplement"]


async def test_a_stranger_who_has_the_token(office: Office):  # noqa: F811
    """Subject, number and even our Message-ID: a complaint of the stranger's own that refers to the other, which is left as it was."""
    complaint, ack = await registered(office)
    head = f"In-Reply-To: {ack['Message-ID']}\r\n"
    words = "Di jalan saya juga mati lampunya, mohon sekalian"
    await office.box.deliver(about(office.mail(2, words, who="lain@example.org", headers=head), f"Re: {ack['Subject']}"))
    await office.turn()
    first, second = await office.town.complaints()
    assert (first["version"], await office.town.rows("SELECT * FROM supplements")) == (complaint["version"], [])
    notes = await office.town.rows("SELECT note FROM timeline WHERE complaint_id = :id AND kind = 'registered'", id=second["id"])
    assert [row["note"] for row in notes] == [f"merujuk {printed(first['tracking_number'])}"]
    [answer] = office.answers("lain@example.org")
    assert printed(first["tracking_number"]) not in answer


async def test_a_stranger_who_has_only_our_message_id(office: Office):  # noqa: F811
    """A forwarded acknowledgement is answered by somebody else, without the number: their own complaint, which refers to the first."""
    complaint, ack = await registered(office)
    head = f"In-Reply-To: {ack['Message-ID']}\r\n"
    await office.box.deliver(office.mail(2, "Di jalan saya juga mati lampunya, mohon sekalian", who="lain@example.org", headers=head))
    await office.turn()
    first, second = await office.town.complaints()
    assert (first["version"], await office.town.rows("SELECT * FROM supplements")) == (complaint["version"], [])
    notes = await office.town.rows("SELECT note FROM timeline WHERE complaint_id = :id AND kind = 'registered'", id=second["id"])
    assert [row["note"] for row in notes] == [f"merujuk {printed(first['tracking_number'])}"]


async def test_a_forged_message_id_is_no_pass(office: Office):  # noqa: F811
    """An id in our shape without our signature is neither ours (the mail would be dropped as our own) nor the key to a case."""
    await registered(office)
    forged = f"sp.{'a' * 20}.{'b' * 24}@example.org"
    mail = office.mail(
        2, "Sampah di Pasar Antri sudah seminggu", who="lain@example.org", ident=forged, headers=f"In-Reply-To: <{forged}>\r\n"
    )
    await office.box.deliver(mail)
    await office.turn()
    assert await office.town.outcomes() == ["complaint", "complaint"]
    assert len(office.answers("lain@example.org")) == 1


async def test_a_colleagues_answer_is_a_note(office: Office):  # noqa: F811
    """The agency answers by mail with the number: operators read it on the complaint, the citizen hears nothing, no complaint is made."""
    complaint, ack = await registered(office)
    before = len(await office.town.owed())
    mail = office.mail(2, "Sudah kami jadwalkan besok pagi, tim dua orang.", who="pju@dishub.example")
    [arrival] = _read(office, about(mail, f"Re: {ack['Subject']}"))
    await office.town.accept(arrival)
    await office.town.take()
    assert await office.town.outcomes() == ["complaint", "set_aside"]
    notes = await office.town.rows("SELECT note FROM timeline WHERE complaint_id = :id AND kind = 'note'", id=complaint["id"])
    assert "jadwalkan besok pagi" in notes[0]["note"]
    assert len(await office.town.owed()) == before


def _read(office: Office, mail: bytes) -> Any:  # noqa: F811
    from connectors.email import wire

    return wire.read(mail, account="bot", now=office.town.now, staff=("@dishub.example",))
