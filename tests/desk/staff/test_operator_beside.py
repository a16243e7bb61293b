"""Two people and one complaint: each knows of the other, and neither overwrites the other."""

from __future__ import annotations

import re

import aiohttp
import pytest
from playwright.async_api import Browser as Chromium
from sqlmodel import select
from staging import Browser, Stage, csrf_of
from test_operator_accessible import nothing_serious
from test_operator_browser import chromium, opened, shot, sign_in  # noqa: F401

from normalizer.complaint import State
from store.operators import Role
from store.presences import PresenceRow
from store.tables import ComplaintRow


async def test_an_overtaken_form_does_nothing_and_says_what_happened(stage: Stage, operator: Browser) -> None:
    """Siti verified and the citizen wrote since the page was drawn: refused with both named, typed words kept; sent again, it is done."""
    number = await stage.add_complaint(reply_address="1")
    page = f"/desk/pengaduan/{number}"
    _, old = await operator.get(page)
    await stage.desk.acts.move(1, State.VERIFIED, operator="siti")
    await stage.desk.acts.note(1, "tidak penting bagi yang lain", operator="siti")
    seen = re.search(r'name="newest" value="(\d+)"', old)
    assert seen
    form = {"csrf": csrf_of(old), "newest": seen[1], "act": "move", "to": "answered", "seen": "received", "text": "Sudah selesai."}
    status, html = await operator.send(f"{page}/langkah", form)
    assert status == 409
    assert "siti: Terverifikasi." in html
    assert "Sudah selesai.</textarea>" in html
    assert (await stage.read(select(ComplaintRow)))[0].state == "verified"
    newest = re.search(r'name="newest" value="(\d+)"', html)
    assert newest
    status, _ = await operator.send(f"{page}/langkah", {**form, "newest": newest[1], "seen": "verified"})
    assert status == 200
    assert (await stage.read(select(ComplaintRow)))[0].state == "answered"


@pytest.mark.parametrize(("act", "more"), [("petugas", {"to": "rina"}), ("tunda", {"until": "2026-12-01", "reason": "menunggu"})])
async def test_taking_and_postponing_ask_too(stage: Stage, operator: Browser, act: str, more: dict[str, str]) -> None:
    """Siti took it a moment ago: nobody takes it from her, or postpones it, without having seen that."""
    number = await stage.add_complaint()
    await stage.desk.acts.assign(1, "siti", operator="siti")
    _, html = await operator.get("/desk/akun")
    status, html = await operator.send(f"/desk/pengaduan/{number}/{act}", {"csrf": csrf_of(html), "newest": "0", **more})
    assert status in (409, 422)
    assert "siti: Petugas yang menangani" in html
    assert (await stage.read(select(ComplaintRow)))[0].assigned_to == "siti"


async def test_a_page_that_closes_is_gone(stage: Stage, operator: Browser) -> None:
    """A line of another person tells who is there; after it is closed nobody is. Viewers have none."""
    number = await stage.add_complaint()
    await stage.add_operator("siti", Role.OPERATOR)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await Browser(stage, http).sign_in("siti")
        page = stage.url(f"/desk/pengaduan/{number}/bersama")
        async with http.get(page), operator.http.get(page) as mine:
            told = (await mine.content.readuntil(b"\r\n\r\n")).decode()
            assert "Siti juga membuka laporan ini." in told
    with stage.desk.bell.listening("case:1") as rung:
        while await stage.read(select(PresenceRow)):
            await rung.wait()
            rung.clear()


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
async def test_both_see_each_other_live(stage: Stage, chromium: Chromium, width: int) -> None:  # noqa: F811
    """Rina sees that Siti is there, and what Siti did, without loading anything; when Siti leaves, the first sentence goes."""
    for name in ("rina", "siti"):
        await stage.add_operator(name, Role.OPERATOR)
    number = await stage.add_complaint()
    errors: list[str] = []
    mine, hers = await opened(chromium, width, errors), await opened(chromium, width, errors)
    for page, name in ((mine, "rina"), (hers, "siti")):
        await sign_in(page, stage, name)
        await page.goto(stage.url(f"/desk/pengaduan/{number}"))
    await mine.wait_for_selector("text=Siti juga membuka laporan ini.")
    await hers.wait_for_selector("text=Rina juga membuka laporan ini.")
    await hers.click(".act.primary button")
    await mine.wait_for_selector("text=berubah sejak Anda membukanya: siti: Terverifikasi")
    await nothing_serious(mine)
    await shot(mine, "beside")
    if width == 360:
        await hers.goto(stage.url("/desk/"))
    else:  # a hidden tab holds no line
        await hers.evaluate(
            "Object.defineProperty(document, 'hidden', {value: true}); document.dispatchEvent(new Event('visibilitychange'))"
        )
    await mine.wait_for_selector("text=Siti juga membuka laporan ini.", state="detached")
    assert errors == []
