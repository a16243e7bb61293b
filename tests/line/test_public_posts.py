"""Posts that everybody can read: what becomes of them, and the little that we answer; over both engines."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from town import ABOUT, Town

from connectors.contract import FollowUp, Inbound
from dispatcher import triage
from dispatcher.acts import ActRefused
from dispatcher.taking import Taker
from dispatcher.tracking import draw
from normalizer.complaint import State
from normalizer.tracking import printed
from store.database import Database

LAMP = "@kota lampu jalan di Jl. Gatot Subroto RT 03 RW 05 mati sudah tiga hari"
TALK = "x:bot:500:81001"


@pytest.fixture
def square(db: Database, tmp_path: Path) -> Town:
    """A town with a public account, whose desk keeps its complaints."""
    town = Town(db, tmp_path, door="desk")
    about = replace(ABOUT, follow_up=FollowUp.CONVERSATION, text_limit=280)
    town.pipeline._taker = Taker(town.profile, town.replies, {"bot": about}, town.node, draw)
    return town


def post(square: Town, words: str, *, talk: str = TALK, source: str = "mention", addressed: bool = True, **more: Any) -> Inbound:
    extra = {"public": True, "source": source, "addressed": addressed}
    made = square.inbound(words, talk=talk, extra=extra, **more)
    return replace(made, channel="x", external_id=made.message_id, reply_address=made.message_id)


async def says(square: Town, words: str, **more: Any) -> Inbound:
    made = post(square, words, **more)
    await square.accept(made)
    await square.take()
    return made


def text(reply: Any) -> str:
    payload = reply["payload"]
    return str((json.loads(payload) if isinstance(payload, str) else payload)["text"])


async def numbers(square: Town) -> list[str]:
    return [printed(row["tracking_number"]) for row in await square.complaints()]


async def waiting(square: Town) -> list[int]:
    return [row["id"] for row in await square.rows("SELECT id FROM inbox WHERE outcome = 'triage' ORDER BY id")]


async def test_the_public_answer_carries_number_and_link_only(square: Town):
    """No word of the citizen, no name, no question, no button."""
    await says(square, f"{LAMP}, lapor Zulkarnain NIK 3277014503900001")
    await square.pay()
    [number] = await numbers(square)
    [reply] = square.channel.sent
    assert reply.text == f"Terima kasih, laporan Anda kami catat dengan nomor {number}. Ikuti di https://lapor.example/lacak/{number}"
    assert (reply.buttons, reply.subject) == ((), None)


async def test_an_emergency_in_public_hears_of_112_too(square: Town):
    """Number, link, and where help comes from; where is not asked in public."""
    await says(square, "@kota kebakaran, tolong cepat!")
    [reply] = await square.owed()
    [number] = await numbers(square)
    assert "112" in text(reply)
    assert number in text(reply)
    assert "?" not in text(reply)


async def test_a_thread_by_one_author_is_one_complaint(square: Town):
    """Also hours later, and also where a later post alone would have waited for a person; one number, one answer."""
    await says(square, LAMP)
    square.later(hours=5)
    await says(square, "dan di gang sebelah juga begitu min", addressed=False)
    await says(square, "@kota halaman sekolah juga gelap, bahaya", attachments=())
    assert len(await square.complaints()) == 1
    assert await square.outcomes() == ["complaint", "supplement", "supplement"]
    assert len(await square.owed()) == 1


async def test_a_neighbour_in_the_same_thread_has_a_complaint_of_their_own(square: Town):
    """A thread is shared, a number is not."""
    await says(square, LAMP)
    await says(square, "@kota jalan berlubang di Jl. Kenanga RT 01 RW 02", talk="x:bot:500:81002")
    assert len(await square.complaints()) == 2


async def test_at_most_one_answer_a_day_for_thread_and_author(square: Town):
    """News within the day waits until it is over, and further news adds nothing to what waits."""
    await says(square, LAMP)
    await square.pay()
    [complaint] = await square.complaints()
    for hours, state in ((1, State.VERIFIED), (2, State.ASSIGNED), (3, State.IN_PROGRESS)):
        square.later(hours=hours)
        await square.acts.move(complaint["id"], state, operator="rina", agency="dishub" if state is State.ASSIGNED else None)
        await square.pay()
    assert len(square.channel.sent) == 1
    square.later(days=1)
    await square.pay()
    [number] = await numbers(square)
    assert [reply.text for reply in square.channel.sent[1:]] == [
        f"Per 21-11-2026 ada perkembangan untuk laporan {number}. Lihat di https://lapor.example/lacak/{number}"
    ]


async def test_what_an_operator_writes_to_a_citizen_does_not_become_public(square: Town):
    """The answer stands on the page that the link leads to, never in the post."""
    await says(square, LAMP)
    [complaint] = await square.complaints()
    await square.acts.move(complaint["id"], State.WAITING, operator="rina", text="Mohon nomor HP Bapak Zulkarnain")
    await square.acts.move(complaint["id"], State.ANSWERED, operator="rina", text="Sudah dijelaskan kepada Bapak Zulkarnain")
    square.later(days=2)
    await square.pay()
    assert not any("Zulkarnain" in reply.text for reply in square.channel.sent)


async def test_thanks_and_questions_get_no_public_talk(square: Town):
    """A bot that answers every greeting in public is noise."""
    await says(square, "@kota makasih min")
    await says(square, "@kota status laporan saya?")
    await says(square, "@kota bantuan")
    assert await square.owed() == []


async def test_triage_accepted_becomes_a_complaint_with_number_and_public_answer(square: Town):
    """By a person's word; the complaint has all that was read of the post, and who decided is kept."""
    await says(square, "Jalan rusak parah di Jl. Amir Machmud, Cimahi", source="search", addressed=False)
    assert await square.complaints() == []
    [row] = await waiting(square)
    await triage.accept(square.db, square.bell, row, operator="rina", now=square.now)
    await square.take()
    await square.pay()
    [number] = await numbers(square)
    [complaint] = await square.complaints()
    assert complaint["category"]
    assert number in square.channel.sent[0].text
    assert await waiting(square) == []
    [kept] = await square.rows("SELECT operator, action FROM audit WHERE action LIKE 'triage%'")
    assert (kept["operator"], kept["action"]) == ("rina", "triage_accept")


