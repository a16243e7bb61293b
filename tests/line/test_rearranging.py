"""A person puts right what the hub guessed wrong: split, merge, move; and what they may not do."""

from __future__ import annotations

import pytest
from test_taking import LAMP, value
from town import Town

from dispatcher.acts import ActRefused
from normalizer.complaint import State
from normalizer.tracking import printed


async def two_matters(town: Town) -> None:
    await town.say(LAMP)
    town.later(minutes=5)
    await town.say("Oh ya, sampah di Pasar Antri juga belum diangkut")


async def test_a_supplement_can_be_split_off(town: Town):
    """It becomes a complaint with its own number and forward, and the citizen is told."""
    await two_matters(town)
    [supplement] = await town.rows("SELECT * FROM supplements")
    number = await town.acts.split(supplement["id"], operator="rina")
    first, second = await town.complaints()
    assert second["tracking_number"] == number
    assert second["first_words"].startswith("Oh ya, sampah")
    assert len(await town.owed("forward")) == 2
    assert printed(number) in value((await town.owed())[-1]["payload"])["text"]
    assert second["conversation"] == first["conversation"]


async def test_merging_keeps_both_words_and_leaves_one_case(town: Town):
    """The merged one is closed and points to the other; its citizen learns the number that counts."""
    await town.say(LAMP)
    await town.say("lampu mati lagi dekat rumah saya", talk="telegram:bot:8", reply_address="8", external_id="8:1")
    first, second = await town.complaints()
    await town.acts.merge(second["id"], into=first["id"], operator="rina")
    _, merged = await town.complaints()
    assert (merged["merged_into"], merged["state"]) == (first["id"], "closed")
    [supplement] = await town.rows("SELECT * FROM supplements")
    assert supplement["complaint_id"] == first["id"]
    last = (await town.owed())[-1]
    assert value(last["payload"])["address"] == "8"
    assert printed(first["tracking_number"]) in value(last["payload"])["text"]


async def test_a_supplement_can_be_moved_within_one_citizens_complaints(town: Town):
    """Never into somebody else's."""
    await two_matters(town)
    await town.say("laporan baru: sampah di Pasar Antri menumpuk")
    await town.say("Jalan rusak di Jl. Melati", talk="telegram:bot:8", external_id="8:1")
    [supplement] = await town.rows("SELECT * FROM supplements")
    _, second, stranger = await town.complaints()
    with pytest.raises(ActRefused, match="pelapor yang sama"):
        await town.acts.shift(supplement["id"], to=stranger["id"], operator="rina")
    await town.acts.shift(supplement["id"], to=second["id"], operator="rina")
    [moved] = await town.rows("SELECT * FROM supplements")
    assert moved["complaint_id"] == second["id"]


async def test_a_complaint_of_another_door_moves_only_there(town: Town):
    """Once it was forwarded, the desk may read it but not decide it."""
    await town.say(LAMP)
    town.later(seconds=10)
    await town.pay(town.forward_lane)
    [complaint] = await town.complaints()
    with pytest.raises(ActRefused, match="pintu"):
        await town.acts.move(complaint["id"], State.CLOSED, operator="rina")


async def test_states_only_move_as_the_table_says(town: Town):
    """A refused move writes nothing: neither state nor timeline nor reply."""
    await town.say(LAMP)
    [complaint] = await town.complaints()
    await town.acts.move(complaint["id"], State.ARCHIVED, operator="rina", reason="tidak jelas", text="Keterangannya belum cukup.")
    before = len(await town.owed())
    with pytest.raises(ActRefused, match="tidak dapat diubah"):
        await town.acts.move(complaint["id"], State.OUT_OF_SCOPE, operator="rina", text="bukan kami")
    assert len(await town.owed()) == before


async def test_editing_never_touches_the_first_words(town: Town):
    """The operator's text stands beside the citizen's."""
    await town.say(LAMP)
    [complaint] = await town.complaints()
    await town.acts.edit(complaint["id"], operator="rina", title="Lampu PJU padam", body="Lampu PJU padam di Jl. Gatot Subroto.")
    [edited] = await town.complaints()
    assert (edited["first_words"], edited["title"]) == (LAMP, "Lampu PJU padam")


async def test_somebody_elses_change_is_noticed(town: Town):
    """Two operators on one complaint: the second one's click is refused, kindly."""
    await town.say(LAMP)
    [complaint] = await town.complaints()
    await town.acts.edit(complaint["id"], operator="rina", title="Judul lain")
    with pytest.raises(ActRefused, match="orang lain"):
        await town.acts.move(complaint["id"], State.VERIFIED, operator="budi", version=complaint["version"])
