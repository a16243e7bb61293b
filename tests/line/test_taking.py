"""What a message becomes: complaint, supplement, answer or pocket; over both engines."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from town import Town

from connectors.contract import Place
from normalizer.complaint import State
from normalizer.tracking import printed

LAMP = "Lampu jalan mati di Jl. Gatot Subroto RT 03 RW 05 sudah tiga hari"


def value(column: Any) -> Any:
    """A JSON column read with plain SQL: text on SQLite, a value on PostgreSQL."""
    return json.loads(column) if isinstance(column, str) else column


async def test_a_complaint_gets_number_timeline_forward_and_acknowledgement_at_once(town: Town):
    """One transaction: nothing of it can be missing."""
    await town.say(LAMP)
    [complaint] = await town.complaints()
    assert complaint["first_words"] == complaint["body"] == LAMP
    assert (complaint["state"], complaint["channel"], complaint["door"]) == ("received", "telegram", "kota")
    [ack] = await town.owed()
    assert printed(complaint["tracking_number"]) in value(ack["payload"])["text"]
    [forward] = await town.owed("forward")
    assert forward["key"] == f"forward:{complaint['tracking_number']}"
    assert [row["kind"] for row in await town.rows("SELECT kind FROM timeline")] == ["registered"]


async def test_a_reply_never_repeats_the_citizens_words(town: Town):
    """Whatever is written does not come back."""
    await town.say("Pungli oleh oknum bernama Zulkarnain di kelurahan, NIK saya 3277014503900001")
    [ack] = await town.owed()
    text = value(ack["payload"])["text"]
    assert "Zulkarnain" not in text
    assert "3277014503900001" not in text


async def test_the_same_message_twice_and_at_once_is_one_complaint(town: Town):
    """Platforms repeat themselves, also concurrently."""
    message = town.inbound(LAMP)
    answers = await asyncio.gather(*(town.accept(message) for _ in range(20)))
    await town.take()
    assert sum(answer[0].new for answer in answers) == 1
    assert len({answer[0].inbox_id for answer in answers}) == 1
    assert len(await town.complaints()) == len(await town.owed()) == 1


async def test_two_messages_100_ms_apart_make_one_complaint(town: Town):
    """The second is a supplement, and answered by the first's acknowledgement."""
    first, second = town.inbound("Lampu jalan mati"), town.inbound("di Jl. Gatot Subroto RT 03 RW 05")
    await town.accept(first)
    town.later(milliseconds=100)
    await town.accept(second)
    await town.take()
    [complaint] = await town.complaints()
    assert await town.outcomes() == ["complaint", "supplement"]
    assert "Gatot Subroto" in value(complaint["location"])["text"]
    assert len(await town.owed()) == 1


async def test_words_within_the_window_are_a_supplement_and_said_to_be(town: Town):
    """The citizen hears that the words were added, with the number."""
    await town.say(LAMP)
    town.later(minutes=20)
    await town.say("Sekarang tiangnya juga miring dan berbahaya")
    assert len(await town.complaints()) == 1
    replies = await town.owed()
    assert "tambahan" in value(replies[1]["payload"])["text"]


async def test_after_the_window_it_is_another_complaint(town: Town):
    """An hour later people write about something else."""
    await town.say(LAMP)
    town.later(minutes=61)
    await town.say("Sampah menumpuk di Pasar Antri")
    assert len(await town.complaints()) == 2


async def test_laporan_baru_starts_another(town: Town):
    """By itself, or in front of the words."""
    await town.say(LAMP)
    await town.say("laporan baru")
    await town.say("Sampah menumpuk di Pasar Antri sejak minggu lalu")
    await town.say("Laporan baru: jalan berlubang di Jl. Amir Machmud")
    assert len(await town.complaints()) == 3


async def test_an_album_is_one_complaint(town: Town):
    """Three photos of one group, the caption on the second; one number, one answer."""
    for words in ("", LAMP, ""):
        await town.photo(text=words, group="album-1") if not words else await town.say(
            words, group="album-1", attachments=town.inbound().attachments
        )
    assert len(await town.complaints()) == 1
    assert len(await town.owed()) == 1


async def test_an_edit_is_kept_beside_the_first_words(town: Town):
    """The first words never change."""
    await town.say("Lampu mati di Jl Kenanga", external_id="7:501")
    await town.say("Lampu mati di Jl Kenanga no 12", external_id="7:501:edit:99", edit_of="7:501")
    [complaint] = await town.complaints()
    assert complaint["first_words"] == "Lampu mati di Jl Kenanga"
    [supplement] = await town.rows("SELECT * FROM supplements")
    assert (supplement["edit"], supplement["body"]) == (True, "Lampu mati di Jl Kenanga no 12")


