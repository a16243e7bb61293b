"""Several doors, one owner; over both engines."""

from __future__ import annotations

from typing import Any

import pytest
from test_choices import kinds
from test_taking import LAMP
from town import Town

from config import load
from config.load import SettingsError
from config.settings import Settings
from dispatcher.acts import ActRefused
from normalizer.complaint import State


async def doors(town: Town) -> list[tuple[str, list[str]]]:
    lanes = [row["lane"] for row in await town.owed("forward") if row["state"] == "owed"]
    return [(row["door"], lanes) for row in await town.complaints()]


LAMPS, ROADS = "penerangan_jalan", "jalan_rusak"


async def test_a_category_has_its_door(db: Any, tmp_path: Any):
    """The owner is known from the beginning."""
    town = Town(db, tmp_path, routes={"categories": {LAMPS: "pju"}})
    await town.say(LAMP)
    await town.say("laporan baru: aspal jalan berlubang di depan pasar")
    assert [door for door, _ in await doors(town)] == ["pju", "kota"]


async def test_the_owner_follows_until_it_left(db: Any, tmp_path: Any):
    """An operator corrects the category while it settles; afterwards the owner stays."""
    town = Town(db, tmp_path, routes={"categories": {ROADS: "pju"}})
    await town.say(LAMP)
    [complaint] = await town.complaints()
    await town.acts.edit(complaint["id"], operator="sari", category=ROADS)
    assert await doors(town) == [("pju", ["forward:pju"])]
    assert "rerouted" in await kinds(town)
    await town.acts.edit(complaint["id"], operator="sari", category=LAMPS)
    town.later(minutes=1)
    await town.pay(town.forward_lane)
    assert len(town.city.taken) == 1
    await town.acts.edit(complaint["id"], operator="sari", category=ROADS)
    assert await doors(town) == [("kota", [])]


async def test_after_it_left_only_a_person_moves_it(db: Any, tmp_path: Any):
    """With a reason; the other door gets all of it under the same number."""
    town = Town(db, tmp_path, routes={"categories": {ROADS: "pju"}})
    await town.say(LAMP)
    town.later(minutes=1)
    await town.pay(town.forward_lane)
    [complaint] = await town.complaints()
    for door, reason in (("antah", "salah alamat"), ("pju", " "), ("kota", "salah alamat")):
        with pytest.raises(ActRefused):
            await town.acts.hand_over(complaint["id"], door, reason, operator="sari")
    await town.acts.hand_over(complaint["id"], "pju", "salah alamat", operator="sari")
    assert await doors(town) == [("pju", ["forward:pju"])]
    assert (await town.complaints())[0]["door_reference"] is None


async def test_the_desk_leads_on_by_agency(db: Any, tmp_path: Any):
    """Lying on our own desk is not having left: the disposition decides."""
    profile = load.profile(Settings())
    agency = list(profile.agencies)[-1]
    town = Town(db, tmp_path, door="desk", routes={"agencies": {agency: "kota"}})
    await town.say(LAMP)
    [complaint] = await town.complaints()
    if complaint["door"] == "desk":
        await town.acts.move(complaint["id"], State.ASSIGNED, operator="sari", agency=agency)
    assert (await doors(town))[0] == ("kota", ["forward:kota"])


def test_a_route_that_leads_from_nowhere_is_named():
    """With the nearest one that exists."""
    with pytest.raises(SettingsError, match=r"routes\.agencies"):
        load.profile(Settings(profile_overrides={"routes": {"agencies": {"dinas_antah": "kota"}}}))
