"""E-mail in: pulled from real IMAP servers on loopback, pymap in this process and Dovecot where it is installed."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from imapclient import IMAPClient

from connectors.contract import Accepted, Health, Inbound, Unreadable
from connectors.email import folder
from connectors.email.client import EmailConnector, Settings
from connectors.errors import CredentialRefused, Misconfigured, Throttled, Unreachable
from connectors.poller import Poller
from demo import dovecot
from demo.dovecot import Dovecot
from demo.mailbox import LOOPBACK, Mailbox

SECRET = b"rahasia untuk uji"
NOW = datetime(2025, 11, 22, 12, tzinfo=UTC)
SERVERS = [
    pytest.param(Mailbox, id="pymap"),
    pytest.param(
        Dovecot,
        id="dovecot",
        marks=[pytest.mark.dovecot, pytest.mark.skipif(not dovecot.PROGRAM.exists(), reason=dovecot.HOW_TO_GET_IT)],
    ),
]


@pytest.fixture(params=SERVERS)
async def box(request):
    server, lacks = request.param if isinstance(request.param, tuple) else (request.param, ())
    async with server(lacks=lacks) as running:
        yield running


@pytest.fixture
async def connect(box):
    """Makes connectors for the box, and closes them."""
    made = []

    def build(**changes):
        options = {name: value for name, value in box.account_settings().items() if name != "channel"}
        made.append(EmailConnector("surel", Settings(**(options | changes)), SECRET, clock=lambda: NOW))
        return made[-1]

    yield build
    for one in made:
        await one.aclose()


def mail(number, *, body="Lampu jalan mati.", headers=""):
    return (
        f"{headers}From: Ani Lestari <Ani{number}@example.org>\r\nTo: pengaduan@cimahi.example\r\nSubject: Laporan {number}\r\n"
        f"Date: Sat, 22 Nov 2025 10:00:00 +0700\r\nMessage-ID: <surat-{number}@example.org>\r\n\r\n{body}\r\n"
    ).encode()


async def drained(connector, cursor=None):
    """All batches until `more` is over, and the last cursor."""
    batches = []
    while True:
        batch = await connector.pull(cursor)
        batches.append(batch)
        cursor = batch.cursor
        if not batch.more:
            return batches, cursor


def ids(batches):
    return [arrival.message_id for batch in batches for arrival in batch.arrivals]


async def seen_by_a_person(box, *, do=None, name="INBOX"):
    """UID -> flags of a folder, as somebody else with the same mailbox sees it; `do` works on the open folder first."""

    def look():
        with IMAPClient(LOOPBACK, box.imap_port, ssl=False, timeout=10) as person:
            person.login(box.address, box.password)
            if name != "INBOX" and not person.folder_exists(name):
                return {}
            person.select_folder(name)
            if do:
                do(person)
            uids = person.search(["UID", "1:*"])
            return {uid: set(told[b"FLAGS"]) for uid, told in person.fetch(uids, ["FLAGS"]).items()} if uids else {}

    return await asyncio.to_thread(look)


async def test_a_backlog_of_any_length_comes_in_order_and_without_a_gap(box, connect):
    for number in range(300):
        await box.deliver(mail(number))
    batches, cursor = await drained(connect(batch=50))
    assert ids(batches) == [f"surat-{number}@example.org" for number in range(300)]
    assert max(len(batch.arrivals) for batch in batches) <= 50
    again = await connect().pull(cursor)
    assert (again.arrivals, again.cursor, again.more) == ([], cursor, False)


async def test_a_huge_folder_is_listed_piece_by_piece(box, connect, monkeypatch):
    """Also across holes that deleted mails left, and from any position."""
    monkeypatch.setattr(folder, "NEAR", 7)
    for number in range(60):
        await box.deliver(mail(number))
    uids = sorted(await seen_by_a_person(box))
    gone = uids[3:20]
    await seen_by_a_person(box, do=lambda person: (person.delete_messages(gone), person.expunge()))
    batches, _ = await drained(connect(batch=5))
    assert ids(batches) == [f"surat-{number}@example.org" for number in range(60) if not 3 <= number < 20]


async def test_what_others_read_or_mark_is_read_all_the_same(box, connect):
    """The position is the UID; \\Seen means nothing to us, and our reading does not set it."""
    await box.deliver(mail(1), flags=(b"\\Seen",))
    await box.deliver(mail(2))
    batches, _ = await drained(connect())
    assert ids(batches) == ["surat-1@example.org", "surat-2@example.org"]
    assert [b"\\Seen" in flags for flags in (await seen_by_a_person(box)).values()] == [True, False]


async def test_one_bad_mail_does_not_stop_the_next(box, connect):
    await box.deliver(mail(1))
    await box.deliver(b"\xff\xfe tanpa satu pun judul\r\n" * 3)
    await box.deliver(b"From: =?x-tidak-ada?b?!!!?= <\r\nSubject: =?utf-8?b?rusak\r\nDate: kemarin\r\nMessage-ID: <[a>\r\n\r\nIsi.\r\n")
    await box.deliver(mail(2))
    batches, _ = await drained(connect())
    good, bad, odd, next_one = batches[0].arrivals
    assert (good.message_id, next_one.message_id) == ("surat-1@example.org", "surat-2@example.org")
    assert isinstance(bad, Unreadable)
    assert bad.reason == "headers"
    assert isinstance(odd, Inbound)
    assert odd.sent_at == NOW


async def test_a_reused_message_id_hides_nothing_and_a_second_copy_is_the_same(box, connect):
    await box.deliver(mail(1, body="Jalan berlubang."))
    await box.deliver(mail(1, body="Sampah menumpuk."))
    await box.deliver(mail(1, body="Jalan berlubang.", headers="Received: from lain (lain [192.0.2.1]) by kami\r\n"))
    (batch,), _ = await drained(connect())
    first, other, copy = (arrival.external_id for arrival in batch.arrivals)
    assert first == copy
    assert first != other


async def test_a_renumbered_folder_is_read_again_with_the_same_keys(box, connect):
    for number in range(5):
        await box.deliver(mail(number))
    connector = connect()
    before, cursor = await drained(connector)
    await box.renumber()
    await box.deliver(mail(5))
    after, moved_on = await drained(connector, cursor)
    keys = [arrival.external_id for batch in after for arrival in batch.arrivals]
    assert keys[:5] == [arrival.external_id for batch in before for arrival in batch.arrivals]
    assert len(keys) == 6
    assert moved_on["validity"] != cursor["validity"]


async def test_after_a_crash_the_old_cursor_brings_the_same_mails(box, connect):
    for number in range(8):
        await box.deliver(mail(number))
    first = await connect(batch=3).pull(None)
    lost = await connect(batch=3).pull(first.cursor)
    again = await connect(batch=3).pull(first.cursor)
    assert [one.key if isinstance(one, Unreadable) else one.external_id for one in again.arrivals] == [
        one.external_id for one in lost.arrivals
    ]


async def test_mail_moves_away_only_after_its_cursor_came_back(box, connect):
    """Being handed a cursor means that all before it is safe; until then everything stays where it is."""
    for number in range(4):
        await box.deliver(mail(number))
    connector = connect(batch=2, after="move", done_folder="Selesai diambil")
    first = await connector.pull(None)
    assert len(await seen_by_a_person(box)) == 4
    second = await connector.pull(first.cursor)
    assert ids([first, second]) == [f"surat-{number}@example.org" for number in range(4)]
    assert (len(await seen_by_a_person(box)), len(await seen_by_a_person(box, name="Selesai diambil"))) == (2, 2)
    third = await connector.pull(second.cursor)
    assert (len(await seen_by_a_person(box)), third.arrivals) == (0, [])
    fourth = await connector.pull(third.cursor)
    assert (fourth.arrivals, (await connector.pull(fourth.cursor)).cursor) == ([], fourth.cursor)


@pytest.mark.parametrize(
    "box", [pytest.param((server.values[0], ("MOVE", "IDLE")), id=server.id, marks=server.marks) for server in SERVERS], indirect=True
)
async def test_a_server_without_move_and_idle_loses_nothing(box, connect):
    """Copied first, then removed; what other people marked as deleted stays."""
    for number in range(3):
        await box.deliver(mail(number), flags=(b"\\Deleted",) if number == 2 else ())
    known = set()
    await seen_by_a_person(box, do=lambda person: known.update(person.capabilities()))
    assert not known & {b"MOVE", b"IDLE"}
    connector = connect(after="move", batch=2, poll_seconds=0.05)
    first = await connector.pull(None)
    await connector.pull(first.cursor)
    assert (len(await seen_by_a_person(box)), len(await seen_by_a_person(box, name="Selesai"))) == (1, 2)
    wakes = connector.wakes()
    async with asyncio.timeout(10):
        await anext(wakes)
        await anext(wakes)
    await wakes.aclose()


async def test_mail_is_marked_only_after_its_cursor_came_back(box, connect):
    await box.deliver(mail(1))
    connector = connect(after="seen")
    first = await connector.pull(None)
    assert [b"\\Seen" in flags for flags in (await seen_by_a_person(box)).values()] == [False]
    second = await connector.pull(first.cursor)
    assert [b"\\Seen" in flags for flags in (await seen_by_a_person(box)).values()] == [True]
    await seen_by_a_person(box, do=lambda person: person.remove_flags(person.search(), [b"\\Seen"]))
    await connector.pull(second.cursor)
    assert [b"\\Seen" in flags for flags in (await seen_by_a_person(box)).values()] == [False], "a person's mark stays"


async def test_of_a_mail_over_the_cap_the_words_come_and_the_file_does_not(box, connect, monkeypatch):
    monkeypatch.setattr(folder, "BEGINNING", 4000)
    photo = "A" * 76 + "\r\n"
    parts = (
        'Content-Type: multipart/mixed; boundary="batas"\r\n\r\n--batas\r\nContent-Type: text/plain\r\n\r\nJembatan retak.\r\n'
        "--batas\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n" + photo * 200 + "--batas--\r\n"
    )
    big = mail(1).split(b"\r\n\r\n")[0] + b"\r\n" + parts.encode()
    await box.deliver(big)
    await box.deliver(mail(2))
    batches, _ = await drained(connect(max_bytes=10_000))
    assert ids(batches) == ["surat-1@example.org", "surat-2@example.org"]
    first = batches[0].arrivals[0]
    assert first.extra["too_large"] is True
    assert first.extra["size"] == len(big)
    assert b"Jembatan retak." in first.raw
    assert b"AAAA" not in first.raw
    assert first.raw.endswith(b"--batas--\r\n")


async def test_a_batch_holds_about_one_cap_in_memory(box, connect):
    for number in range(6):
        await box.deliver(mail(number, body="x" * 4000))
    batches, _ = await drained(connect(max_bytes=10_000))
    assert [len(batch.arrivals) for batch in batches] == [2, 2, 2]


async def test_older_mail_is_left_alone_where_the_office_says_so(box, connect):
    await box.deliver(mail(1))
    assert ids((await drained(connect(since=date(2100, 1, 1), after="move")))[0]) == []
    for number in range(2, 6):
        await box.deliver(mail(number))
    batches, _ = await drained(connect(since=date(2020, 1, 1), batch=2))
    assert ids(batches) == [f"surat-{number}@example.org" for number in range(1, 6)]
    assert max(len(batch.arrivals) for batch in batches) == 2
    assert len(await seen_by_a_person(box)) == 5


async def test_idle_wakes_when_mail_comes(box, connect):
    wakes = connect(poll_seconds=1500).wakes()
    async with asyncio.timeout(30):
        await anext(wakes)  # a new connection: whatever came before it
        for number in range(3):
            waiting = asyncio.ensure_future(anext(wakes))
            await box.deliver(mail(number))
            await waiting
    await wakes.aclose()


async def test_without_idle_it_looks_in_turns(box, connect):
    wakes = connect(poll_seconds=0.05, idle=False).wakes()
    async with asyncio.timeout(10):
        await anext(wakes)
        await anext(wakes)
    await wakes.aclose()


async def test_waiting_survives_a_server_that_went_away(box, connect):
    wakes = connect(poll_seconds=0.3).wakes()
    async with asyncio.timeout(30):
        await anext(wakes)
        await box.close_imap()
        await anext(wakes)
        await box.open_imap()
        await anext(wakes)
        await anext(wakes)
    await wakes.aclose()


async def test_the_poller_carries_mail_and_stops_when_told(box, connect):
    """The line of the hub: pull, keep, remember the position, be woken, pull again."""
    kept, cursors, came = [], [], asyncio.Event()

    async def accept(arrivals):
        kept.extend(arrivals)
        came.set()
        return [Accepted(new=True, inbox_id=1) for _ in arrivals]

    async def load():
        return cursors[-1] if cursors else None

    async def save(cursor):
        cursors.append(cursor)

    async def ours():
        return True

    async def pulse(error):
        assert error is None

    connector = connect(poll_seconds=1500, after="move")
    running = asyncio.ensure_future(Poller("surel", connector, accept, load, save, ours, pulse, lambda: NOW, lambda: 0.5).run())
    async with asyncio.timeout(60):
        for number in range(4):
            came.clear()
            await box.deliver(mail(number))
            await came.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [one.message_id for one in kept] == [f"surat-{number}@example.org" for number in range(4)]


async def test_closing_ends_a_wait_at_once(box, connect):
    connector = connect(poll_seconds=1500)
    wakes = connector.wakes()
    async with asyncio.timeout(20):
        await anext(wakes)
        waiting = asyncio.ensure_future(anext(wakes))
        await asyncio.sleep(0)
        await connector.aclose()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_lost_line_is_taken_up_again(box, connect):
    await box.deliver(mail(1))
    connector = connect()
    first = await connector.pull(None)
    await box.cut()
    await box.deliver(mail(2))
    second = await connector.pull(first.cursor)
    assert ids([first, second]) == ["surat-1@example.org", "surat-2@example.org"]


class FaultyLine:
    """Stands between the hub and the server, and spoils what the server would answer to chosen commands."""

    def __init__(self, port):
        self.target = port
        self.faults = []
        """(bytes in a command, answer without its tag, or None to hang up), each used once, in order."""

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, LOOPBACK, 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        upstream, upwriter = await asyncio.open_connection(LOOPBACK, self.target)
        back = asyncio.ensure_future(self.pump(upstream, writer))
        while line := await reader.readline():
            fault = next((one for one in self.faults if one[0] in line), None)
            if not fault:
                upwriter.write(line)
                continue
            self.faults.remove(fault)
            if fault[1] is None:
                break
            writer.write(line.split()[0] + b" " + fault[1] + b"\r\n")
        back.cancel()
        writer.close()
        upwriter.close()

    async def pump(self, reader, writer):
        while piece := await reader.read(65536):
            writer.write(piece)


@pytest.fixture
async def line(box):
    async with FaultyLine(box.imap_port) as one:
        yield one


def through(line):
    return {"imap": {"host": LOOPBACK, "port": line.port, "tls": "none"}}


async def test_a_mail_that_the_server_will_not_hand_out_is_put_aside(box, connect, line):
    """A person finds it by folder and UID; the next mail is read."""
    for number in range(3):
        await box.deliver(mail(number))
    second = sorted(await seen_by_a_person(box))[1]
    line.faults.append((b"FETCH %d (BODY.PEEK[]" % second, b"NO [CORRUPTION] cannot read"))
    batch = await connect(**through(line)).pull(None)
    first, aside, third = batch.arrivals
    assert (first.message_id, third.message_id) == ("surat-0@example.org", "surat-2@example.org")
    assert aside.reason == "fetch"
    assert aside.key == f"imap:{batch.cursor['validity']}:{second}"


async def test_a_refusal_for_the_moment_skips_nothing(box, connect, line):
    await box.deliver(mail(1))
    line.faults += [(b"BODY.PEEK[]", b"NO [UNAVAILABLE] later")]
    connector = connect(**through(line))
    with pytest.raises(Unreachable):
        await connector.pull(None)
    assert ids([await connector.pull(None)]) == ["surat-1@example.org"]


async def test_a_line_that_breaks_in_the_middle_keeps_what_was_read(box, connect, line):
    for number in range(4):
        await box.deliver(mail(number))
    third = sorted(await seen_by_a_person(box))[2]
    line.faults.append((b"FETCH %d (BODY.PEEK[]" % third, None))
    batches, _ = await drained(connect(**through(line)))
    assert [len(batch.arrivals) for batch in batches] == [2, 2]
    assert ids(batches) == [f"surat-{number}@example.org" for number in range(4)]


async def test_a_mail_that_breaks_the_line_each_time_is_put_aside_in_the_end(box, connect, line):
    await box.deliver(mail(1))
    await box.deliver(mail(2))
    first = sorted(await seen_by_a_person(box))[0]
    line.faults += [(b"FETCH %d (BODY.PEEK[]" % first, None)] * 9
    connector = connect(**through(line))
    cursor, arrivals = None, []
    for _ in range(20):
        try:
            batch = await connector.pull(cursor)
        except Unreachable:
            continue
        cursor = batch.cursor
        arrivals += batch.arrivals
        if not batch.more:
            break
    aside, good = arrivals
    assert (aside.reason, good.message_id) == ("fetch", "surat-2@example.org")


async def test_a_login_refused_for_the_moment_does_not_stop_the_account(box, connect, line):
    line.faults += [(b"LOGIN", b"NO [LIMIT] too many connections"), (b"LOGIN", b"NO [UNAVAILABLE] later"), (b"LOGIN", None)]
    connector = connect(**through(line))
    with pytest.raises(Throttled):
        await connector.pull(None)
    for _ in range(2):
        with pytest.raises(Unreachable):
            await connector.pull(None)
    assert (await connector.pull(None)).arrivals == []


async def test_an_interrupted_move_is_made_good(box, connect, line):
    await box.deliver(mail(1))
    connector = connect(**through(line), after="move")
    first = await connector.pull(None)
    line.faults.append((b"MOVE", None))
    second = await connector.pull(first.cursor)
    assert second.arrivals == []
    assert (len(await seen_by_a_person(box)), len(await seen_by_a_person(box, name="Selesai"))) == (0, 1)


async def test_a_server_that_is_away_is_said_and_comes_back(box, connect):
    connector = connect()
    await box.close_imap()
    with pytest.raises(Unreachable, match=r"imap\.host"):
        await connector.pull(None)
    await box.open_imap()
    await box.deliver(mail(1))
    assert ids([await connector.pull(None)]) == ["surat-1@example.org"]


async def test_a_wrong_password_stops_the_account(box, connect):
    connector = connect(password="salah")
    with pytest.raises(CredentialRefused, match="password"):
        await connector.pull(None)
    assert (await connector.check()).health is Health.FAILED


async def test_a_password_outside_ascii_is_asked_in_utf8(box, connect):
    """No crash in the client; the server decides."""
    with pytest.raises(CredentialRefused):
        await connect(password="sandi-é").pull(None)


async def test_a_missing_folder_is_named(box, connect):
    with pytest.raises(Misconfigured, match="Tidak Ada"):
        await connect(folder="Tidak Ada").pull(None)


async def test_check_looks_and_changes_nothing(box, connect):
    await box.deliver(mail(1))
    checked = await connect(after="move").check()
    assert checked.health is Health.OK
    assert "1 surat" in checked.sentence
    assert await seen_by_a_person(box, name="Selesai") == {}


async def test_no_log_holds_a_password_or_a_word(box, connect, caplog):
    caplog.set_level(logging.DEBUG)
    await box.deliver(mail(1, body="rahasia pelapor"))
    connector = connect()
    await drained(connector)
    told = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("pymap"))
    assert box.password not in told
    assert "rahasia pelapor" not in told


async def test_a_mailbox_that_has_fallen_silent_is_told(box, connect):
    """Counted from the newest mail; the first mail after it ends the alarm. Where nothing is set, silence is no alarm."""
    await box.deliver(mail(1))
    now = datetime.now(UTC)
    connector = connect(silence_hours=2)
    connector._reader._clock = lambda: now
    first = await connector.pull(None)
    assert first.doubt is None
    now += timedelta(hours=3)
    silent = await connector.pull(first.cursor)
    assert "accounts.surel.silence_hours" in silent.doubt
    assert silent.cursor == first.cursor, "silence moves nothing"
    assert (await connect().pull(first.cursor)).doubt is None
    now = datetime.now(UTC)
    await box.deliver(mail(2))
    again = await connector.pull(silent.cursor)
    assert (len(again.arrivals), again.doubt) == (1, None)


async def test_a_mailbox_that_was_always_empty_is_silent_too(box, connect):
    """Then the count begins with the first look."""
    now = NOW
    connector = connect(silence_hours=2)
    connector._reader._clock = lambda: now
    first = await connector.pull(None)
    now += timedelta(hours=3)
    assert first.doubt is None
    assert (await connector.pull(first.cursor)).doubt


@pytest.mark.parametrize("name", ["Pengaduan & Saran", "Aduan – Kota “Çimahi”", "苦情"])
async def test_folder_names_outside_ascii(box, connect, name):
    """Modified UTF-7 (RFC 3501, 5.1.3): the setting holds the name as people see it; mails are read there and moved to another."""
    await seen_by_a_person(box, do=lambda person: person.create_folder(name))
    await box.deliver(mail(1), folder=name)
    connector = connect(folder=name, after="move", done_folder=f"{name} selesai")
    batches, cursor = await drained(connector)
    assert ids(batches) == ["surat-1@example.org"]
    await connector.pull(cursor)
    assert len(await seen_by_a_person(box, name=f"{name} selesai")) == 1
    assert (await connector.check()).health is Health.OK
