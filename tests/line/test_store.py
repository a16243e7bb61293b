"""The store's promises: durable once, grouped, in order, and away when it is away; over both engines."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from town import START, Town

from connectors import registry
from connectors.contract import Attachment, Unopened, Unreadable
from connectors.errors import StoreAway
from dispatcher.opening import opened
from dispatcher.pipeline import BATCH, LEASE
from store import cursors, inbox, migrate
from store.database import Database
from store.forgetting import forget


async def test_the_schema_is_what_the_tables_say(db: Database):
    """A migration that was forgotten fails here."""
    from alembic import command

    def check() -> None:
        with db.readers.connect() as connection:
            command.check(migrate._config(connection))

    await asyncio.to_thread(check)
    assert migrate.current(db.readers)


def test_the_newest_step_is_known_without_alembic():
    """What the files' names say is what alembic finds."""
    from alembic.script import ScriptDirectory

    assert migrate.newest() == ScriptDirectory(str(migrate.HERE)).get_current_head()


async def test_an_empty_store_is_brought_up_in_a_process_of_its_own(tmp_path: Path):
    """The hub that starts on nothing has the newest schema; asked again, it does nothing."""
    url = f"sqlite:///{tmp_path}/new.db"
    migrate.bring_up(url)
    migrate.bring_up(url)
    db = Database(url)
    assert migrate.current(db.readers)
    await db.aclose()


async def test_one_bad_write_of_a_group_harms_no_other(db: Database):
    """Each of 40 concurrent writes stands or falls alone."""

    def write(number: int) -> Any:
        def run(connection: Connection) -> int:
            name = "same" if number % 8 == 0 else f"n{number}"
            connection.execute(text("INSERT INTO leases (name, holder, until) VALUES (:n, 'x', :u)"), {"n": name, "u": START})
            return number

        return run

    done = await asyncio.gather(*(db.write(write(number)) for number in range(40)), return_exceptions=True)
    failures = [each for each in done if isinstance(each, Exception)]
    assert len(failures) == 4
    assert all(isinstance(each, IntegrityError) for each in failures)
    count = await db.read(lambda session: session.connection().execute(text("SELECT count(*) FROM leases")).scalar_one())
    assert count == 36


async def test_a_conversation_is_never_with_two_nodes(town: Town):
    """While one message is under way, the next one of the same citizen waits; others do not."""
    await town.accept(town.inbound("satu"), town.inbound("dua"), town.inbound("lain", talk="telegram:bot:8"))

    def claim(node: str, limit: int) -> Any:
        return lambda connection: inbox.claim(connection, node=node, account="bot", now=town.now, lease=LEASE, limit=limit, opened=opened)

    first = await town.db.write(claim("a", 1))
    second = await town.db.write(claim("b", BATCH))
    assert [each.inbound.text for each in first] == ["satu"]
    assert [each.inbound.text for each in second] == ["lain"]
    town.later(seconds=LEASE.total_seconds() + 1)
    third = await town.db.write(claim("b", BATCH))
    assert [each.inbound.text for each in third] == ["satu", "dua", "lain"]
    assert not await town.db.write(lambda connection: inbox.finish(connection, first[0], "a", town.now, "complaint"))


async def test_a_flood_on_one_account_starves_no_other(town: Town):
    """Each account has its batch in a turn."""
    await town.accept(*(town.inbound(f"banjir {number}", talk=f"telegram:bot:{number}") for number in range(3 * BATCH)))
    await town.accept(town.inbound("lampu mati di Jl. Mawar", account="lain", talk="telegram:lain:1"))
    await town.pipeline.turn()
    done = await town.rows("SELECT account, count(*) AS n FROM inbox WHERE state = 'done' GROUP BY account ORDER BY account")
    assert [(row["account"], row["n"]) for row in done] == [("bot", BATCH), ("lain", 1)]


async def test_unreadable_bytes_are_kept_and_visible(town: Town):
    """The same bytes twice are one row."""
    broken = Unreadable(channel="telegram", account="bot", raw=b"\x00{", reason="json")
    await town.intake.accept([broken])
    await town.intake.accept([broken])
    [row] = await town.rows("SELECT * FROM inbox")
    assert (row["state"], row["reason"], bytes(row["raw"])) == ("quarantined", "json", b"\x00{")


async def test_large_raw_bytes_lie_in_the_blob_store_before_the_row(town: Town):
    """The row only points at what is there."""
    raw = b"x" * 100_000
    await town.accept(town.inbound("lampu mati", raw=raw))
    [row] = await town.rows("SELECT * FROM inbox")
    assert row["raw"] is None
    assert town.blobs.get(row["raw_sha256"]) == raw


async def test_a_lease_has_one_holder_until_it_ends(db: Database):
    """Two nodes never poll one mailbox."""

    def hold(node: str, now: Any) -> Any:
        return lambda connection: cursors.hold(connection, "poll:surat", node, now, timedelta(seconds=30))

    assert await db.write(hold("a", START))
    assert not await db.write(hold("b", START + timedelta(seconds=29)))
    assert await db.write(hold("a", START + timedelta(seconds=29)))
    assert await db.write(hold("b", START + timedelta(seconds=60)))


