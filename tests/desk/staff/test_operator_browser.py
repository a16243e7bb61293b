"""The desk in a real browser, on a phone and on a wide screen: nothing overflows, nothing is blocked, the keyboard is enough."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright
from seeding import seed, trouble
from staging import NOW, PASSWORD, Stage

from normalizer.complaint import State
from store.operators import Role
from store.tables import OutboxRow

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
SHOTS = os.environ.get("SATUPINTU_SHOTS")


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not here")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def opened(chromium: Chromium, width: int, complaints: list[str]) -> Page:
    page = await chromium.new_page(viewport={"width": width, "height": 800}, locale="id-ID")
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


async def shot(page: Page, name: str) -> None:
    """No sideways scrolling; with SATUPINTU_SHOTS set, a picture to look at."""
    if SHOTS:
        size = page.viewport_size
        assert size
        await page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"


async def pictures(page: Page) -> None:
    """Every picture is there (polled from outside: the page's policy forbids eval)."""
    for _ in range(100):
        if await page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth)"):
            return
        await asyncio.sleep(0.05)
    pytest.fail("a picture did not load")


async def sign_in(page: Page, stage: Stage, name: str = "rina") -> None:
    await page.goto(stage.url("/desk/"))
    await page.fill("#name", name)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#daftar")


@pytest.mark.parametrize("width", [360, 1440])
async def test_every_page_fits_and_nothing_is_blocked(stage: Stage, chromium: Chromium, width: int) -> None:
    """At 360 and at 1440 pixels no page scrolls sideways, and the strict content policy blocks nothing of ours."""
    await stage.add_operator("rina", Role.SUPERVISOR)
    number = await seed(stage)
    await trouble(stage)
    errors: list[str] = []
    page = await opened(chromium, width, errors)
    await page.goto(stage.url("/desk/login"))
    await shot(page, "login")
    await sign_in(page, stage)
    await shot(page, "list")
    await page.goto(stage.url(f"/desk/pengaduan/{number}"))
    await pictures(page)
    await shot(page, "complaint")
    for name, path in (
        ("entry", "/desk/entri"),
        ("health", "/desk/kesehatan"),
        ("pockets", "/desk/karantina"),
        ("uncertain", "/desk/karantina?kantong=uncertain"),
        ("receipt", f"/desk/pengaduan/{number}/tanda-terima"),
    ):
        await page.goto(stage.url(path))
        await shot(page, name)
    await page.goto(stage.url("/desk/karantina"))
    await page.click("text=Lihat isi >> nth=0")
    await page.wait_for_selector("pre")
    await shot(page, "raw")
    assert errors == []


async def test_an_operator_verifies_with_the_keyboard_and_the_list_is_fresh(stage: Stage, chromium: Chromium) -> None:
    """From the list to a verified complaint without a mouse; another open list shows it without a reload, and so does what is stuck."""
    await stage.add_operator("rina", Role.OPERATOR)
    await stage.add_complaint(title="Lampu jalan mati", reply_address="1")
    errors: list[str] = []
    page, other = await opened(chromium, 1440, errors), await opened(chromium, 1440, errors)
    await sign_in(page, stage)
    await sign_in(other, stage)
    await other.wait_for_selector(".line >> text=Diterima")
    await page.focus(".line a")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/pengaduan/**")
    await page.focus(".act.primary button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".flash")
    assert "Terverifikasi" in await page.inner_text(".case")
    await other.wait_for_selector(".line >> text=Terverifikasi")
    badge = other.locator(".rooms [data-waiting]")
    assert not await badge.is_visible()
    await stage.add(OutboxRow(key="d1", kind="reply", lane="reply:surat", order_key="d", state="dead", created_at=NOW, due_at=NOW))
    stage.desk.bell.ring("desk")
    await badge.filter(has_text="1").wait_for()
    assert errors == []


async def test_everything_works_without_javascript(stage: Stage, chromium: Chromium) -> None:
    """On an old phone: sign in, filter, open, answer, and read what became of it."""
    await stage.add_operator("rina", Role.OPERATOR)
    await stage.add_complaint(title="Lampu jalan mati", channel="email", reply_address="1")
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = await context.new_page()
    await sign_in(page, stage)
    await page.click("summary:has-text('Saring')")
    await page.select_option("#f-channel", "email")
    await page.click("text=Terapkan")
    await page.click("text=Lampu jalan mati")
    await page.click("summary:has-text('Tanggapi')")
    await page.fill("#text-answered", "Sudah kami perbaiki.")
    await page.click("button:has-text('Tanggapi')")
    assert "Ditanggapi" in await page.inner_text(".case")
    assert "Sudah kami perbaiki." in await page.inner_text(".timeline")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_opened_and_refused(stage: Stage, chromium: Chromium, scheme: str) -> None:
    """Personal data opened with a reason, and an act that came too late: both readable in both schemes, in English too."""
    await stage.add_operator("rina", Role.OPERATOR)
    number = await seed(stage)
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = await context.new_page()
    await sign_in(page, stage)
    await page.goto(stage.url(f"/desk/pengaduan/{number}?lang=en"))
    await page.click("summary:has-text('Open personal data')")
    await page.fill("#why", "call the reporter")
    await page.click("text=Open this once")
    await page.wait_for_selector("text=Siti Rahmawati")
    await page.click("summary:has-text('Edit')")
    await shot(page, f"revealed-{scheme}")
    await page.goto(stage.url(f"/desk/pengaduan/{number}"))
    await page.click("summary:text-is('Answer')")
    await page.fill("#text-answered", "We will fill the hole on Monday.")
    await stage.desk.acts.move(9, State.VERIFIED, operator="tono")
    await page.click("button:text-is('Answer')")
    await page.wait_for_selector("[role=alert]")
    assert await page.input_value("#text-answered") == "We will fill the hole on Monday."
    await shot(page, f"refused-{scheme}")
    await context.close()


async def test_writing_an_answer_to_the_chat_is_told_now_and_then(stage: Stage, chromium: Chromium) -> None:
    """The first letter tells that somebody writes, the next ones within seconds do not; another channel is never told."""
    await stage.add_operator("rina", Role.OPERATOR)
    errors: list[str] = []
    page = await opened(chromium, 1440, errors)
    await sign_in(page, stage)
    told: list[int] = []
    page.on("response", lambda answer: told.append(answer.status) if answer.url.endswith("/mengetik") else None)
    for channel in ("telegram", "webchat"):
        number = await stage.add_complaint(state=State.IN_PROGRESS, channel=channel, conversation=f"{channel}:a:1", reply_address="1")
        await page.goto(stage.url(f"/desk/pengaduan/{number}"))
        field = page.locator("#text-answered")
        if not await field.is_visible():
            await page.locator("details.act", has=field).locator("summary").first.click()
        await field.click()
        if channel == "webchat":
            async with page.expect_response("**/mengetik", timeout=10_000):
                await field.press_sequentially("S")
        await field.press_sequentially("udah")
    assert told == [204]
    assert errors == []
