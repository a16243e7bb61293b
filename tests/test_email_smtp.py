"""E-mail out: answers through a real SMTP server on loopback (aiosmtpd), and whom they never reach."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest
from pydantic import ValidationError

from connectors.contract import Health, Reply
from connectors.email import smtp, tokens, wire
from connectors.email.client import EmailConnector, Settings
from connectors.errors import (
    CredentialRefused,
    Misconfigured,
    RecipientGone,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
)
from demo.mailbox import LOOPBACK, Mailbox, Refusal

SECRET = b"rahasia untuk uji"
NOW = datetime(2025, 11, 22, 12, tzinfo=UTC)

REPLY = Reply(
    key="balasan-1",
    channel="email",
    account="surel",
    conversation="email:surel:ani@example.org",
    address="ani@example.org",
    subject="Laporan CMH-7K2M-Q4XD diterima",
    text="Terima kasih, laporan Anda kami terima — nomor CMH-7K2M-Q4XD.\n\n.\nFrom kami",
    in_reply_to="surat-2@example.org",
    extra={"references": "surat-0@example.org surat-1@example.org surat-2@example.org"},
)


@pytest.fixture
async def box():
    async with Mailbox() as running:
        yield running


@pytest.fixture
async def connect(box):
    made = []

    def build(at=box, clock=lambda: NOW, **changes):
        made.append(EmailConnector("surel", settings(at, **changes), SECRET, clock=clock))
        return made[-1]

    yield build
    for one in made:
        await one.aclose()


def settings(box, **changes):
    options = {name: value for name, value in box.account_settings().items() if name != "channel"}
    return Settings(**(options | changes))


def opened(sent):
    return message_from_bytes(sent.content, policy=policy.default)


async def test_an_answer_is_threaded_marked_and_plain(box, connect):
    sent = await connect(name="Layanan Pengaduan, “Kota” Cimahi").send(REPLY)
    (mail,) = box.sent
    told = opened(mail)
    assert (mail.sender, mail.recipients) == (box.address, ("ani@example.org",))
    assert told["Message-ID"] == f"<{sent.message_id}>"
    assert told["In-Reply-To"] == "<surat-2@example.org>"
    assert told["References"].split() == ["<surat-0@example.org>", "<surat-1@example.org>", "<surat-2@example.org>"]
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["X-Auto-Response-Suppress"] == "All"
    assert told["From"].addresses[0].display_name == "Layanan Pengaduan, “Kota” Cimahi"
    assert told["From"].addresses[0].addr_spec == box.address
    assert told["Subject"] == REPLY.subject
    assert parsedate_to_datetime(told["Date"]) == NOW
    assert told.get_content_type() == "text/plain"
    assert told.get_content().replace("\r\n", "\n").rstrip("\n") == REPLY.text
    assert max(map(len, mail.content.splitlines())) < 998


async def test_long_ids_and_foreign_letters_stay_whole(box, connect):
    """A mail client finds the thread by comparing ids letter by letter."""
    long_ids = [f"{letter * 180}@mail.example.org" for letter in "abc"]
    reply = replace(
        REPLY, subject="Laporan Anda: jalan rusak di Cimahi – “Jl. Gatot Subroto” " * 3, extra={"references": " ".join(long_ids)}
    )
    await connect().send(replace(reply, in_reply_to=long_ids[-1]))
    told = opened(box.sent[0])
    assert told["References"].split() == [f"<{one}>" for one in long_ids]
    assert told["Subject"].strip() == reply.subject.strip()


async def test_the_same_reply_has_the_same_message_id(box, connect):
    """Sent twice after a lost answer, mail clients fold it; another reply or account has another id."""
    connector = connect()
    first, again, other = [await connector.send(one) for one in (REPLY, REPLY, replace(REPLY, key="balasan-2"))]
    assert first == again != other
    assert tokens.message_id(SECRET, "lain", REPLY.key, "x.id").split("@")[0] != first.message_id.split("@")[0]


async def test_a_person_s_answer_is_not_called_automatic(box, connect):
    await connect().send(replace(REPLY, automatic=False))
    assert opened(box.sent[0])["Auto-Submitted"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Halo\r\nBcc: korban@example.org"},
        {"subject": "Halo\nX: y"},
        {"subject": "Halo\u2028X"},
        {"address": "ani@example.org\r\nRCPT TO:<korban@example.org>"},
        {"address": "ani@example.org>,<korban@example.org"},
        {"address": "ani@example.org, korban@example.org"},
        {"address": "bukan alamat"},
        {"address": ""},
        {"address": "añi@example.org"},
    ],
)
async def test_nothing_can_be_smuggled_into_headers_or_envelope(box, connect, change):
    with pytest.raises(Refused):
        await connect().send(replace(REPLY, **change))
    assert box.sent == []


async def test_ids_of_strangers_cannot_break_the_headers(box, connect):
    await connect().send(replace(REPLY, in_reply_to="a@b>\r\nBcc: korban@example.org", extra={"references": "x@y\r\nBcc:z@z é@é <ok@ok>"}))
    told = opened(box.sent[0])
    assert told["Bcc"] is None
    assert box.sent[0].recipients == ("ani@example.org",)
    assert "<ok@ok>" in told["References"]


@pytest.mark.parametrize(
    "address", ["MAILER-DAEMON@example.org", "no-reply@bank.example", "noreply+17@x.example", "jangan.balas@x.example"]
)
async def test_machines_are_never_answered(box, connect, address):
    with pytest.raises(Refused, match="mesin"):
        await connect().send(replace(REPLY, address=address))
    assert box.sent == []


async def test_we_never_answer_ourselves(box, connect):
    connector = connect(aliases=("Lapor@Cimahi.example",))
    for address in (box.address, box.address.upper(), "lapor@cimahi.example"):
        with pytest.raises(Refused):
            await connector.send(replace(REPLY, address=address))


async def test_two_machines_that_answer_each_other_stop(box, connect):
    """So many automatic answers to one address in an hour and a day; a person's answers do not count."""
    times = iter(NOW + timedelta(minutes=minute) for minute in range(10_000))
    connector = connect(clock=lambda: next(times), answers_per_hour=3, answers_per_day=4)
    for _ in range(3):
        await connector.send(REPLY)
    with pytest.raises(Refused, match="otomatis"):
        await connector.send(replace(REPLY, address="Ani@example.org"))
    await connector.send(replace(REPLY, automatic=False))
    await connector.send(replace(REPLY, address="budi@example.org"))
    for _ in range(60):
        next(times)
    await connector.send(REPLY)
    with pytest.raises(Refused):
        await connector.send(REPLY)


