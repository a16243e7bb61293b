"""The settings as axe-core and a person without a mouse see them: every page, narrow and wide, in both languages."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser as Chromium
from staging import Stage
from test_operator_accessible import nothing_serious
from test_operator_browser import chromium, shot, sign_in  # noqa: F401

from store.operators import Role

pytestmark = pytest.mark.browser
PATHS = ("", "/teks", "/teks/ack", "/rute", "/rute/jalan_rusak", "/instansi", "/instansi/baru", "/libur", "/jam")


@pytest.mark.parametrize(("width", "language"), [(360, "id"), (1440, "en")])
async def test_settings_are_for_everybody(stage: Stage, chromium: Chromium, width: int, language: str) -> None:  # noqa: F811
    """Nothing serious on any page, nothing scrolls sideways, a text is changed with the keyboard and a refusal says why beside it."""
    await stage.add_operator("rina", Role.ADMIN)
    context = await chromium.new_context(viewport={"width": width, "height": 800}, locale="id-ID", java_script_enabled=True)
    page = await context.new_page()
    await sign_in(page, stage)
    await page.goto(stage.url(f"/desk/?lang={language}"))
    await page.goto(stage.url("/desk/pengaturan/teks/thanks"))
    await page.fill("#t-id", "Sama-sama {siapa}.")
    await page.press("#t-id", "Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[role=alert]")
    assert await page.get_attribute("#t-id", "aria-invalid") == "true"
    await nothing_serious(page)
    await shot(page, f"settings-refused-{width}-{language}")
    await page.fill("#t-id", "Sama-sama, warga {city}.")
    await page.press("#t-id", "Enter")
    await page.focus("#t-id")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[role=status]")
    for path in PATHS:
        await page.goto(stage.url(f"/desk/pengaturan{path}"))
        await nothing_serious(page)
        await shot(page, f"settings{path.replace('/', '-')}-{width}-{language}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await context.close()
