"""The monthly recap by e-mail: once, on the first working day, to whom the office named, with covered names, through a real SMTP server."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fresh
import psutil
import pytest
from openpyxl import load_workbook
from paper_words import words_of
from sqlalchemy import text
from town import Town

from config import load
from config.profile import Reports
from config.settings import Settings
from connectors.contract import Reply
from connectors.email.client import EmailConnector
from connectors.email.client import Settings as Surel
from connectors.errors import Unreachable
from demo.mailbox import Mailbox, Refusal
from desk import enclosing, recap
from desk.enclosing import Recaps
from desk.mailed import written
from dispatcher.clocks import mailing
from dispatcher.clocks.post import Post
from dispatcher.enclosing import DESK, Encloses, Report
from dispatcher.paying import ReplyPayer
from dispatcher.workers import Lane, NotYet
from normalizer.complaint import State
from normalizer.tracking import printed
from run import running
from store import mailings, reports
from store.database import Database
from store.tables import Work

POST = Post(url="https://lapor.example", account="surel")
HEAD = ("No", "Tanggal", "Tracking ID", "User", "Judul", "Stakeholder", "Tanggapan", "Keterangan")
BOSS, AGENCY = "sekda@kota.example", "pengaduan@dpupr.example"
ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
EMPTY = Reply(key="k", channel="email", account="surel", conversation="", address=BOSS, text="")
WANTED = {
    "reports": {"recipients": [BOSS], "agencies": True},
    "agencies": {"dpupr": {"email": AGENCY}, "dishub": {"email": "tanpa-laporan@dishub.example"}},
}


def local(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)


@dataclass
class Node:
    """One hub of some over the same store: its job, and its lane to the mail server."""

    town: Town
    lane: Lane

    async def job(self) -> None:
        await mailing.mail_recaps(self.town.tools, self.town.profile, POST)


def here(town: Town) -> Encloses:
    """What the hub has made apart, made in this process, which is quicker."""

    async def enclose(report: Report, reply: Reply) -> Reply:
        since, until = mailing.moments(town.profile, report.month)
        lines = await town.db.read(lambda session: reports.lines(session, since, until, report.agency))
        words, enclosures = written(town.profile, report, lines, f"{POST.url}{DESK}?bulan=2026-10")
        return replace(reply, text=words, enclosures=enclosures)

    return enclose


@asynccontextmanager
async def nodes(db: Database, folder: Path, box: Mailbox, names: str = "ab", **overrides: Any) -> AsyncIterator[list[Node]]:
    options = {name: value for name, value in box.account_settings().items() if name != "channel"}
    found, connectors = [], []
    for name in names:
        town = Town(db, folder, node=name, **{**WANTED, **overrides})
        connectors.append(EmailConnector("surel", Surel(**options), b"rahasia", clock=town.clock))
        payer = ReplyPayer("surel", connectors[-1], None, here(town))
        found.append(Node(town, Lane(Work.REPLY, "surel", payer, town.tools)))
    yield found
    for connector in connectors:
        await connector.aclose()


async def october(town: Town) -> list[str]:
    """Three complaints: one answered, one secret, one of nobody yet; and one of November."""
    for day, words in (
        (5, "Jalan berlubang di Jl. Melati RT 2 RW 3, mohon segera diperbaiki, hubungi 081234567890"),
        (9, "Pungutan liar oleh pejabat Zulkifli di kantor kelurahan"),
        (30, "Lampu jalan mati di Jl. Kenanga sudah tiga malam"),
    ):
        town.now = local(10, day, 9)
        await town.say(words, talk=f"telegram:bot:{day}", external_id=f"{day}:1")
    town.now = local(11, 1, 1)
    await town.say("Sampah menumpuk di Pasar Antri", talk="telegram:bot:99", external_id="99:1")
    await town.db.write(lambda c: c.execute(text("UPDATE complaints SET door = 'desk', agency = NULL")))
    await town.db.write(lambda c: c.execute(text("UPDATE complaints SET confidential = true, agency = 'dpupr' WHERE id = 2")))
    town.now = local(10, 12, 9)
    await town.acts.move(1, State.ASSIGNED, operator="rina", agency="dpupr")
    await town.db.write(lambda c: c.execute(text("UPDATE complaints SET door = 'desk'")))
    await town.acts.move(1, State.ANSWERED, operator="rina", text="Sudah ditambal, hubungi Pak Dedi 081298765432.")
    return [printed(row["tracking_number"]) for row in await town.complaints()]


async def paid(*all_nodes: Node) -> None:
    """Both nodes pay at the same moment, until nothing waits; a recap waits for the one before it."""
    for _ in range(6):
        await asyncio.gather(*(node.town.pay(node.lane) for node in all_nodes))
        for node in all_nodes:
            node.town.later(seconds=5)


def opened(box: Mailbox) -> dict[str, EmailMessage]:
    found = {sent.recipients[0]: message_from_bytes(sent.content, policy=policy.default) for sent in box.sent}
    assert len(found) == len(box.sent)
    return found  # type: ignore[return-value]


def files(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in mail.iter_attachments()}  # type: ignore[misc]


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


async def test_two_hubs_mail_last_month_once_on_the_first_working_day(db: Database, tmp_path: Path) -> None:
    """1 November 2026 is a Sunday: on Monday at eight, once to each, although two hubs look and pay and the server refuses at first.
    The files hold the agreed format, no name, no number of a person, nothing of a secret report; an agency's its own complaints only."""
    async with Mailbox() as box, nodes(db, tmp_path, box) as (one, other):
        numbers = await october(one.town)
        for now, owed in (
            (local(11, 1, 10), 0),
            (local(11, 2, 7, 59), 0),
            (local(11, 2, 8), 2),
            (local(11, 3, 9), 2),
        ):
            one.town.now = other.town.now = now
            await asyncio.gather(*(node.job() for node in (one, other, one, other)))
            assert len(await db.read(lambda session: mailings.newest(session, 99))) == owed, now
        box.refusals.append(Refusal(step="rcpt", answer="450 4.2.0 nanti"))
        await paid(one, other)
        mails = opened(box)
    assert set(mails) == {BOSS, AGENCY}
    assert {row["state"] for row in await one.town.owed() if row["key"].startswith("report:")} == {"done"}
    mail, own = mails[BOSS], mails[AGENCY]
    assert mail["Subject"] == "Rekap pengaduan warga Oktober 2026"
    assert "Masuk: 3 laporan\nSudah dijawab atau selesai: 1 (33%)\nMasih berjalan: 2" in words(mail).replace("\r\n", "\n")
    assert "- DPUPR: 2 masuk, 1 dijawab atau selesai" in words(mail)
    assert "- Belum didisposisikan: 1 masuk" in words(mail)
    assert "Nama pelapor disamarkan" in words(mail)
    assert "ditangani Dinas Pekerjaan Umum" in words(own)
    assert set(files(mail)) == {"rekap-2026-10.xlsx", "rekap-2026-10.pdf"}
    assert set(files(own)) == {"rekap-2026-10-dpupr.xlsx", "rekap-2026-10-dpupr.pdf"}
    book = load_workbook(io.BytesIO(files(mail)["rekap-2026-10.xlsx"]))
    assert book.sheetnames == ["Rekapitulasi", "DPUPR"]
    rows = list(book["Rekapitulasi"].iter_rows(values_only=True))
    assert rows[0][0] == "Rekapitulasi pengaduan Oktober 2026"
    assert rows[2] == HEAD
    assert [row[2] for row in rows[3:]] == numbers[:3]
    assert [row[3] for row in rows[3:]] == ["S••• A•••", "Rahasia", "S••• A•••"]
    assert rows[4][4] == "Laporan rahasia"
    of_agency = load_workbook(io.BytesIO(files(own)["rekap-2026-10-dpupr.xlsx"]))
    assert [row[2] for row in list(of_agency.active.iter_rows(values_only=True))[3:]] == numbers[:2]  # type: ignore[union-attr]
    paper = words_of(files(mail)["rekap-2026-10.pdf"])
    assert all(number in paper for number in numbers[:3])
    for told in (paper, str(rows), str(list(book["DPUPR"].values)), *map(words, mails.values())):
        assert numbers[3] not in told
        for secret in ("Siti", "Aminah", "81234567890", "81298765432", "Zulkifli", "Pungutan"):
            assert secret not in told, secret


