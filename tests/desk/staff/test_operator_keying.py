"""The worklist on the desk: one complaint in LAPOR!'s order, who hid is marked and not named, the Tracking ID brings the next."""

from __future__ import annotations

import aiohttp
import pytest
from playwright.async_api import Browser as Chromium
from sqlmodel import select
from staging import NOW, PASSWORD, Browser, Stage
from test_operator_browser import chromium, shot  # noqa: F401

from normalizer import tracking
from store.operators import Role
from store.people import AuditRow
from store.tables import ComplaintRow


async def listed(stage: Stage, **values: object) -> str:
    """A complaint that waits on the worklist; its printed number."""
    n = next(stage.draws)
    number = tracking.compose("CMH", [n, 7, 7, 5, 9, 30, 2])
    given = {"tracking_number": number, "door": "worklist", "door_reference": f"token:{number}", "forwarded_at": NOW} | values
    await stage.add_complaint(**given)
    return tracking.printed(number)


async def test_one_at_a_time_until_none_is_left(stage: Stage, operator: Browser) -> None:
    """The oldest first; put off it comes last; the number typed back brings the next; at the end the page says so. Each look is kept."""
    one, two = await listed(stage), await listed(stage)
    _, html = await operator.get("/desk/kerja")
    assert one in html
    assert "2 laporan belum dimasukkan" in html
    assert "081234567890" in html, "who keys it in needs the words as they are"
    _, html = await operator.post(f"/desk/kerja/{one}", {"act": "later"}, page="/desk/kerja")
    assert f"/desk/kerja/{two}" in html
    status, html = await operator.post(f"/desk/kerja/{two}", {"reference": "12"}, page="/desk/kerja")
    assert status == 409
    assert "tujuh angka" in html
    assert 'value="12"' in html
    _, html = await operator.post(f"/desk/kerja/{two}", {"reference": "1234567"}, page="/desk/kerja")
    assert "Tracking ID 1234567 tercatat" in html
    assert f"/desk/kerja/{one}" in html
    _, html = await operator.post(f"/desk/kerja/{one}", {"reference": "7654321"}, page="/desk/kerja")
    assert "Semua sudah dimasukkan" in html
    assert sorted(row.door_reference or "" for row in await stage.read(select(ComplaintRow))) == ["1234567", "7654321"]
    acts = [row.action for row in await stage.read(select(AuditRow)) if row.action in ("keying", "keyed")]
    assert acts.count("keyed") == 2
    assert acts.count("keying") >= 4


async def test_who_hid_is_marked_and_an_anonymous_reporter_not_named(stage: Stage, operator: Browser) -> None:
    """The marks stand in words; the name of an anonymous reporter is not on the page."""
    await listed(stage, anonymous=True, confidential=True)
    _, html = await operator.get("/desk/kerja")
    assert "ANONIM." in html
    assert "RAHASIA." in html
    assert "Siti Rahmawati" not in html


async def test_only_operators_and_only_what_is_listed(stage: Stage, operator: Browser) -> None:
    """A complaint of the desk is not there to be keyed in; a viewer is turned away."""
    status, _ = await operator.get(f"/desk/kerja?nomor={await stage.add_complaint()}")
    assert status == 404
    await stage.add_operator("vera", Role.VIEWER)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        viewer = Browser(stage, http)
        await viewer.sign_in("vera")
        status, _ = await viewer.get("/desk/kerja")
    assert status == 403


@pytest.mark.browser
async def test_keys_and_copying_in_a_real_browser(stage: Stage, chromium: Chromium) -> None:  # noqa: F811
    """C copies field after field, capitals are put right, N puts off, Enter keeps; nothing is wider than the screen."""
    await stage.add_operator("rina", Role.OPERATOR)
    one = await listed(stage, title="JALAN RUSAK PARAH. MOHON DIPERBAIKI", confidential=True)
    two = await listed(stage)
    context = await chromium.new_context(viewport={"width": 360, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(stage.url("/desk/login"))
    await page.fill("#name", "rina")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("details.me:visible")
    for width in (360, 1440):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(stage.url("/desk/kerja"))
        await shot(page, "kerja")
    await page.click("[data-case=f-title]")
    for label in ("Klasifikasi", "Judul"):
        await page.keyboard.press("c")
        await page.wait_for_selector(f"#copied:has-text('{label}')")
    assert await page.evaluate("navigator.clipboard.readText()") == "Jalan rusak parah. Mohon diperbaiki"
    await page.keyboard.press("n")
    await page.wait_for_selector(f"text={two}")
    await page.fill("#reference", "1234567")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(f"h2 >> text={one}")
    await context.close()