async def test_our_own_mail_that_comes_back_is_known(box, connect):
    """A copy in the inbox, or an auto-responder that quotes the whole: service own, never answered."""
    connector = connect()
    await connector.send(REPLY)
    await box.deliver(box.sent[0].content.replace(b"pengaduan@cimahi.example", b"orang@lain.example"))
    await box.deliver(box.sent[0].content)
    by_id, by_address = (await connector.pull(None)).arrivals
    assert (by_id.service, by_id.reply_address) == ("own", None)
    assert (by_address.service, by_address.reply_address) == ("own", None)


async def test_a_citizen_s_answer_names_the_mail_that_it_answers(box, connect):
    connector = connect()
    sent = await connector.send(REPLY)
    ours = f"<{sent.message_id}>"
    await box.deliver(
        f"From: ani@example.org\r\nMessage-ID: <b@x>\r\nIn-Reply-To: {ours}\r\nReferences: <a@x> {ours}\r\n\r\nok\r\n".encode()
    )
    (answer,) = (await connector.pull(None)).arrivals
    assert (answer.in_reply_to, answer.service, answer.reply_address) == (sent.message_id, None, "ani@example.org")
    assert answer.extra["references"] == f"a@x {sent.message_id} b@x"


@pytest.mark.parametrize(
    ("step", "answer", "error"),
    [
        ("mail", "421 4.7.0 Try again later", Throttled),
        ("mail", "451 4.3.0 disk", Unreachable),
        ("mail", "550 5.7.1 not your address", Misconfigured),
        ("mail", "530 5.7.0 log in first", CredentialRefused),
        ("rcpt", "450 4.7.1 Greylisted, try again later", Unreachable),
        ("rcpt", "452 4.2.2 mailbox full", Unreachable),
        ("rcpt", "450 4.2.1 receiving mail at a rate that prevents", Throttled),
        ("rcpt", "550 5.1.1 no such user", RecipientGone),
        ("rcpt", "550 no such user", RecipientGone),
        ("rcpt", "550 5.7.1 blocked", Refused),
        ("data", "550 5.4.5 Daily user sending limit exceeded", Throttled),
        ("data", "552 5.3.4 too big", TooLarge),
        ("data", "554 5.7.1 spam", Refused),
        ("data", "451 4.7.500 Server busy", Throttled),
    ],
)
async def test_each_refusal_has_its_consequence(box, connect, step, answer, error):
    """Always certain: the server said that it did not take the mail. Its text, which may name the citizen, goes no further."""
    box.refusals.append(Refusal(step=step, answer=answer))
    with pytest.raises(error) as raised:
        await connect().send(REPLY)
    assert type(raised.value) is error
    assert raised.value.certain
    assert answer.split(maxsplit=2)[-1] not in raised.value.sentence
    assert box.sent == []


@pytest.mark.parametrize("step", ["mail", "rcpt"])
async def test_a_line_lost_before_the_mail_went_is_certain(box, connect, step):
    box.refusals.append(Refusal(step=step))
    with pytest.raises(Unreachable) as raised:
        await connect().send(REPLY)
    assert raised.value.certain


async def test_a_line_lost_after_the_mail_went_is_uncertain(box, connect):
    box.refusals.append(Refusal(step="data"))
    with pytest.raises(Unreachable) as raised:
        await connect().send(REPLY)
    assert not raised.value.certain
    assert len(box.sent) == 1


