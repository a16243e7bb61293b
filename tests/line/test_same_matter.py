"""Who sends the same again keeps the first number; who quotes another's number gets one of their own."""

from __future__ import annotations

from test_taking import value
from town import Town

from normalizer.tracking import printed

HOLE = "Jalan berlubang besar di Jl. Gandawijaya depan pasar, motor sering jatuh"


async def test_an_edited_resend_days_later_keeps_the_first_number(town: Town):
    """The words are kept beside the first ones, and the answer names the first number."""
    await town.say(HOLE)
    town.later(days=4)
    await town.say(HOLE.replace("besar", "besaar") + "!!")
    [first] = await town.complaints()
    assert await town.outcomes() == ["complaint", "supplement"]
    assert first["first_words"] == HOLE
    assert printed(first["tracking_number"]) in value((await town.owed())[-1]["payload"])["text"]


async def test_another_number_in_the_same_words_is_another_matter(town: Town):
    """The same sentence about another house number, days later, is a complaint of its own."""
    await town.say("Lampu jalan mati di Jl. Gandawijaya nomor 12 sudah lama sekali")
    town.later(days=4)
    await town.say("Lampu jalan mati di Jl. Gandawijaya nomor 48 sudah lama sekali")
    assert await town.outcomes() == ["complaint", "complaint"]


async def test_quoting_someones_number_never_opens_their_case(town: Town):
    """The sender must be a participant: a stranger who quotes a number gets a new complaint that refers to the other."""
    await town.say(HOLE)
    [first] = await town.complaints()
    await town.say(
        f"Soal {printed(first['tracking_number'])}: saya juga jatuh di sana kemarin",
        talk="telegram:bot:8",
        reply_address="8",
        external_id="8:1",
    )
    theirs, mine = await town.complaints()
    assert theirs["id"] == first["id"]
    assert await town.rows("SELECT * FROM supplements") == []
    assert mine["tracking_number"] != first["tracking_number"]
    notes = [row["note"] for row in await town.rows("SELECT note FROM timeline WHERE complaint_id = :id", id=mine["id"])]
    assert f"merujuk {printed(first['tracking_number'])}" in notes


async def test_a_participant_quotes_the_number(town: Town):
    """The same person with the number, long after the window: it belongs to that complaint."""
    await town.say(HOLE)
    [first] = await town.complaints()
    town.later(days=9)
    await town.say(f"{printed(first['tracking_number'])} lubangnya makin lebar, tolong segera ditambal")
    assert await town.outcomes() == ["complaint", "supplement"]


async def test_the_day_of_the_matter_is_kept(town: Town):
    """What the words say of the day stands in the complaint."""
    await town.say("Kemarin " + HOLE)
    [row] = await town.complaints()
    assert row["incident_date"] is not None
