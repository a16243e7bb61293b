"""A blocked sender is still recorded and no longer answered; over both engines."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest
from town import Town

from connectors.contract import Sender
from dispatcher.acts import ActRefused

LAMP = "Lampu jalan mati di Jl. Gatot Subroto RT 03 RW 05 sudah tiga hari"
HOLE = "Jalan berlubang besar di depan pasar, sudah dua motor jatuh"


async def refused(act: Awaitable[None]) -> str:
    with pytest.raises(ActRefused) as error:
        await act
    return str(error.value)


async def blocked(town: Town) -> int:
    await town.say(LAMP)
    [complaint] = await town.complaints()
    await town.acts.block(complaint["id"], "Memaki petugas berulang kali", operator="rina")
    return int(complaint["id"])


async def test_an_abusive_sender_is_recorded_and_not_answered(town: Town) -> None:
    """The message lies in the pocket of what was set aside, with the reason; no number, no reply, no forward."""
    await blocked(town)
    before = len(await town.owed()), len(await town.owed("forward"))
    await town.say(HOLE, talk="telegram:bot:7")
    await town.say(command="status")
    assert len(await town.complaints()) == 1
    rows = await town.rows("SELECT outcome, reason, inbound FROM inbox ORDER BY id")
    assert [(row["outcome"], row["reason"]) for row in rows[1:]] == [("set_aside", "blocked")] * 2
    assert HOLE.encode() in bytes(rows[1]["inbound"])
    assert (len(await town.owed()), len(await town.owed("forward"))) == before


async def test_a_block_holds_on_every_account_and_talk_of_the_channel(town: Town) -> None:
    """It is the person who is blocked, not one of their chats; others in the same chat are not."""
    await blocked(town)
    await town.say(HOLE, talk="telegram:lain:-100", account="lain")
    await town.say(HOLE, talk="telegram:bot:-100", sender=Sender(id="8", name="Budi"))
    assert await town.outcomes() == ["complaint", "set_aside", "complaint"]


async def test_an_emergency_of_a_blocked_sender_reaches_a_person(town: Town) -> None:
    """Somebody may be dying all the same: it is sorted by hand, never passed over."""
    await blocked(town)
    await town.say("Tolong kebakaran rumah di RT 03 RW 05 Karangmekar, ada orang terjebak!")
    assert (await town.outcomes())[-1] == "triage"


async def test_letters_that_an_operator_types_in_are_never_blocked(town: Town) -> None:
    await blocked(town)
    await town.say(HOLE, staff=True, talk="manual:desk:2")
    assert (await town.outcomes())[-1] == "complaint"


async def test_after_unblocking_all_is_as_before_and_what_was_set_aside_can_be_taken(town: Town) -> None:
    complaint_id = await blocked(town)
    town.later(days=2)
    await town.say(HOLE, talk="telegram:bot:77")
    await town.acts.unblock(complaint_id, operator="rina")
    [row] = await town.rows("SELECT id FROM inbox WHERE outcome = 'set_aside'")
    await town.acts.redrive_inbox(row["id"], operator="rina")
    await town.take()
    assert len(await town.complaints()) == 2
    assert len(await town.owed()) == 2


async def test_who_blocked_whom_and_why_is_written_down(town: Town) -> None:
    """In the audit and on the complaint's timeline, the lifting as well; a block without a reason is refused."""
    await town.say(LAMP)
    [complaint] = await town.complaints()
    assert "alasan" in await refused(town.acts.block(complaint["id"], " x ", operator="rina"))
    assert "tidak sedang" in await refused(town.acts.unblock(complaint["id"], operator="rina"))
    await town.acts.block(complaint["id"], "Memaki petugas berulang kali", operator="rina")
    assert "sudah diblokir" in await refused(town.acts.block(complaint["id"], "Memaki lagi", operator="budi"))
    await town.acts.unblock(complaint["id"], operator="budi")
    audits = await town.rows("SELECT operator, action, detail FROM audit ORDER BY id")
    assert [tuple(row.values()) for row in audits] == [("rina", "block", "Memaki petugas berulang kali"), ("budi", "unblock", None)]
    assert [row["kind"] for row in await town.rows("SELECT kind FROM timeline ORDER BY id")] == ["registered", "block", "unblock"]


async def test_a_block_outlives_the_message_it_was_made_from(town: Town) -> None:
    """Raw messages are forgotten in time; the block stays, and can still be lifted."""
    complaint_id = await blocked(town)
    await town.db.write(lambda connection: connection.exec_driver_sql("UPDATE inbox SET inbound = NULL, raw = NULL"))
    await town.say(HOLE)
    assert (await town.outcomes())[-1] == "set_aside"
    await town.acts.unblock(complaint_id, operator="rina")


async def test_whoever_was_typed_in_cannot_be_blocked(town: Town) -> None:
    await town.say(LAMP, staff=True, channel="manual")
    [complaint] = await town.complaints()
    assert "petugas" in await refused(town.acts.block(complaint["id"], "Memaki petugas", operator="rina"))
