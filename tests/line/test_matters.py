"""The same matter from many citizens: grouped for the desk, each with their own number, and nobody is told of anybody else."""

from __future__ import annotations

import pytest
from test_taking import value
from town import Town

from connectors.contract import Sender
from dispatcher import grouping
from dispatcher.acts import ActRefused
from normalizer.tracking import printed
from store import groups, matters

HOLE = "Jalan berlubang besar di Jl. Gandawijaya depan pasar, motor sering jatuh"
ALSO = "min ada lubang besar di jl gandawijaya dekat pasar, jalan rusak bikin motor jatuh"
FLOOD = "BANJIR DI KELURAHAN MELONG AIR SELUTUT MASUK RUMAH WARGA"


async def tell(town: Town, who: int, words: str, **more: object) -> None:
    values = {"talk": f"telegram:bot:{who}", "reply_address": str(who), "external_id": f"{who}:{town.now.timestamp()}", **more}
    await town.say(words, **{"sender": Sender(id=str(who), name=f"Warga {who}"), **values})


async def matter_ids(town: Town) -> list[int | None]:
    return [row["matter_id"] for row in await town.complaints()]


async def test_two_citizens_one_hole(town: Town):
    """Grouped by themselves; two numbers, and neither answer says a word of the other."""
    await tell(town, 1, HOLE)
    town.later(hours=5)
    await tell(town, 2, ALSO)
    first, second = await town.complaints()
    assert first["matter_id"] == second["matter_id"] is not None
    assert {first["matter_by"], second["matter_by"]} == {"system"}
    answers = {value(debt["payload"])["address"]: value(debt["payload"])["text"] for debt in await town.owed()}
    assert printed(first["tracking_number"]) in answers["1"]
    assert printed(second["tracking_number"]) in answers["2"]
    assert printed(first["tracking_number"]) not in answers["2"]


async def test_another_street_or_another_week_stays_alone(town: Town):
    """What is not surely the same is not grouped."""
    await tell(town, 1, HOLE)
    await tell(town, 2, HOLE.replace("Gandawijaya", "Sangkuriang"))
    town.later(days=20)
    await tell(town, 3, HOLE)
    assert await matter_ids(town) == [None, None, None]
    assert await town.rows("SELECT * FROM hints") == []


async def test_the_place_comes_later(town: Town):
    """Asked for the place, the citizen says it: then the complaint finds its like."""
    await tell(town, 1, HOLE)
    await tell(town, 2, "Jalan berlubang besar, motor sering jatuh")
    assert await matter_ids(town) == [None, None]
    town.later(minutes=2)
    await tell(town, 2, "di Jl. Gandawijaya depan pasar")
    one, two = await matter_ids(town)
    assert one == two is not None


async def test_in_doubt_a_person_is_asked(town: Town):
    """Another house on the same street: not grouped, but shown to each as perhaps the same; a person joins them, or says no."""
    await tell(town, 1, "Lampu jalan mati di Jl. Gandawijaya No. 12 sudah lama sekali")
    await tell(town, 2, "Lampu jalan mati di Jl. Gandawijaya No. 48 sudah lama sekali")
    await tell(town, 3, "Lampu jalan mati di Jl. Gandawijaya No. 90 sudah lama sekali")
    one, two, three = await town.complaints()
    assert await matter_ids(town) == [None, None, None]
    shown = await town.db.read(lambda session: groups.shown(session, one["id"], None, None))
    assert {each.id for each in shown.perhaps} == {two["id"], three["id"]}
    await town.acts.join(two["id"], one["id"], operator="rina")
    await town.acts.dismiss(three["id"], one["id"], operator="rina")
    again = await town.complaints()
    assert again[0]["matter_id"] == again[1]["matter_id"] is not None
    shown = await town.db.read(lambda session: groups.shown(session, one["id"], again[0]["matter_id"], "rina"))
    assert (shown.size, [each.id for each in shown.others], shown.perhaps) == (2, [two["id"]], [])


async def test_who_was_taken_out_is_not_put_back(town: Town):
    """A person's word counts: later complaints join the others, and the one that was taken out stays alone."""
    for who, words in ((1, HOLE), (2, ALSO)):
        await tell(town, who, words)
    _, second = await town.complaints()
    await town.acts.leave(second["id"], operator="rina")
    with pytest.raises(ActRefused):
        await town.acts.leave(second["id"], operator="rina")
    town.later(hours=1)
    await tell(town, 3, HOLE)
    one, two, three = await matter_ids(town)
    assert (one == three, two) == (True, None)
    first = (await town.complaints())[0]
    await town.acts.confirm(first["id"], operator="rina")
    assert (await town.complaints())[0]["matter_by"] == "rina"


async def test_one_person_by_two_channels(town: Town):
    """The same phone and the same words by another channel: a number of its own, and the desk sees that it is one person."""
    words = "Petugas loket pendaftaran membentak ibu saya dan menolak berkas tanpa alasan"
    await tell(town, 1, words, sender=Sender(id="1", phone="+6281234567890"))
    await tell(town, 2, words + " tolong", sender=Sender(id="2", phone="+6281234567890"), account="lain")
    await tell(town, 3, words, sender=Sender(id="3", phone="+6281234567899"))
    one, two, three = await town.complaints()
    assert one["matter_id"] == two["matter_id"] is not None
    assert three["matter_id"] is None
    shown = await town.db.read(lambda session: groups.shown(session, one["id"], one["matter_id"], "system"))
    assert [(each.id, each.same_person) for each in shown.others] == [(two["id"], True)]
    told = [value(debt["payload"])["text"] for debt in await town.owed() if debt["complaint_id"] == two["id"]]
    assert all(printed(one["tracking_number"]) not in text for text in told)


async def test_a_flood_is_one_matter_at_a_bounded_price(town: Town):
    """Sixty citizens, one flood: one matter, and the last one is compared with no more complaints than the tenth."""
    for who in range(60):
        await tell(town, who, FLOOD)
        town.later(seconds=30)
    assert len(set(await matter_ids(town))) == 1
    keys = [row["key"] for row in await town.rows("SELECT DISTINCT key FROM traces")]
    found = await town.db.write(lambda connection: matters.candidates(connection, keys, besides=0))
    assert 0 < len(found) <= matters.COMPARED
    one = await town.db.write(lambda connection: matters.candidates(connection, keys[:1], besides=0))
    assert len(one) == matters.NEWEST


async def test_fingerprints_fade_and_groups_stay(town: Town):
    """After some weeks nothing can be compared any more: keys and hashes go."""
    await tell(town, 1, HOLE)
    await tell(town, 2, ALSO)
    town.later(days=30)
    assert await town.db.write(lambda connection: matters.fade(connection, town.now - grouping.FADES)) == 2
    assert await town.rows("SELECT * FROM traces") == await town.rows("SELECT * FROM fingerprints") == []
    assert None not in await matter_ids(town)
