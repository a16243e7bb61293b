"""E-mail's pains, each a test that is named after it: the real connector and line against real IMAP and SMTP servers on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from test_taking import LAMP
from town import Town

from connectors.email.client import ABOUT, EmailConnector, Settings
from connectors.poller import Poller
from demo.mailbox import Mailbox
from dispatcher.paying import ReplyPayer
from dispatcher.workers import Lane
from normalizer.tracking import printed
from store import triage
from store.database import Database
from store.tables import Work


@dataclass
class Office:
    """A town whose account `bot` is a real mailbox."""

    town: Town
    box: Mailbox
    connector: EmailConnector
    cursor: Any = None
    replies: Lane = field(init=False)

    def __post_init__(self) -> None:
        self.replies = Lane(Work.REPLY, "bot", ReplyPayer("bot", self.connector), self.town.tools)

    async def pull(self) -> None:
        """Everything that lies in the mailbox, kept and taken."""
        while True:
            batch = await self.connector.pull(self.cursor)
            await self.town.intake.accept(batch.arrivals)
            self.cursor = batch.cursor
            if not batch.more:
                break
        await self.town.take()

    async def turn(self) -> None:
        """In, and out again."""
        await self.pull()
        await self.town.pay(self.replies)

    def answers(self, address: str) -> list[str]:
        return [_text(sent.content) for sent in self.box.sent if address in sent.recipients]

    def mail(self, number: int = 1, words: str = LAMP, *, who: str = "", headers: str = "", ident: str = "") -> bytes:
        who = who or f"warga{number}@example.org"
        return (
            f"{headers}From: Warga <{who}>\r\nTo: {self.box.address}\r\nSubject: Laporan warga\r\n"
            f"Date: {format_datetime(self.town.now)}\r\nMessage-ID: <{ident or f'surat-{number}@example.org'}>\r\n\r\n{words}\r\n"
        ).encode()


def _text(content: bytes) -> str:
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
async def office(db: Database, tmp_path: Path) -> AsyncIterator[Office]:
    town = Town(db, tmp_path, about=ABOUT)
    async with Mailbox() as box:
        options = {name: value for name, value in box.account_settings().items() if name != "channel"}
        connector = EmailConnector("bot", Settings(**options, batch=7, max_bytes=20_000, silence_hours=2), b"rahasia uji", clock=town.clock)
        yield Office(town, box, connector)
        await connector.aclose()


async def test_mail_lost_after_a_day_down(office: Office):
    """Forty mails came while the hub was down, some were read by people meanwhile, and it died again in the middle of catching up."""
    for number in range(40):
        await office.box.deliver(office.mail(number), flags=(b"\\Seen",) if number % 3 else ())
    office.town.later(days=1)
    first = await office.connector.pull(None)
    await office.town.intake.accept(first.arrivals)  # durable, and then the hub dies before the position is saved
    await office.turn()
    assert len(await office.town.complaints()) == 40
    assert all(len(office.answers(f"warga{number}@example.org")) == 1 for number in range(40))


async def test_one_bad_mail_blocks_the_mailbox(office: Office):
    """Nonsense between two mails: both are registered, and the nonsense lies where a person sees it."""
    await office.box.deliver(office.mail(1))
    await office.box.deliver(b"\xff\xfe tanpa satu pun judul\r\n" * 3)
    await office.box.deliver(b"From: =?x?b?!!?= <\r\nContent-Type: multipart/mixed; boundary=\r\nDate: kemarin\r\n\r\n--\r\n\x00\xff")
    await office.box.deliver(office.mail(2))
    await office.turn()
    assert [len(office.answers(f"warga{number}@example.org")) for number in (1, 2)] == [1, 1]
    states = [row["state"] for row in await office.town.rows("SELECT state FROM inbox ORDER BY id")]
    assert (len(states), states[1]) == (4, "quarantined")


async def test_auto_reply_loop(office: Office):
    """A vacation notice is never answered; a machine without any mark, that answers every answer, is cut off."""
    await office.box.deliver(office.mail(1, "Saya sedang cuti.", headers="Auto-Submitted: auto-replied\r\n"))
    await office.turn()
    assert office.box.sent == []
    robot = "sistem@robot.example"
    await office.box.deliver(office.mail(100, who=robot))
    for turn in range(30):
        await office.turn()
        if turn and len(office.answers(robot)) < turn:
            break
        words = f"Terima kasih sudah menghubungi kami. Tiket {turn} sedang kami proses di kantor cabang kota."
        await office.box.deliver(office.mail(200 + turn, words, who=robot))
    assert len(office.answers(robot)) <= 20
    assert turn < 29, "it ended by itself"


async def test_mail_read_elsewhere_or_a_reused_message_id_skipped(office: Office):
    """Somebody read it on a phone; another citizen's program uses one Message-ID for everything: both are complaints. A copy is not."""
    await office.box.deliver(office.mail(1), flags=(b"\\Seen", b"\\Answered"))
    await office.box.deliver(office.mail(2, "Sampah menumpuk di Pasar Antri", ident="selalu-sama@example.org"))
    await office.box.deliver(office.mail(3, "Air PDAM keruh di RW 11 Cibeureum", ident="selalu-sama@example.org"))
    await office.box.deliver(office.mail(1))
    await office.turn()
    assert len(await office.town.complaints()) == 3
    assert [len(office.answers(f"warga{number}@example.org")) for number in (1, 2, 3)] == [1, 1, 1]


