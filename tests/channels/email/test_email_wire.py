"""What the case files cannot say: settings that the reader is given, hostile sizes, mails over the cap."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Inbound, Unreadable
from connectors.email import headers, wire
from connectors.email.cut import ended
from tests.channels.asking import NOW

HEAD = "From: {sender}\r\nMessage-ID: <a@b>\r\nSubject: x\r\n"
NAMES = st.sampled_from(
    ["From", "Reply-To", "Message-ID", "In-Reply-To", "References", "Date", "Subject", "Content-Type", "Auto-Submitted"]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"x@", b"<[a>", b"=?utf-8?b?!!?=", b"=?a?q?=ff?=", b"((((", b'"', b"Fri, 99 Foo 99999 25:61:61 +99999", b"<" * 50, b"a@b," * 30]
    ),
)


def read(raw, **given_settings):
    (arrival,) = wire.read(raw, account="surel", now=NOW, **given_settings)
    return arrival


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), st.binary(max_size=80))
def test_no_header_can_raise(pairs, body):
    """Whatever stands in them, a mail is read or kept unreadable."""
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in pairs) + b"\r\n" + body
    arrival = read(raw, own=["kami@x.id"], staff=["@x.id"], secret=b"s", cut_from=1)
    assert isinstance(arrival, Inbound | Unreadable)
    assert arrival.account == "surel"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"a@b.id, " * 20_000 + b"\r\n\r\nx",
        b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
        b"From: a@b.id\r\nSubject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nx",
        b"From: a@b.id\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\nx",
        b"From: a@b.id\r\nReferences: " + b"<a@b> " * 50_000 + b"\r\n\r\nx",
        b"From: a@b.id\r\nReferences: " + b"<" * 200_000 + b"\r\n\r\nx",
        b"From: a@b.id\r\nX: y\r\n" + b" folded\r\n" * 50_000 + b"\r\nx",
        b"From: a@b.id\r\n" + b"\r" * 500_000,
        b"From: a@b.id\r\nMessage-ID: <" + b"a" * 5000 + b"@b>\r\n\r\nx",
        b"From: a@b.id\r\nContent-Type: multipart/mixed; boundary=" + b"b" * 190 + b"\r\n\r\n" + (b"--" + b"b" * 190 + b"\r\n") * 2000,
    ],
    ids=range(10),
)
def test_hostile_sizes_stay_cheap_and_small(raw):
    """What we keep beside the raw bytes has a size of ours, not of theirs."""
    arrival = read(raw, cut_from=len(raw))
    assert isinstance(arrival, Inbound)
    assert len(arrival.external_id) < 300
    assert len(arrival.subject or "") <= wire.SUBJECT_LIMIT
    assert len(str(arrival.extra)) < 2 * wire.REFERENCES_LIMIT


@pytest.mark.parametrize(
    ("sender", "staff", "expected"),
    [
        ("Op <Op@Kominfo.cimahi.example>", ["op@kominfo.cimahi.example"], True),
        ("op@kominfo.cimahi.example", ["@kominfo.cimahi.example"], True),
        ("op@kominfo.cimahi.example.evil.org", ["@kominfo.cimahi.example"], False),
        ("x-op@kominfo.cimahi.example", ["op@kominfo.cimahi.example"], False),
        ('"op@kominfo.cimahi.example" <rina@example.org>', ["op@kominfo.cimahi.example"], False),
        ("tanpa alamat", ["@"], False),
    ],
)
def test_operators_are_known_by_address_or_domain(sender, staff, expected):
    assert read((HEAD.format(sender=sender) + "\r\nx").encode(), staff=staff).staff is expected


def test_our_own_address_is_service_and_never_answered():
    arrival = read((HEAD.format(sender="Kami <KAMI@x.id>") + "\r\nx").encode(), own=["kami@x.id"])
    assert (arrival.service, arrival.reply_address, arrival.extra["unanswered"]) == ("own", None, "own")


def test_an_answer_is_never_steered_to_ourselves():
    """A Reply-To with our own address would make the hub write to itself for ever."""
    raw = (HEAD.format(sender="rina@example.org") + "Reply-To: kami@x.id\r\n\r\nx").encode()
    arrival = read(raw, own=["kami@x.id"])
    assert (arrival.service, arrival.reply_address) == (None, None)


def test_copies_of_a_mail_by_other_ways_are_one():
    """Received lines, line ends and a lost last line end differ; the mail does not."""
    mail = (HEAD.format(sender="rina@example.org") + "\r\nLampu mati.\r\n").encode()
    copies = [mail, b"Received: by x\r\nX-Spam: no\r\n" + mail, mail.replace(b"\r\n", b"\n"), mail.rstrip()]
    assert len({read(copy).external_id for copy in copies}) == 1


@pytest.mark.parametrize(("old", "new"), [(b"Lampu", b"Jalan"), (b"Subject: x", b"Subject: y"), (b"rina@", b"budi@")])
def test_a_reused_message_id_with_other_content_is_another_mail(old, new):
    mail = (HEAD.format(sender="rina@example.org") + "\r\nLampu mati.\r\n").encode()
    assert read(mail).external_id != read(mail.replace(old, new)).external_id


def test_without_message_id_equal_words_at_other_times_are_two_mails():
    """A form that sends no ids: losing a report would be worse than reading one twice."""
    mail = b"From: formulir@example.org\r\nSubject: Laporan\r\n\r\nLampu mati.\r\n"
    first, second = (read(b"Received: by kami; Fri, 2 Jan 2026 %d:00:00 +0700\r\n" % hour + mail) for hour in (10, 11))
    assert first.external_id != second.external_id
    assert first.external_id == read(first.raw).external_id


def test_many_references_keep_the_newest():
    chain = " ".join(f"<surat-{number}@example.org>" for number in range(500))
    kept = read(f"From: a@b.id\r\nReferences: {chain}\r\nMessage-ID: <ini@x>\r\n\r\nx".encode()).extra["references"].split()
    assert kept[-2:] == ["surat-499@example.org", "ini@x"]
    assert 10 < len(kept) < 100


def test_a_cut_mail_keeps_whole_parts_only():
    """Also where the words lie two levels deep and the boundary is folded or unquoted."""
    raw = (
        b"Content-Type: multipart/mixed;\r\n\tboundary=luar\r\n\r\nintro\r\n--luar\r\n"
        b'Content-Type: multipart/alternative; boundary="dalam 1"\r\n\r\n--dalam 1\r\nContent-Type: text/plain\r\n\r\nLampu mati.\r\n'
        b"--dalam 1\r\nContent-Type: text/html\r\n\r\n<p>Lamp"
    )
    kept = ended(raw)
    assert b"Lampu mati." in kept
    assert b"<p>" not in kept
    assert kept.endswith(b"--dalam 1--\r\n--luar--\r\n")


@pytest.mark.parametrize("raw", [b"Subject: x\r\n\r\nLampu ma", b"Subject: x", b"Content-Type: multipart/mixed\r\n\r\n--a\r\n", b""])
def test_a_cut_mail_without_parts_stays_as_it_came(raw):
    assert ended(raw) == raw


def test_a_date_may_be_old_but_not_absurd():
    assert headers.sent_at("Tue, 5 Mar 2002 10:00:00 +0700", NOW).year == 2002
    assert headers.sent_at("Tue, 5 Mar 1902 10:00:00 +0700", NOW) == NOW


def test_a_forged_from_does_not_join_another_one_s_talk():
    """Else a status question under a citizen's name would be answered to a stranger; it tells a web form's citizens apart too."""
    honest = read((HEAD.format(sender="rina@example.org") + "\r\nx").encode())
    forged = read((HEAD.format(sender="Rina@example.org") + "Reply-To: orang@lain.example\r\n\r\nx").encode())
    same = read((HEAD.format(sender="Rina@example.org") + "Reply-To: RINA@example.org\r\n\r\nx").encode())
    assert honest.conversation == same.conversation != forged.conversation
