"""The citizen's answer to an answer: closed, reopened, rated; and what was waited for; over both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from test_additions import handed_over, passed_on
from test_choices import kinds, last_text, number_of, press
from test_door_news import hear, update
from test_taking import LAMP, value
from town import Town

from dispatcher.doors.contract import Addition
from normalizer.complaint import State


@pytest.fixture
async def desk_town(db: Any, tmp_path: Any) -> Town:
    return Town(db, tmp_path, door="desk")


async def answered(town: Town) -> Any:
    await town.say(LAMP)
    await town.pay()
    [complaint] = await town.complaints()
    await town.acts.move(complaint["id"], State.ANSWERED, operator="sari", text="Sudah kami ganti")
    await town.pay()
    town.later(hours=3)
    return complaint


async def the(town: Town) -> Any:
    return (await town.complaints())[0]


async def test_an_answer_asks_whether_it_is_solved(desk_town: Town):
    """By words everywhere, by buttons where the channel has them."""
    await answered(desk_town)
    number = await number_of(desk_town)
    asked = value((await desk_town.owed())[-1]["payload"])
    assert "belum beres" in asked["text"]
    assert [button["command"] for button in asked["buttons"]] == [f"beres {number}", f"belum_beres {number}"]


@pytest.mark.parametrize("by_button", [True, False])
async def test_solved_closes_and_asks_for_a_grade_once(desk_town: Town, by_button: bool):
    """The citizen closed it; no second message says so."""
    await answered(desk_town)
    before = len(await desk_town.owed())
    for _ in range(2):
        await (press(desk_town, "beres", await number_of(desk_town)) if by_button else desk_town.say("sudah beres, terima kasih"))
        desk_town.later(minutes=1)
    row = await the(desk_town)
    assert (row["state"], row["closed_by"]) == ("closed", "citizen")
    texts = [value(each["payload"])["text"] for each in (await desk_town.owed())[before:]]
    assert sum("1 sampai 5" in text for text in texts) == 1
    assert len(await desk_town.complaints()) == 1


async def test_a_grade_is_kept_told_and_given_once(town: Town):
    """The door learns it; a second figure is none any more."""
    await handed_over(town)
    await hear(town, update(5, state=State.CLOSED, public_text="Selesai"))
    await town.pay()
    assert "1 sampai 5" in town.channel.sent[-1].text
    await town.say("4")
    assert ((await the(town))["rating"], (await kinds(town))[-1]) == (4, "rated")
    assert await passed_on(town) == [(Addition.RATED, None)]
    assert town.city.added[0][1].rating == 4
    await town.say("2")
    assert (await the(town))["rating"] == 4


async def test_the_door_learns_that_it_is_solved(town: Town):
    """Once, before the grade; closed here by the citizen."""
    await handed_over(town)
    await hear(town, update(5, state=State.ANSWERED, public_text="Sudah diganti"))
    await town.pay()
    for words in ("sudah beres, terima kasih", "beres", "5"):
        await town.say(words)
    assert await passed_on(town) == [(Addition.SOLVED, None), (Addition.RATED, None)]
    assert ((await the(town))["state"], (await the(town))["rating"]) == ("closed", 5)


async def test_a_bare_number_that_nobody_asked_for_is_no_grade(desk_town: Town):
    """It stays what it was before."""
    await desk_town.say(LAMP)
    await desk_town.say("4")
    row = await the(desk_town)
    assert (row["rating"], row["state"]) == (None, "received")


async def test_not_solved_reopens_with_words_and_photos(town: Town):
    """At the door too, in one addition."""
    await handed_over(town)
    await hear(town, update(5, state=State.ANSWERED, public_text="Sudah diganti"))
    town.channel.files = {"foto": b"\xff\xd8\xff\xe0 foto"}
    await town.photo(words="Belum beres pak, lampunya masih mati")
    await town.pay(town.fetch_lane)
    assert (await the(town))["state"] == "in_progress"
    assert await passed_on(town) == [(Addition.REOPENED, "Belum beres pak, lampunya masih mati")]
    assert "buka lagi" in await last_text(town)


async def test_not_solved_by_button_takes_the_next_words_along(desk_town: Town):
    """The button alone reopens; what follows is its reason."""
    await answered(desk_town)
    await press(desk_town, "belum_beres", await number_of(desk_town))
    await desk_town.say("Lampunya mati lagi tadi malam di tiang yang sama")
    assert (await the(desk_town))["state"] == "in_progress"
    assert len(await desk_town.complaints()) == 1


@pytest.mark.parametrize(("days", "states"), [(13, ["in_progress"]), (15, ["closed", "received"])])
async def test_what_is_closed_reopens_for_some_days(desk_town: Town, days: int, states: list[str]):
    """Later the same words are a new complaint."""
    complaint = await answered(desk_town)
    await desk_town.acts.move(complaint["id"], State.CLOSED, operator="sari")
    desk_town.later(days=days)
    await desk_town.say("Belum beres, lampu di Jl. Gatot Subroto mati lagi sejak semalam")
    assert [row["state"] for row in await desk_town.complaints()] == states


async def test_reopened_and_closed_again_it_asks_for_the_grade_again(desk_town: Town):
    """Nobody rated the first time."""
    complaint = await answered(desk_town)
    await desk_town.say("beres")
    await desk_town.say("belum beres")
    assert (await the(desk_town))["state"] == "in_progress"
    await desk_town.acts.move(complaint["id"], State.CLOSED, operator="sari")
    assert "1 sampai 5" in await last_text(desk_town)


async def test_nobody_judges_another_ones_complaint(desk_town: Town):
    """Knowing the number is not enough."""
    await answered(desk_town)
    for command in ("beres", "belum_beres"):
        await press(desk_town, command, await number_of(desk_town), talk="telegram:bot:8", reply_address="8")
    assert (await the(desk_town))["state"] == "answered"


@pytest.mark.parametrize("before", [None, State.VERIFIED, State.ASSIGNED])
async def test_what_was_waited_for_brings_the_state_back(desk_town: Town, before: State | None):
    """Days later, without a number; the operator sees the words."""
    await desk_town.say(LAMP)
    complaint = await the(desk_town)
    if before:
        await desk_town.acts.move(complaint["id"], before, operator="sari", agency=complaint["agency"])
    await desk_town.acts.move(complaint["id"], State.WAITING, operator="sari", text="Tiang nomor berapa?")
    desk_town.later(days=2)
    await desk_town.say("Tiang nomor 12 dekat warung Bu Imas")
    assert ((await the(desk_town))["state"], len(await desk_town.complaints())) == (str(before or "received"), 1)
    assert (await kinds(desk_town))[-2:] == ["supplement", "state"]
    assert "keterangan Anda" in await last_text(desk_town)


async def test_an_answer_to_a_fallback_belongs_to_its_complaint(town: Town):
    """For a while, and only where we wrote."""
    await town.say(LAMP)
    [complaint] = await town.complaints()
    talk = "sms:lain:+6281234567890"
    await town.db.write(lambda connection: _fallback(connection, town, complaint["id"], talk))
    town.later(days=1)
    sms = {"talk": talk, "account": "lain", "channel": "sms", "reply_address": "+6281234567890"}
    await town.say("Tiangnya nomor 12 dekat warung Bu Imas", **sms)
    assert len(await town.complaints()) == 1
    await town.say("status", **sms)
    assert await number_of(town) in await last_text(town)
    town.later(days=20)
    await town.say("Sampah menumpuk di Pasar Antri", **sms)
    assert len(await town.complaints()) == 2


def _fallback(connection: Any, town: Town, complaint_id: int, talk: str) -> None:
    from store import outbox
    from store.tables import Work

    outbox.owe(
        connection,
        key="state:X:1:verified:via:sms",
        kind=Work.REPLY,
        name="lain",
        order_key=talk,
        now=town.now,
        due_at=town.now + timedelta(days=99),
        conversation=talk,
        complaint_id=complaint_id,
    )