async def test_a_silent_server_is_given_up_in_time(box, connect):
    """It takes the line and never says a word."""
    silent = await asyncio.start_server(lambda reader, writer: asyncio.Event().wait(), LOOPBACK, 0)
    port = silent.sockets[0].getsockname()[1]
    server = {"host": LOOPBACK, "port": port, "tls": "none"}
    connector = connect(smtp=server, imap=server, timeout_seconds=0.3)
    with pytest.raises(Unreachable) as raised:
        await connector.send(REPLY)
    assert raised.value.certain
    with pytest.raises(Unreachable):
        await connector.pull(None)
    silent.close()


async def test_nobody_listening_is_certain_and_named(connect):
    closed = {"host": LOOPBACK, "port": 9, "tls": "none"}
    with pytest.raises(Unreachable, match=r"smtp\.host") as raised:
        await connect(smtp=closed).send(REPLY)
    assert raised.value.certain


async def test_a_wrong_password_is_named(box, connect):
    connector = connect(smtp=box.account_settings()["smtp"] | {"password": "salah"})
    with pytest.raises(CredentialRefused, match="password"):
        await connector.send(REPLY)
    assert (await connector.check()).health is Health.FAILED
    assert box.sent == []


async def test_an_attachment_is_never_downloaded(connect):
    with pytest.raises(RecipientGone):
        await connect().download("x", 10)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that no system trusts."""
    if not shutil.which("openssl"):
        pytest.skip("openssl belum terpasang: sudo apt-get install openssl")
    home = tmp_path_factory.mktemp("tls")
    key, cert = home / "key.pem", home / "cert.pem"
    ask = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    ask += f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {cert}"
    subprocess.run(ask.split(), check=True, capture_output=True)
    return home


@pytest.mark.parametrize("starttls", [False, True])
async def test_both_kinds_of_tls_and_only_trusted_certificates(certificate, connect, starttls):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    async with Mailbox(tls=context, starttls=starttls) as box:
        trusted = {name: box.account_settings()[name] | {"ca_file": certificate / "cert.pem"} for name in ("imap", "smtp")}
        connector = connect(box, **trusted, poll_seconds=600)
        assert (await connector.check()).health is Health.OK
        await connector.send(REPLY)
        await box.deliver(b"From: a@b.id\r\nMessage-ID: <t@b.id>\r\n\r\nhalo\r\n")
        assert len((await connector.pull(None)).arrivals) == 1
        wakes = connector.wakes()
        async with asyncio.timeout(20):
            await anext(wakes)
            waiting = asyncio.ensure_future(anext(wakes))
            await box.deliver(b"From: a@b.id\r\nMessage-ID: <u@b.id>\r\n\r\nhalo\r\n")
            await waiting
        await wakes.aclose()
        await connector.aclose()
        stranger = connect(box)
        with pytest.raises(Unreachable, match="ertifikat"):
            await stranger.send(REPLY)
        with pytest.raises(Unreachable, match="ertifikat"):
            await stranger.pull(None)
        await stranger.aclose()


async def test_a_server_without_starttls_never_gets_the_password(box, connect):
    plain = {name: box.account_settings()[name] | {"tls": "starttls"} for name in ("imap", "smtp")}
    connector = connect(**plain)
    with pytest.raises(Misconfigured, match=r"smtp\.tls"):
        await connector.send(REPLY)
    with pytest.raises(Misconfigured, match=r"imap\.tls"):
        await connector.pull(None)


@pytest.mark.parametrize(
    "change",
    [
        {"smtp": {"host": "mail.example.org", "tls": "none"}},
        {"address": "bukan alamat"},
        {"name": "Pengaduan\r\nBcc: x@y.z"},
        {"after": "move", "done_folder": "INBOX"},
        {"pasword": "x"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(change):
    good = {"address": "a@b.id", "password": "x", "imap": {"host": "h"}, "smtp": {"host": "h"}}
    Settings(**good)
    with pytest.raises(ValidationError):
        Settings(**(good | change))


def test_secrets_are_not_printed():
    shown = repr(Settings(address="a@b.id", password="jangan-tampak", imap={"host": "h"}, smtp={"host": "h", "password": "jangan-tampak"}))
    assert "jangan-tampak" not in shown


def test_nobody_else_can_make_our_message_ids():
    ours = tokens.message_id(SECRET, "surel", "k", "x.id")
    assert tokens.is_ours(SECRET, ours)
    assert not tokens.is_ours(b"lain", ours)
    assert not tokens.is_ours(b"", tokens.message_id(b"", "surel", "k", "x.id"))
    assert not tokens.is_ours(SECRET, ours.replace("sp.", "sp.0", 1))


def test_answers_of_no_known_kind_are_tried_again():
    assert type(smtp.refusal("data", 299, "?")) is Unreachable
    assert wire.CHANNEL == "email"
