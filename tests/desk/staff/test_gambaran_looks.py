"""The picture in a real browser: it fits a phone and a wide screen, and axe-core finds nothing serious."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser as Chromium
from seeding import seed
from staging import Stage
from test_operator_accessible import nothing_serious
from test_operator_browser import chromium, opened, pictures, shot, sign_in  # noqa: F401

from store.operators import Role

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_picture_fits(stage: Stage, chromium: Chromium, width: int) -> None:  # noqa: F811
    """Nothing sideways, every chart there; the rooms are reached by one menu on a phone, and each of them fits in it."""
    await stage.add_operator("rina", Role.OPERATOR)
    await seed(stage)
    errors: list[str] = []
    page = await opened(chromium, width, errors)
    await sign_in(page, stage)
    if width == 360:
        await page.locator("details.menu summary").click()
        await shot(page, "menu")
        await page.locator("details.menu").get_by_role("link", name="Gambaran").click()
        await page.wait_for_url("**/desk/gambaran")
    else:
        await page.goto(stage.url("/desk/gambaran"))
    for each in await page.locator("img.chart").all():
        await each.scroll_into_view_if_needed()
    await pictures(page)
    await nothing_serious(page)
    await shot(page, "gambaran")
    assert errors == []
    await page.close()
