"""What a citizen does after the complaint was handed over reaches its door, once and in order; over both engines."""

from __future__ import annotations

from typing import Any

import pytest
from test_choices import kinds, number_of, press
from test_taking import LAMP
from town import Town

from connectors.errors import Unreachable
from dispatcher.adding import owe_addition
from dispatcher.doors.contract import Addition

MORE = "Tambahan: tiangnya juga miring ke arah rumah nomor 12"


async def handed_over(town: Town) -> None:
    await town.say(LAMP)
    town.later(minutes=1)
    await town.pay(town.forward_lane)


async def passed_on(town: Town) -> list[tuple[Addition, str | None]]:
    town.later(minutes=1)
    await town.pay(town.add_lane)
    return [(added.kind, added.text) for _, added in town.city.added]


async def test_more_words_travel_to_the_door(town: Town):
    """With the door's own number, and the timeline says so."""
    await handed_over(town)
    await town.say(MORE)
    assert await passed_on(town) == [(Addition.SUPPLEMENT, MORE)]
    [(_, added)] = town.city.added
    assert (added.reference, added.tracking_number) == ("ref-1", (await town.complaints())[0]["tracking_number"])
    assert (await kinds(town))[-1] == "passed_on"


async def test_what_the_complaint_carried_itself_is_not_told_again(town: Town):
    """Words that came while it settled stand in the filing."""
    await town.say(LAMP)
    await town.say(MORE)
    town.later(minutes=1)
    await town.pay(town.forward_lane)
    assert MORE in town.city.filings[0].complaint.body
    assert await passed_on(town) == []
    assert [row["state"] for row in await town.owed("add")] == ["done"]


async def test_additions_wait_for_the_complaint_and_for_each_other(town: Town):
    """The door is away: nothing overtakes."""
    town.city.failures = [Unreachable("mati")]
    await handed_over(town)
    await town.say(MORE)
    town.later(seconds=1)
    await town.pay(town.add_lane)
    assert town.city.added == []
    town.later(minutes=10)
    await town.pay(town.forward_lane)
    await town.say("Satu lagi: kabelnya menjuntai", in_reply_to=None)
    await press(town, "anonim", await number_of(town))
    town.city.failures = [Unreachable("mati")]
    town.later(minutes=1)
    await town.pay(town.add_lane)
    kept = await passed_on(town)
    town.later(hours=1)
    kept = await passed_on(town)
    assert [kind for kind, _ in kept][-1] is Addition.HIDDEN
    assert town.city.added[-1][1].complaint.anonymous


async def test_a_lost_answer_is_repeated_only_where_the_key_makes_it_harmless(town: Town):
    """Same key both times."""
    await handed_over(town)
    await town.say(MORE)
    town.city.failures = [Unreachable("jawaban hilang", certain=False)]
    await passed_on(town)
    await passed_on(town)
    assert len(town.city.added) == 2
    assert len({key for key, _ in town.city.added}) == 1


async def test_a_lost_answer_goes_to_a_person_elsewhere(town: Town):
    """Rather a question than the same words twice."""
    town.city.adds_once = False
    await handed_over(town)
    await town.say(MORE)
    town.city.failures = [Unreachable("jawaban hilang", certain=False)]
    await passed_on(town)
    await passed_on(town)
    assert [row["state"] for row in await town.owed("add")] == ["uncertain"]
    assert len(town.city.added) == 1


async def test_what_a_person_found_at_the_door_takes_additions(town: Town):
    """The outcome of the forward was never learnt; somebody looked and it was there."""
    town.city.can_find = False
    town.city.failures = [Unreachable("jawaban hilang", certain=False)]
    await handed_over(town)
    [row] = await town.owed("forward")
    assert row["state"] == "uncertain"
    await town.acts.settle_uncertain(row["id"], sent=True, operator="rina")
    await town.say(MORE)
    assert await passed_on(town) == [(Addition.SUPPLEMENT, MORE)]
    assert town.city.added[0][1].reference == ""
    assert "forwarded" in await kinds(town)


async def test_a_door_without_additions_leaves_a_task(town: Town):
    """Visible until somebody says that it was passed on."""
    town.city.takes_additions = False
    await handed_over(town)
    await town.say(MORE)
    assert await passed_on(town) == []
    [row] = await town.owed("add")
    assert (row["state"], (await kinds(town))[-1]) == ("by_hand", "by_hand")
    assert "sampaikan sendiri" in row["last_error"]
    await town.acts.settle_uncertain(row["id"], sent=True, operator="rina")
    assert [each["state"] for each in await town.owed("add")] == ["done"]


async def test_a_good_word_makes_no_task(town: Town):
    """Where the door cannot be told, "beres" and a grade stay with us: there is nothing that anybody has to do."""
    town.city.takes_additions = False
    await handed_over(town)
    complaint = (await town.complaints())[0]
    for kind in (Addition.SOLVED, Addition.RATED):
        assert await town.db.write(lambda c, k=kind: owe_addition(c, complaint, k, key=str(k), now=town.now, rating=5))
    assert await passed_on(town) == []
    assert [row["state"] for row in await town.owed("add")] == ["done", "done"]


async def test_files_are_waited_for(town: Town):
    """A photo that is still being fetched goes with the words, not after them."""
    await handed_over(town)
    await town.photo(words=MORE)
    await passed_on(town)
    assert town.city.added == []
    town.channel.files = {"foto": b"\xff\xd8\xff\xe0 foto"}
    await town.pay(town.fetch_lane)
    assert len(await passed_on(town)) == 1


@pytest.mark.parametrize("command", ["anonim", "rahasia", "bernama", "terbuka"])
async def test_hiding_and_showing_travel(town: Town, command: str):
    """The door learns what the citizen wants now."""
    await handed_over(town)
    before = {"bernama": "anonim", "terbuka": "rahasia"}.get(command)
    for each in filter(None, (before, command)):
        await press(town, each, await number_of(town))
    told = await passed_on(town)
    flag = "anonymous" if command in ("anonim", "bernama") else "confidential"
    assert {kind for kind, _ in told} == {Addition.HIDDEN}
    assert getattr(town.city.added[-1][1].complaint, flag) is (before is None)


async def test_withdrawing_after_it_left_tells_the_door(town: Town):
    """Once, however often it is asked."""
    await handed_over(town)
    for _ in range(2):
        await press(town, "cabut", await number_of(town))
    assert await passed_on(town) == [(Addition.WITHDRAWN, None)]


async def test_the_desk_needs_no_telling(db: Any, tmp_path: Any):
    """Its own timeline shows it."""
    town = Town(db, tmp_path, door="desk")
    await town.say(LAMP)
    await town.say(MORE)
    assert await town.owed("add") == []