@ON_SQLITE
async def test_what_was_missed_is_caught_up_in_the_same_month_only(db: Database, tmp_path: Path) -> None:
    """The hub was down on the first working day: it goes later in that month, before the next one has begun; and a new hub, which knows no
    complaint of last month, mails nothing. A hub that died while it sent sends the same mail once more under the same Message-ID."""
    async with Mailbox() as box, nodes(db, tmp_path, box, "a", reports={"recipients": [BOSS], "agencies": False}) as (node,):
        node.town.now = local(11, 3, 9)
        await node.town.say("Sampah menumpuk di Pasar Antri")
        await node.job()
        assert box.sent == []
        assert await db.read(lambda session: mailings.newest(session, 9)) == []
        node.town.now = local(12, 28, 15)  # 24 to 26 December are free; the 28th is a Monday
        await node.job()
        box.refusals.append(Refusal(step="data"))  # takes the mail, and hangs up
        await paid(node)
        assert len(box.sent) == 2
        assert len({message_from_bytes(sent.content)["Message-ID"] for sent in box.sent}) == 1
        node.town.now = local(1, 1, 9, year=2027)
        await node.job()
        assert len(await db.read(lambda session: mailings.newest(session, 9))) == 1
        node.town.now = local(1, 4, 8, year=2027)
        await node.job()
        await paid(node)
    assert len(box.sent) == 3
    last = message_from_bytes(box.sent[-1].content, policy=policy.default)
    assert "Bulan itu tidak ada laporan yang masuk" in words(last)  # type: ignore[arg-type]
    assert files(last) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2026, 9, 1), date(2026, 10, 1)),  # a Thursday like any other
        (date(2026, 7, 1), date(2026, 8, 3)),  # begins on a Saturday
        (date(2026, 12, 1), date(2027, 1, 4)),  # New Year on a Friday, then the weekend
        (date(2026, 4, 1), date(2026, 5, 4)),  # Labour Day on a Friday
        (date(2026, 5, 1), date(2026, 6, 2)),  # Pancasila Day on a Monday
        (date(2026, 10, 1), date(2026, 11, 3)),  # Sunday, and the city's own holiday
    ],
)
def test_the_first_working_day(month: date, day: date) -> None:
    """Weekends, national holidays and the city's own do not count; the hour is the office's, in its zone."""
    profile = load.profile(Settings(profile_overrides={"holidays": [{"day": "2026-11-02", "name": "Hari jadi"}]}))
    assert mailing.goes_out(profile, month).isoformat() == f"{day}T08:00:00+07:00"


