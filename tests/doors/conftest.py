from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from config.profile import Agency, Category, Profile, RuleSet
from config.settings import DoorSettings
from demo.bad_day import BadDay
from demo.open311 import Open311
from dispatcher.doors import registry
from dispatcher.doors.contract import Door
from tests.doors.kinds import KINDS


@pytest.fixture
def profile() -> Profile:
    return Profile(
        name="Kota Cimahi",
        office="Diskominfo Kota Cimahi",
        prefix="CMH",
        region_code="32.77",
        zone="Asia/Jakarta",
        zone_name="WIB",
        privacy_contact="kominfo@example.go.id",
        rules=(RuleSet(name="uji", effective_from=date(2020, 1, 1), verify=3, first_follow_up=5, resolve={}, auto_close=10),),
        agencies={"dishub": Agency(name="Dinas Perhubungan", short="Dishub")},
        categories={
            "lampu": Category(name="Lampu jalan", agency="dishub", open311_code="lampu"),
            "lain": Category(name="Lain-lain", agency="dishub"),
        },
        default_agency="dishub",
        emergency_words=(),
        texts={"id": {}},
    )


@pytest.fixture
async def city() -> AsyncIterator[Open311]:
    running = Open311(api_key="kunci-rahasia-311", codes={"umum": "Umum", "lampu": "Lampu jalan"})
    running.base = await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def open311(city: Open311, profile: Profile) -> AsyncIterator[Door]:
    settings = DoorSettings(kind="open311", base=city.base, api_key="kunci-rahasia-311", default_service="umum", timeout=1)
    door = registry.build("kota", settings, profile)
    yield door
    await door.aclose()


@pytest.fixture(params=[pytest.param(name, marks=kind.marks) for name, kind in KINDS.items()])
async def door(request: pytest.FixtureRequest, profile: Profile) -> AsyncIterator[Door]:
    """Every door of the registry, ready to take complaints."""
    async with KINDS[request.param].ready(request) as settings:
        made = registry.build("kota", settings, profile)
        yield made
        await made.aclose()


@pytest.fixture
async def bad_day() -> AsyncIterator[BadDay]:
    made = BadDay()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture(params=[name for name, kind in KINDS.items() if kind.astray])
async def astray(request: pytest.FixtureRequest, profile: Profile, bad_day: BadDay) -> AsyncIterator[Door]:
    """Every door that talks to somebody, with a bad day at the other end."""
    at = KINDS[request.param].astray
    assert at is not None
    made = registry.build("kota", at(bad_day.port), profile)
    yield made
    await made.aclose()