async def test_a_new_uidvalidity_brings_nothing_twice_and_loses_nothing(office: Office):
    """After a restored backup the server numbers anew: all is read again, and only what is new is registered and answered."""
    for number in range(5):
        await office.box.deliver(office.mail(number))
    await office.turn()
    await office.box.renumber()
    await office.box.deliver(office.mail(5))
    await office.turn()
    assert len(await office.town.complaints()) == 6
    assert all(len(office.answers(f"warga{number}@example.org")) == 1 for number in range(6))


async def test_reply_to_of_web_forms(office: Office):
    """One address writes for many citizens: each has a complaint of their own, and each is answered at their own address."""
    form = "no-reply@formulir.example"
    for number, words in ((1, LAMP), (2, "Sampah menumpuk di Pasar Antri sejak minggu lalu")):
        reply_to = f"Reply-To: Warga <warga{number}@example.org>\r\n"
        await office.box.deliver(office.mail(number, words, who=form, headers=reply_to))
    await office.turn()
    numbers = [printed(each["tracking_number"]) for each in await office.town.complaints()]
    assert len(numbers) == 2
    for number, printed_number in enumerate(numbers, 1):
        [answer] = office.answers(f"warga{number}@example.org")
        assert printed_number in answer
    assert office.answers(form) == []


async def test_a_mail_over_the_size_cap_is_registered_and_its_sender_told(office: Office):
    """The words are kept, the file is not, and the answer says how large it may be."""
    parts = f'Content-Type: text/plain\r\n\r\n{LAMP}\r\n--b\r\nContent-Type: image/jpeg; name="a.jpg"\r\n\r\n' + "x" * 400_000
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    await office.box.deliver(office.mail(1, f"--b\r\n{parts}\r\n--b--", headers=head))
    await office.turn()
    [complaint] = await office.town.complaints()
    assert LAMP in complaint["body"]
    [answer] = office.answers("warga1@example.org")
    assert "terlalu besar" in " ".join(answer.split())


async def test_a_silent_mailbox_is_told_on_the_desk(office: Office):
    """The poller writes the doubt into the account's health."""
    await office.box.deliver(office.mail(1))
    clock = office.town.clock

    async def state() -> str | None:
        rows = await office.town.rows("SELECT last_error FROM pulses WHERE name = 'bot'")
        return rows[0]["last_error"] if rows else None

    async def poll(cursor: Any) -> Any:
        async def lease() -> bool:
            return True

        async def load() -> Any:
            return cursor

        async def save(found: Any) -> None:
            return None

        async def pulse(error: Any) -> None:
            await office.town.tools.pulses.pulse("bot", error)

        poller = Poller("bot", office.connector, office.town.intake.accept, load, save, lease, pulse, clock, lambda: 0.5)
        return (await poller._turn(cursor))[0]

    cursor = await poll(None)
    assert await state() is None
    office.town.now = office.town.now.replace(year=2030)
    await poll(cursor)
    told = await state()
    assert told is not None
    assert told.startswith("doubtful: ")
    assert "accounts.bot.silence_hours" in told


async def test_an_answer_joins_its_complaint_and_another_mail_is_another_one(office: Office):
    """By thread, not by the hour: an office that forwards ten citizens' mails in a row has ten complaints."""
    await office.box.deliver(office.mail(1, who="budi@example.org"))
    await office.turn()
    [ack] = office.box.sent
    known = message_from_bytes(ack.content, policy=policy.default)["Message-ID"]
    answer = office.mail(2, "Tiangnya juga miring, mohon hati-hati", who="budi@example.org", headers=f"In-Reply-To: {known}\r\n")
    other = office.mail(3, "Sampah di Pasar Antri sudah seminggu tidak diangkut", who="budi@example.org")
    await office.box.deliver(answer)
    await office.box.deliver(other)
    await office.turn()
    assert await office.town.outcomes() == ["complaint", "supplement", "complaint"]


async def test_a_mail_in_triage_shows_its_words_to_who_decides(office: Office):
    """The words lie in the raw bytes; the pocket shows them all the same."""
    await office.box.deliver(office.mail(1, "Mohon hapus data saya dan laporan saya dari sistem ini"))
    await office.pull()
    [row] = await office.town.rows("SELECT id, outcome FROM inbox")
    assert row["outcome"] == "triage"
    shown = await office.town.db.read(lambda session: triage.waiting(session, [row["id"]]))
    assert "hapus data saya" in shown[row["id"]].words
