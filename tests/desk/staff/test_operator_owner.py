"""Who looks after a complaint, suggestions accepted with one press, and where it lies."""

from __future__ import annotations

from seeding import rich
from sqlmodel import select
from staging import Browser, Stage

from desk.operator.position import position
from store.people import AuditRow
from store.tables import ComplaintRow, TimelineRow


async def test_taking_and_releasing(stage: Stage, operator: Browser) -> None:
    """Taken, it is in "mine" and on the timeline; the citizen is not told; somebody unknown gets nothing."""
    number = await stage.add_complaint(reply_address="123")
    page = f"/desk/pengaduan/{number}"
    _, html = await operator.post(f"{page}/petugas", {"to": "rina"}, page=page)
    assert "Sekarang ditangani rina." in html
    assert number in (await operator.get("/desk/?view=mine"))[1]
    [event] = await stage.read(select(TimelineRow))
    assert (event.kind, event.note, event.public_text) == ("owner", "rina", None)
    assert [row.action for row in await stage.read(select(AuditRow))] == ["owner"]
    status, html = await operator.post(f"{page}/petugas", {"to": "siapa"}, page=page)
    assert status == 409
    await operator.post(f"{page}/petugas", {"to": ""}, page=page)
    assert number not in (await operator.get("/desk/?view=mine"))[1]


async def test_a_suggestion_is_used_with_one_press(stage: Stage, operator: Browser) -> None:
    """The one that is not in use yet carries the key; using it changes category and agency and leaves the words."""
    number = await rich(stage)
    page = f"/desk/pengaduan/{number}"
    _, html = await operator.get(page)
    assert html.count('data-key="a"') == 1
    before = (await stage.read(select(ComplaintRow)))[0]
    wanted = before.suggestions[1]["category"]
    await operator.post(f"{page}/sunting", {"version": str(before.version), "category": wanted}, page=page)
    after = (await stage.read(select(ComplaintRow)))[0]
    assert (after.category, after.agency, after.body) == (wanted, stage.desk.profile.agency_for(wanted), before.body)


async def test_the_pin_lies_in_the_city(stage: Stage) -> None:
    """The middle is the middle, north is up, and what is far away sticks to the edge and says so."""
    profile = stage.desk.profile.model_copy(update={"map_center": (-6.87, 107.54), "map_radius_km": 5.0})
    middle = position(profile, {"lat": -6.87, "lon": 107.54})
    assert middle is not None
    assert (middle.x, middle.y, middle.inside) == (50, 50, True)
    north, far = position(profile, {"lat": -6.85, "lon": 107.54}), position(profile, {"lat": -6.2, "lon": 106.8})
    assert north is not None
    assert far is not None
    assert north.y < 50 == north.x
    assert not far.inside
    assert 0 <= far.x <= 100
    assert position(profile, {}) is None