async def test_only_a_photo_gets_a_number_and_a_question(town: Town):
    """It lacks words: number at once, the citizen is asked, the words complete it and let it go."""
    await town.photo()
    [complaint] = await town.complaints()
    assert complaint["awaits_words"]
    [ack] = await town.owed()
    assert "ceritakan" in value(ack["payload"])["text"]
    town.later(minutes=2)
    await town.say("Trotoar rusak di depan puskesmas, Jl. Amir Machmud")
    [complaint] = await town.complaints()
    assert not complaint["awaits_words"]
    assert complaint["first_words"].startswith("Trotoar rusak")
    town.later(seconds=10)
    await town.pay(town.forward_lane)
    assert len(town.city.taken) == 1


async def test_the_same_words_again_are_a_duplicate_with_the_first_number(town: Town):
    """Exact ones are linked and answered; edited ones: test_same_matter."""
    await town.say(LAMP)
    town.later(hours=5)
    await town.say(LAMP)
    [complaint] = await town.complaints()
    assert await town.outcomes() == ["complaint", "duplicate"]
    assert printed(complaint["tracking_number"]) in value((await town.owed())[1]["payload"])["text"]


async def test_status_is_answered_with_the_number_remembered(town: Town):
    """No number needed in one's own channel."""
    await town.say(LAMP)
    town.later(minutes=1)
    await town.say("status")
    text = value((await town.owed())[1]["payload"])["text"]
    assert "Diterima" in text
    assert printed((await town.complaints())[0]["tracking_number"]) in text


async def test_a_number_is_understood_wherever_it_is_asked(town: Town):
    """Anyone who knows a number may ask for its status; only its state is told."""
    await town.say(LAMP)
    number = printed((await town.complaints())[0]["tracking_number"])
    await town.say(f"status {number.lower()}", talk="telegram:bot:8", reply_address="8")
    text = value((await town.owed())[1]["payload"])["text"]
    assert f"Laporan {number}: Diterima" in text
    assert "Gatot" not in text


async def test_ones_own_number_finds_the_complaint_after_the_window(town: Town):
    """Quoting it is enough."""
    await town.say(LAMP)
    number = printed((await town.complaints())[0]["tracking_number"])
    town.later(days=2)
    await town.say(f"Tambahan untuk {number}: sekarang tiangnya miring")
    assert len(await town.complaints()) == 1
    assert len(await town.rows("SELECT * FROM supplements")) == 1


async def test_quoting_somebodys_number_opens_nobodys_case(town: Town):
    """Another citizen's words never join the first one's complaint."""
    await town.say(LAMP)
    number = printed((await town.complaints())[0]["tracking_number"])
    await town.say(f"Tambahan untuk {number}: saya juga, lampu di gang saya mati", talk="telegram:bot:8", reply_address="8")
    assert len(await town.complaints()) == 2
    assert not await town.rows("SELECT * FROM supplements")


async def test_an_emergency_is_answered_with_112_and_recorded(town: Town):
    """Both, never only one of them."""
    await town.say("Kebakaran di Jl. Pesantren! tolong cepat, api membesar")
    [complaint] = await town.complaints()
    assert complaint["urgency"] == "emergency"
    assert "112" in value((await town.owed())[0]["payload"])["text"]


async def test_a_greeting_is_set_aside_and_answered(town: Town):
    """No number for a hello, but a friendly word."""
    await town.say("Assalamualaikum, selamat pagi min")
    assert not await town.complaints()
    assert await town.outcomes() == ["set_aside"]
    assert "Silakan tulis" in value((await town.owed())[0]["payload"])["text"]


async def test_a_pin_after_the_words_fills_the_place(town: Town):
    """Location sent as a message of its own."""
    await town.say("Jalan berlubang besar sekali, bahaya")
    await town.say(place=Place(lat=-6.872, lon=107.542))
    [complaint] = await town.complaints()
    assert value(complaint["location"])["lat"] == -6.872


async def test_a_machine_that_answers_itself_is_cut_off(town: Town):
    """Two robots cannot feed each other for ever: at most twenty automatic answers an hour to one conversation."""
    for number in range(30):
        await town.say(f"laporan baru: kejadian nomor {number} di Jl. Mawar")
    assert len(await town.complaints()) == 30
    assert len(await town.owed()) == 20


async def test_after_verification_the_forward_is_owed_by_the_verification(db: Any, tmp_path: Any):
    """forward = after_verification: nothing leaves before a person looked."""
    town = Town(db, tmp_path, forward="after_verification")
    await town.say(LAMP)
    assert not await town.owed("forward")
    [complaint] = await town.complaints()
    await town.acts.move(complaint["id"], State.VERIFIED, operator="rina")
    assert len(await town.owed("forward")) == 1


async def test_bytes_that_no_engine_takes_spoil_nobodys_message(town: Town):
    """NUL and lone surrogates: PostgreSQL refuses them in text, JSON refuses the other."""
    strange = town.inbound("lampu mati \x00 di \ud800 Jl. Mawar", talk="telegram:bot:\x00", external_id="7:\x00")
    await town.accept(strange, town.inbound(LAMP))
    await town.take()
    assert len(await town.rows("SELECT * FROM inbox WHERE state = 'done'")) == 2
    assert len(await town.complaints()) == 2
