"""The export from the desk: covered for operators, open for a supervisor with a reason, and always written down."""

from __future__ import annotations

import aiohttp
from sqlmodel import select
from staging import Browser, Stage

from store.operators import Role
from store.people import AuditRow


async def test_an_operator_gets_it_covered(stage: Stage, operator: Browser) -> None:
    """21 columns without a name or a number; asking for more is refused; the trail knows of it."""
    await stage.add_complaint()
    status, text = await operator.post("/desk/unduhan", {"format": "csv"})
    assert status == 200
    assert text.lstrip("\ufeff").startswith("Tracking ID,Tanggal Laporan Masuk,")
    assert "S••• R•••" in text
    assert "081234567890" not in text
    status, _ = await operator.post("/desk/unduhan", {"format": "csv", "open": "yes", "reason": "rapat bulanan"})
    assert status == 403
    assert [row.detail for row in await stage.read(select(AuditRow).where(AuditRow.action == "export"))] == ["csv, tertutup"]


async def test_a_supervisor_opens_it_with_a_reason(stage: Stage) -> None:
    """Without a reason the form comes back; with one the names stand there, except of who hid."""
    await stage.add_operator("sari", Role.SUPERVISOR)
    await stage.add_complaint()
    await stage.add_complaint(anonymous=True, reporter={"name": "Joko Waluyo"})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(stage, http)
        await browser.sign_in("sari")
        status, html = await browser.post("/desk/unduhan", {"format": "json", "open": "yes", "reason": "x"})
        assert status == 422
        assert "Tuliskan alasannya" in html
        status, text = await browser.post("/desk/unduhan", {"format": "json", "open": "yes", "reason": "rapat bulanan"})
    assert status == 200
    assert "Siti Rahmawati" in text
    assert "Joko" not in text
    assert [row.detail for row in await stage.read(select(AuditRow).where(AuditRow.action == "export"))] == ["json: rapat bulanan"]
