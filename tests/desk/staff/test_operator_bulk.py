"""Many at once on the list: by mouse, by keys, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser as Chromium
from seeding import seed
from sqlmodel import select
from staging import Browser, Stage
from test_operator_accessible import nothing_serious
from test_operator_browser import chromium, opened, shot, sign_in  # noqa: F401

from store.operators import Role
from store.tables import ComplaintRow, OutboxRow


async def states(stage: Stage) -> list[str]:
    return [row.state for row in await stage.read(select(ComplaintRow).order_by("id"))]


async def test_plain_forms_do_all_of_it(stage: Stage, operator: Browser) -> None:
    """Tick all by a link, act, read what was done and what not, undo: without a script. What was typed comes back when it is refused."""
    for n in range(3):
        await stage.add_complaint(title=f"Lampu {n}", reply_address=str(n), state="answered" if n == 2 else "received")
    _, html = await operator.get("/desk/?channel=telegram&pilih=semua")
    ticks = re.findall(r'name="tick" value="([\d.]+)" checked', html)
    assert len(ticks) == 3
    form = {"act": "archive", "tick": ticks[0], "text": "Sudah ditangani.", "key": "k"}
    status, html = await operator.post("/desk/massal?channel=telegram", form, page="/desk/")
    assert status == 422
    assert "Pilih dulu alasannya." in html
    assert "Sudah ditangani." in html
    assert re.findall(r'name="tick" value="([\d.]+)" checked', html) == [ticks[0]]
    many = [("act", "verify"), ("key", "k"), *(("tick", each) for each in (*ticks, "x", "9" * 30, "1"))]
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', html)
    assert token
    status, html = await operator.send("/desk/massal?channel=telegram", [*many, ("csrf", token[1])])
    assert status == 200
    assert "Verifikasi: 2 laporan selesai" in html
    assert "1 tidak, karena:" in html
    assert await states(stage) == ["verified", "verified", "answered"]
    assert len(await stage.read(select(OutboxRow))) == 2
    action = re.search(r'action="(/desk/massal/1/urungkan[^"]*)"', html)
    assert action
    assert action[1].endswith("?channel=telegram")
    status, html = await operator.send(action[1], {"csrf": token[1]})
    assert "2 diurungkan" in html
    assert await states(stage) == ["received", "received", "answered"]
    assert await stage.read(select(OutboxRow)) == []
    assert (await operator.send("/desk/massal/77/urungkan", {"csrf": token[1]}))[0] == 404


async def test_nobody_sees_or_undoes_what_another_did(stage: Stage, operator: Browser) -> None:
    """The sheet and the undo belong to who acted; a viewer has neither ticks nor the bar."""
    await stage.add_complaint()
    await operator.post("/desk/massal", {"act": "verify", "tick": "1.1", "key": "k"}, page="/desk/")
    await stage.add_operator("budi", Role.OPERATOR)
    await operator.post("/desk/logout", {}, page="/desk/")
    await operator.sign_in("budi")
    assert "laporan selesai" not in (await operator.get("/desk/?massal=1"))[1]
    assert (await operator.post("/desk/massal/1/urungkan", {}, page="/desk/"))[0] == 404
    assert await states(stage) == ["verified"]
    await stage.add_operator("pak", Role.VIEWER)
    await operator.post("/desk/logout", {}, page="/desk/")
    await operator.sign_in("pak")
    html = (await operator.get("/desk/"))[1]
    assert 'name="tick"' not in html
    assert 'id="massal"' not in html


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
async def test_ticks_by_keys_outlive_the_refreshing_list(stage: Stage, chromium: Chromium, width: int) -> None:  # noqa: F811
    """J and X tick, something new comes in and the ticks stay; one press acts, U takes it back. Axe finds nothing serious."""
    await stage.add_operator("rina", Role.OPERATOR)
    await seed(stage)
    errors: list[str] = []
    page = await opened(chromium, width, errors)
    await sign_in(page, stage)
    assert not await page.is_visible("#massal")
    for _ in range(2):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await page.wait_for_selector("text=2 laporan dicentang")
    await stage.add_complaint(title="Baru masuk saat dicentang")
    stage.desk.bell.ring("desk")
    await page.wait_for_selector("text=Baru masuk saat dicentang")
    assert await page.locator(".tick input:checked").count() == 2
    await page.click("#massal summary:has-text('Disposisi')")
    await page.select_option("#bulk-agency", index=1)
    await nothing_serious(page)
    await shot(page, f"bulk-{width}")
    await page.click("#massal button:text-is('Disposisi')")
    await page.wait_for_selector(".bulk-result")
    await nothing_serious(page)
    await shot(page, f"bulk-done-{width}")
    assert (await states(stage)).count("assigned") == 3
    await page.keyboard.press("u")
    await page.wait_for_selector("text=2 diurungkan")
    assert (await states(stage)).count("assigned") == 1
    await page.click("[data-all]")
    assert await page.locator(".tick input:not(:checked)").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert errors == []