async def test_a_full_sqlite_store_is_away_and_comes_back(tmp_path: Any):
    """503 to the platform, never a lost message; when there is room again, the same message is taken."""
    db = Database(f"sqlite:///{tmp_path}/full.db")
    await asyncio.to_thread(migrate.upgrade, db.readers)
    town = Town(db, tmp_path)
    await db.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1"))  # the smallest is its present size
    big = [town.inbound("x" * 3000, raw=b"y" * 60_000) for _ in range(4)]
    refused = await asyncio.gather(*(town.accept(each) for each in big), return_exceptions=True)
    assert any(isinstance(each, StoreAway) for each in refused)
    await db.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    assert all([(await town.accept(each))[0] for each in big])
    await town.take()
    assert len(await town.rows("SELECT id FROM inbox WHERE state = 'done'")) == 4
    await db.aclose()


async def test_raw_bytes_are_forgotten_in_time_and_nothing_else(town: Town):
    """The city keeps originals for so many months; the complaint and files that are evidence stay."""
    await town.accept(town.inbound("Lampu jalan mati di Jl. Mawar", raw=b"x" * 100_000), town.inbound("status", raw=b"{}"))
    await town.take()
    shown = town.blobs.put(b"y" * 70_000)
    attached = (Attachment(sha256=shown, filename="foto.jpg"),)
    await town.say("Jalan rusak di Jl. Melati", raw=b"y" * 70_000, attachments=attached, talk="telegram:bot:8")
    rows, unused = await town.db.write(lambda connection: forget(connection, town.now - timedelta(days=1)))
    assert (rows, unused) == (0, [])
    rows, unused = await town.db.write(lambda connection: forget(connection, town.now + timedelta(days=1)))
    assert rows == 3
    assert unused == [hashlib.sha256(b"x" * 100_000).hexdigest()]
    assert len(await town.complaints()) == 2
    assert not await town.rows("SELECT id FROM inbox WHERE raw IS NOT NULL OR raw_sha256 IS NOT NULL")


async def test_a_mailbox_of_old_mail_is_registered_without_answers(town: Town):
    """Connecting a mailbox with years of mail must not write to everybody in it."""
    await town.say("Lampu jalan mati di Jl. Mawar", sent_at=START - timedelta(days=400))
    assert len(await town.complaints()) == 1
    assert not await town.owed()


def letter(number: int, raw: bytes | None = None) -> Unopened:
    update = {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": {"id": 7, "is_bot": False, "first_name": "Siti"},
            "chat": {"id": 7, "type": "private"},
            "date": 1_790_000_000,
            "text": f"Lampu jalan mati di Jl. Mawar nomor {number}",
        },
    }
    return Unopened(
        channel="telegram",
        account="bot",
        external_id=f"7:{number}",
        conversation="telegram:bot:7",
        raw=json.dumps(update).encode() if raw is None else raw,
    )


async def test_an_unopened_message_is_opened_once_when_its_turn_comes(town: Town):
    """From then on its row is what it would have been had it been read at the door; a second of the same key is none."""
    accepted = await town.intake.accept([letter(1), letter(1), letter(2)])
    assert [each.new for each in accepted] == [True, False, True]
    assert [row["inbound"] for row in await town.rows("SELECT inbound FROM inbox")] == [None, None]
    await town.take()
    held = [inbox.load(bytes(row["inbound"])) for row in await town.rows("SELECT inbound FROM inbox ORDER BY id")]
    assert [each.text[-7:] for each in held] == ["nomor 1", "nomor 2"]
    assert [each.external_id for each in held] == ["7:1", "7:2"]
    assert await town.outcomes() == ["complaint", "supplement"]


@pytest.mark.parametrize("raw", [b"{", b"{}", b"\xff", b""])
async def test_an_unopened_message_that_cannot_be_read_waits_for_a_person(town: Town, raw: bytes):
    """Its bytes are kept under its key, out of the way of the citizen's next message."""
    await town.intake.accept([letter(1, raw), letter(2)])
    await town.take()
    rows = await town.rows("SELECT state, outcome, raw, leased_by FROM inbox ORDER BY id")
    assert [(row["state"], row["outcome"]) for row in rows] == [("quarantined", None), ("done", "complaint")]
    assert (bytes(rows[0]["raw"]), rows[0]["leased_by"]) == (raw, None)


async def test_a_reader_that_breaks_on_an_unopened_message_loses_nothing(town: Town, monkeypatch: pytest.MonkeyPatch):
    """A fault of ours is kept like any unreadable message, and the line goes on."""

    def broken(channel: str) -> Any:
        raise RuntimeError(channel)

    monkeypatch.setattr(registry, "reader", broken)
    await town.intake.accept([letter(1)])
    await town.take()
    (row,) = await town.rows("SELECT state, reason FROM inbox")
    assert (row["state"], row["reason"]) == ("quarantined", "fault")
