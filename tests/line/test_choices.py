"""What citizens choose about their own complaints, by button or by a plain word; over both engines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_taking import LAMP, value
from town import Town

from normalizer.tracking import printed


async def number_of(town: Town, which: int = -1) -> str:
    return printed((await town.complaints())[which]["tracking_number"])


async def last_text(town: Town) -> str:
    return str(value((await town.owed())[-1]["payload"])["text"])


async def kinds(town: Town) -> list[str]:
    return [row["kind"] for row in await town.rows("SELECT kind FROM timeline ORDER BY id")]


async def press(town: Town, command: str, words: str = "", **more: Any) -> None:
    """A button under one of our answers: the command, and the number that it is about as words."""
    await town.say(words, command=command, extra={"callback_id": "77"}, **more)


@pytest.mark.parametrize(("command", "flag"), [("anonim", "anonymous"), ("rahasia", "confidential")])
async def test_a_button_hides_the_name_or_the_words(town: Town, command: str, flag: str):
    """Set on the complaint, told in its timeline once, answered each time."""
    await town.say(LAMP)
    number = await number_of(town)
    await press(town, command, number)
    await press(town, command, number)
    [complaint] = await town.complaints()
    assert bool(complaint[flag])
    assert (await kinds(town)).count(flag) == 1
    assert number in await last_text(town)
    assert len(await town.owed()) == 3


@pytest.mark.parametrize(("command", "flag"), [("anonim", "anonymous"), ("rahasia", "confidential")])
async def test_a_wish_before_the_complaint_is_kept_for_it(town: Town, command: str, flag: str):
    """The plain word comes first, the complaint follows; the next one is not touched by it."""
    await town.say(command)
    assert not await town.complaints()
    await town.say(LAMP)
    await town.say("laporan baru")
    await town.say("Sampah menumpuk di Pasar Antri sejak minggu lalu")
    assert [bool(each[flag]) for each in await town.complaints()] == [True, False]


async def test_a_wish_in_the_words_that_follow_counts(town: Town):
    """ "Tolong rahasiakan nama saya" a minute later is no mere supplement."""
    await town.say(LAMP)
    await town.say("Tolong rahasiakan nama saya ya pak, saya takut dengan tetangga di sini")
    [complaint] = await town.complaints()
    assert complaint["anonymous"]
    assert "anonymous" in await kinds(town)


async def test_nobody_chooses_about_another_ones_complaint(town: Town):
    """Knowing a number is not enough."""
    await town.say(LAMP)
    number = await number_of(town)
    for command in ("anonim", "rahasia", "batal", "cabut"):
        await press(town, command, number, talk="telegram:bot:8", reply_address="8")
    [complaint] = await town.complaints()
    assert (bool(complaint["anonymous"]), bool(complaint["confidential"]), complaint["state"]) == (False, False, "received")


async def test_cancelling_asks_once_more_and_then_withdraws(town: Town):
    """A thumb on a button withdraws nothing; the second one does, and nothing is forwarded any more."""
    await town.say(LAMP)
    number = await number_of(town)
    await press(town, "batal", number)
    [complaint] = await town.complaints()
    assert complaint["state"] == "received"
    asked = value((await town.owed())[-1]["payload"])
    assert asked["buttons"] == [{"text": "Ya, cabut", "command": f"cabut {number}"}]
    await press(town, "cabut", number)
    [complaint] = await town.complaints()
    assert complaint["state"] == "withdrawn"
    assert "sudah kami cabut" in await last_text(town)
    town.later(minutes=1)
    await town.pay(town.forward_lane)
    assert town.city.taken == []


async def test_withdrawing_by_plain_words(town: Town):
    """The same without buttons, in every channel."""
    await town.say(LAMP)
    await town.say("batal")
    await town.say(f"cabut {await number_of(town)}")
    assert (await town.complaints())[0]["state"] == "withdrawn"


async def test_what_an_agency_has_is_withdrawn_by_a_person(town: Town):
    """The door owns it: the wish is noted, the state stays, and the citizen is told."""
    await town.say(LAMP)
    town.later(minutes=1)
    await town.pay(town.forward_lane)
    await press(town, "cabut", await number_of(town))
    [complaint] = await town.complaints()
    assert complaint["state"] == "received"
    assert "withdrawal" in await kinds(town)
    assert "kami teruskan ke instansi" in await last_text(town)


async def test_asking_for_the_place_opens_the_complaint_for_it(town: Town):
    """Hours later the button is pressed and the pin sent: it is this complaint's place, not a new complaint."""
    from connectors.contract import Place

    await town.say("Lampu jalan mati sudah tiga hari, mohon diperbaiki")
    town.later(hours=5)
    await press(town, "lokasi", await number_of(town))
    assert value((await town.owed())[-1]["payload"])["buttons"] == [{"text": "Kirim lokasi", "command": "kirim_lokasi"}]
    await town.say("", place=Place(lat=-6.88, lon=107.54))
    [complaint] = await town.complaints()
    assert value(complaint["location"])["lat"] == -6.88


async def test_a_pressed_button_is_settled_once(town: Town):
    """The platform's id of the press goes back with the answer to it, and with no later reply."""
    await press(town, "lapor", LAMP)
    [complaint] = await town.complaints()
    assert "callback_id" not in json.dumps(value(complaint["reply_extra"]))
    await town.acts.move(complaint["id"], "verified", operator="sari")
    first, later = [value(row["payload"])["extra"] for row in await town.owed()]
    assert (first.get("callback_id"), later.get("callback_id")) == ("77", None)


async def test_the_acknowledgement_offers_what_makes_sense(town: Town):
    """A placed complaint is not asked for its place; each button names its complaint."""
    await town.say(LAMP)
    number = await number_of(town)
    [ack] = await town.owed()
    commands = [button["command"] for button in value(ack["payload"])["buttons"]]
    assert commands == [f"status {number}", f"anonim {number}", f"rahasia {number}", f"batal {number}", "baru"]


async def test_a_chat_button_carries_its_number_in_the_command(town: Town):
    """The web chat hands the whole command over, with the label as words."""
    await town.say(LAMP)
    await town.say("Sembunyikan nama", command=f"anonim {(await number_of(town)).lower()}")
    [complaint] = await town.complaints()
    assert complaint["anonymous"]


async def test_the_label_of_a_chat_button_is_no_complaint(town: Town):
    """The web chat sends the label as words, in either language; the next words are the complaint."""
    for label in ("Laporan baru", "New report"):
        await town.say(label, command="baru")
    assert await town.complaints() == []
    await town.say(LAMP)
    assert [each["body"] for each in await town.complaints()] == [LAMP]
