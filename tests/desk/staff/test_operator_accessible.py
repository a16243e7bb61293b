"""The desk as axe-core and the keyboard see it: inbox, one complaint, triage, the list of keys; narrow and wide, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page
from seeding import seed, trouble
from staging import Stage
from test_operator_browser import chromium, shot, sign_in  # noqa: F401
from test_operator_triage import waiting

from store.operators import Role

pytestmark = pytest.mark.browser


async def nothing_serious(page: Page) -> None:
    found = (await Axe().run(page)).response["violations"]
    serious = [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark"), (1440, "light"), (360, "dark")])
async def test_axe_finds_nothing_serious(stage: Stage, chromium: Chromium, width: int, scheme: str) -> None:  # noqa: F811
    """Contrast, names, roles and structure hold on every screen of the daily work, and no page asks anybody else for anything."""
    await stage.add_operator("rina", Role.OPERATOR)
    number = await seed(stage)
    await trouble(stage)
    await waiting(stage, "@kota lampu di Jl. Sangkuriang mati, gelap sekali kalau malam")
    look = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce", "locale": "id-ID"}
    context = await chromium.new_context(**look)  # type: ignore[arg-type]
    page = await context.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    await sign_in(page, stage)
    await page.click("summary:has-text('Saring')")
    for name, path in (("inbox", None), ("one", f"/desk/pengaduan/{number}"), ("triage", "/desk/triase"), ("none", "/desk/?q=zzzz")):
        if path:
            await page.goto(stage.url(path))
        await nothing_serious(page)
        await shot(page, f"{name}-{scheme}")
    await page.keyboard.press("?")
    await page.wait_for_selector("dialog[open]")
    await nothing_serious(page)
    await shot(page, f"keys-{scheme}")
    assert asked == {stage.url("/").split("/")[2]}
    await context.close()


async def test_triage_and_taking_need_four_keys(stage: Stage, chromium: Chromium) -> None:  # noqa: F811
    """Y accepts, N does not, J and K move; on the list J goes down; on a complaint M takes it."""
    await stage.add_operator("rina", Role.OPERATOR)
    number = await stage.add_complaint(title="Lampu jalan mati")
    for n in range(3):
        await waiting(stage, f"pesan nomor {n}", f"200712939460198400{n}")
    page = await chromium.new_page()
    await sign_in(page, stage)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/pengaduan/{number}")
    await page.keyboard.press("m")
    await page.wait_for_selector("text=Sekarang ditangani rina")
    await page.goto(stage.url("/desk/triase"))
    await page.keyboard.press("j")
    await page.wait_for_selector("text=pesan nomor 1")
    await page.keyboard.press("n")
    await page.wait_for_selector("text=pesan nomor 2")
    await page.keyboard.press("k")
    await page.wait_for_selector("text=pesan nomor 0")
    await page.keyboard.press("y")
    await page.wait_for_selector("text=pesan nomor 2")
    await page.close()