async def test_triage_accepted_takes_the_whole_thread_of_its_author(square: Town):
    """The first post becomes the complaint, whichever was clicked; others' threads stay."""
    await says(square, "Jalan rusak parah di Jl. Amir Machmud 1/2", source="search", addressed=False)
    await says(square, "sudah tiga bulan begini 2/2", source="search", addressed=False)
    await says(square, "Jalan rusak di Jl. Kenanga", source="search", addressed=False, talk="x:bot:501:81002")
    rows = await waiting(square)
    await triage.accept(square.db, square.bell, rows[1], operator="rina", now=square.now)
    await square.take()
    [complaint] = await square.complaints()
    assert "1/2" in complaint["first_words"]
    assert await square.outcomes() == ["complaint", "supplement", "triage"]
    assert len(await square.owed()) == 1


async def test_triage_rejected_is_set_aside_with_its_reason_and_can_be_taken_after_all(square: Town):
    """Nothing is dropped, and nobody is answered."""
    await says(square, "@kota nonton persib yuk")
    [row] = await waiting(square)
    await triage.reject(square.db, square.bell, row, operator="rina", now=square.now)
    [kept] = await square.rows("SELECT outcome, reason FROM inbox")
    assert (kept["outcome"], kept["reason"]) == ("set_aside", "rejected")
    assert await square.owed() == []
    await triage.accept(square.db, square.bell, row, operator="budi", now=square.now)
    await square.take()
    assert len(await square.complaints()) == 1


async def test_two_operators_at_once_decide_once(square: Town):
    """The second hears that it was decided."""
    await says(square, "@kota nonton persib yuk")
    [row] = await waiting(square)
    decisions = [triage.accept(square.db, square.bell, row, operator=name, now=square.now) for name in ("rina", "budi")]
    outcomes = await asyncio.gather(*decisions, return_exceptions=True)
    assert sorted(isinstance(outcome, ActRefused) for outcome in outcomes) == [False, True]
    await square.take()
    assert len(await square.complaints()) == 1
    with pytest.raises(ActRefused):
        await triage.reject(square.db, square.bell, row, operator="rina", now=square.now)


async def test_other_things_that_wait_for_a_person_stay_apart(square: Town):
    """A request to erase data in the same thread is no supplement of the complaint, and does not come along when a post is accepted."""
    await says(square, LAMP)
    await says(square, "@kota mohon hapus semua data pribadi saya dari sistem")
    assert await square.outcomes() == ["complaint", "triage"]
    await says(square, "Jalan rusak di Jl. Kenanga", source="search", addressed=False, talk="x:bot:501:81002")
    await says(square, "@kota mohon hapus semua data pribadi saya dari sistem", talk="x:bot:501:81002")
    rows = await waiting(square)
    await triage.accept(square.db, square.bell, rows[1], operator="rina", now=square.now)
    await square.take()
    assert await square.outcomes() == ["complaint", "triage", "complaint", "triage"]
