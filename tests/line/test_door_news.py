"""What a door tells: once, forward in time, and only what is meant for the citizen; over both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from test_additions import handed_over
from town import START, Town

from dispatcher import news
from dispatcher.doors.contract import DoorUpdate
from normalizer.complaint import State

AGENCY = "dishub"


def update(minutes: int, **more: Any) -> DoorUpdate:
    """Told so many minutes after the start."""
    return DoorUpdate(**{"external_id": f"u{minutes}", "at": START + timedelta(minutes=minutes), "reference": "ref-1"} | more)


async def hear(town: Town, *updates: DoorUpdate) -> int:
    def write(connection: Any) -> int:
        return sum(news.apply(connection, town.profile, town.replies, "kota", each, town.now) for each in updates)

    return await town.db.write(write)


async def told(town: Town) -> list[str]:
    town.channel.sent.clear()
    await town.pay()
    return [reply.text for reply in town.channel.sent]


async def state(town: Town) -> str:
    return str((await town.complaints())[0]["state"])


async def begun(town: Town) -> str:
    await handed_over(town)
    await town.pay()
    return next(iter(town.profile.agencies))


async def test_a_disposition_names_its_agency(town: Town):
    """To the citizen and on the complaint, also where the door tells the agency only."""
    await begun(town)
    first, second = list(town.profile.agencies)[:2]
    agency = second if (await town.complaints())[0]["agency"] == first else first
    assert await hear(town, update(5, agency=agency)) == 1
    [complaint] = await town.complaints()
    assert (complaint["state"], complaint["agency"]) == ("assigned", agency)
    assert town.profile.agencies[agency].name in (await told(town))[0]


async def test_an_agency_that_the_city_does_not_know_changes_nothing(town: Town):
    """The city's names are the profile's."""
    await begun(town)
    before = (await town.complaints())[0]["agency"]
    await hear(town, update(5, state=State.IN_PROGRESS, agency="dinas_antah"))
    assert ((await town.complaints())[0]["agency"], await state(town)) == (before, "in_progress")


async def test_older_news_does_not_move_the_state_back(town: Town):
    """It stands in the timeline, and nobody is told."""
    await begun(town)
    await hear(town, update(30, state=State.CLOSED, public_text="Sudah diganti"), update(10, state=State.IN_PROGRESS, public_text="Dicek"))
    assert await state(town) == "closed"
    rows = await town.rows("SELECT kind, note, public_text FROM timeline WHERE source = 'kota' ORDER BY id")
    assert [row["kind"] for row in rows] == ["forwarded", "state", "news"]
    assert "lebih lama" in rows[-1]["note"]
    texts = await told(town)
    assert len(texts) == 1
    assert "Sudah diganti" in texts[0]


async def test_the_same_news_changes_nothing_twice(town: Town):
    """An overlapping window tells it again and again."""
    await begun(town)
    one = update(5, public_text="Petugas menuju lokasi")
    assert [await hear(town, one) for _ in range(3)] == [1, 0, 0]
    assert len(await told(town)) == 1


async def test_words_without_a_new_state_reach_the_citizen(town: Town):
    """And leave the state alone."""
    await begun(town)
    await hear(town, update(5, public_text="Petugas menuju lokasi"))
    assert "Petugas menuju lokasi" in (await told(town))[0]
    assert await state(town) == "received"


async def test_a_note_stays_inside(town: Town):
    """Also where the state asks for words and the door has none for the citizen."""
    await begun(town)
    await hear(town, update(5, state=State.ANSWERED, note="pelapor cerewet"), update(6, state=State.ARCHIVED, note="titipan pak kadis"))
    texts = "\n".join(await told(town))
    assert texts
    assert "cerewet" not in texts
    assert "titipan" not in texts


async def test_a_second_answer_is_told_too(town: Town):
    """The agency corrects itself."""
    await begun(town)
    await hear(town, update(5, state=State.ANSWERED, public_text="Besok"), update(6, state=State.ANSWERED, public_text="Ternyata lusa"))
    assert "Ternyata lusa" in (await told(town))[-1]


async def test_once_a_day_the_door_is_asked_from_the_beginning(town: Town):
    """In between by its cursor."""
    await begun(town)
    for _ in range(3):
        await news.pull(town.city, town.tools, town.profile, town.replies)
        town.later(hours=11)
    await news.pull(town.city, town.tools, town.profile, town.replies)
    assert [cursor is None for cursor in town.city.cursors] == [True, False, False, True]
