"""An album is one complaint and one answer, however its photos arrive; over both engines."""

from __future__ import annotations

from test_taking import LAMP, value
from town import Town

from connectors.contract import Attachment

PHOTO = (Attachment(ref="foto", media_type="image/jpeg", kind="image"),)


async def test_the_answer_to_an_album_suits_the_caption_that_came_second(town: Town):
    """The number is there at once; the words of the answer wait two seconds for the photo with the caption."""
    await town.photo(group="album-1")
    [complaint] = await town.complaints()
    await town.pay()
    assert town.channel.sent == []
    await town.say(LAMP, group="album-1", attachments=PHOTO)
    await town.photo(group="album-1")
    town.later(seconds=2)
    await town.pay()
    [ack] = town.channel.sent
    assert "Boleh ceritakan" not in ack.text
    assert ack.text.startswith("Terima kasih, laporan Anda sudah kami terima")
    assert (await town.complaints())[0]["first_words"] == LAMP
    assert len(await town.rows("SELECT id FROM evidence WHERE complaint_id = :id", id=complaint["id"])) == 3


async def test_an_album_without_words_is_asked_for_them_once(town: Town):
    """Ten photos, one question."""
    for _ in range(10):
        await town.photo(group="album-1")
    town.later(seconds=2)
    await town.pay()
    [ack] = town.channel.sent
    assert "Boleh ceritakan" in ack.text


async def test_a_caption_that_comes_late_is_not_lost(town: Town):
    """The answer has left: the words still fill the complaint, and nobody is answered twice for one album."""
    await town.photo(group="album-1")
    town.later(seconds=3)
    await town.pay()
    await town.say(LAMP, group="album-1", attachments=PHOTO)
    town.later(seconds=3)
    await town.pay()
    assert len(town.channel.sent) == 1
    assert (await town.complaints())[0]["body"] == LAMP


async def test_an_emergency_is_not_held(town: Town):
    """112 goes out at once, album or not."""
    await town.say("Tolong ada kebakaran rumah di Jl. Kenanga, orang terjebak", group="album-1", attachments=PHOTO)
    await town.pay()
    assert "112" in town.channel.sent[0].text


async def test_a_file_over_the_limit_in_an_album_is_told_of(town: Town):
    """The complaint is kept, and the one answer says how to send the file."""
    await town.photo(group="album-1")
    await town.say(LAMP, group="album-1", extra={"too_large": True}, attachments=(Attachment(size=30_000_000, kind="video"),))
    town.later(seconds=2)
    await town.pay()
    [ack] = town.channel.sent
    assert "20 MB" in ack.text
    assert (await town.rows("SELECT error FROM evidence ORDER BY id"))[1]["error"] == "too_large"


async def test_a_file_over_the_limit_afterwards_is_told_of(town: Town):
    """Also when it follows the complaint closely, where a supplement is else taken without a word."""
    await town.say(LAMP)
    await town.say("", extra={"too_large": True}, attachments=(Attachment(size=30_000_000, kind="video"),))
    assert "20 MB" in value((await town.owed())[-1]["payload"])["text"]