@ON_SQLITE
async def test_a_mail_stays_smaller_than_its_limit(town: Town) -> None:
    """What would be too large leaves the PDF out, then the XLSX too, and says where it is."""
    await october(town)
    said = ("Berkas rekapnya terlalu besar", "(PDF) terlalu besar", "Terlampir: rekap lengkap (XLSX) dan versi siap cetak")
    for limit, names in ((18, 2), (0.02, 1), (0.001, 0)):
        town.profile = town.profile.model_copy(update={"reports": Reports.model_construct(largest_mb=limit)})
        reply = await here(town)(Report(month=date(2026, 10, 1)), EMPTY)
        assert [file.filename for file in reply.enclosures] == ["rekap-2026-10.xlsx", "rekap-2026-10.pdf"][:names]
        assert said[names] in reply.text
        assert ("https://lapor.example/desk/laporan?bulan=2026-10" in reply.text) is (names < 2)


async def test_the_hub_mails_by_itself(tmp_path: Path) -> None:
    """The whole hub, started on the first working day: its job owes, another process makes the files, the account sends."""
    async with Mailbox() as box:
        url = fresh.sqlite(tmp_path)
        db = Database(url)
        await october(Town(db, tmp_path))
        await db.aclose()
        account = {**box.account_settings(), "idle": False}
        store, reports = {"url": url, "blobs": tmp_path / "blobs"}, {"recipients": [BOSS]}
        settings = Settings(store=store, http={"port": 0}, accounts={"surel": account}, reports=reports)
        box.mailed.clear()
        async with running(settings, clock=lambda: local(11, 2, 8)), asyncio.timeout(100):
            await box.mailed.wait()
    [sent] = box.sent
    mail = message_from_bytes(sent.content, policy=policy.default)
    assert sent.recipients == (BOSS,)
    assert set(files(mail)) == {"rekap-2026-10.xlsx", "rekap-2026-10.pdf"}  # type: ignore[arg-type]


@ON_SQLITE
async def test_one_is_made_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second mail waits meanwhile without losing an attempt; what could not be made is surely not sent, and tried again."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    apart, report = Recaps(town.db, town.profile, POST.url), Report(month=date(2026, 10, 1))
    first, second = await asyncio.gather(apart(report, EMPTY), apart(report, EMPTY), return_exceptions=True)
    assert isinstance(second, NotYet)
    assert isinstance(first, Unreachable)
    assert first.certain


@ON_SQLITE
async def test_one_that_never_ends_is_ended(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next mail is not held up for ever, and no process stays behind."""
    stuck, told = tmp_path / "stuck", tmp_path / "pid"
    stuck.write_text(f"#!/bin/sh\necho $$ > {told}\nexec sleep 600\n")
    stuck.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stuck))
    monkeypatch.setattr(enclosing, "MAKING_SECONDS", 1.0)
    apart, report = Recaps(town.db, town.profile, POST.url), Report(month=date(2026, 10, 1))
    for _ in range(2):
        with pytest.raises(Unreachable):
            await apart(report, EMPTY)
        assert not psutil.pid_exists(int(told.read_text()))


def test_sheets_have_names_that_excel_takes() -> None:
    """Letters that it refuses, names that are too long, and two that are the same."""
    made = recap.sheet_names({"a": "PU/PR [kota]", "b": "pu pr  kota", "c": "x" * 50, "d": "'", "e": "History", "f": "Rekapitulasi"})
    assert len({name.casefold() for name in made.values()}) == 6
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in made.values())
    assert "History" not in made.values()
