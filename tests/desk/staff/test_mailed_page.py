"""The recap by e-mail on the desk: to whom, when next, what became of it, sent again by hand, and who may set it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text
from sqlmodel import col, select
from staging import NOW, Browser, Stage, csrf_of, staged

from config import load
from dispatcher.clocks import mailing, timetable
from dispatcher.in_force import laid
from dispatcher.pulses import Pulses
from dispatcher.workers import Tools
from store import setting_changes
from store.operators import Role
from store.people import AuditRow
from store.tables import OutboxRow

MAILED = {
    "accounts": {"surel": {"channel": "email", "address": "pengaduan@cimahi.example"}},
    "reports": {"recipients": ["sekda@kota.example"], "agencies": True},
    "profile_overrides": {"agencies": {"dpupr": {"email": "pengaduan@dpupr.example"}}},
}
PAGE, SET = "/desk/laporan", "/desk/pengaturan/laporan"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A desk that may mail, on Friday 20 November, with a complaint of October and one of November."""
    async with staged(tmp_path, more=MAILED) as running:
        await running.add_complaint(registered_at=NOW - timedelta(days=30), agency="dpupr")
        await running.add_complaint()
        yield running


async def debts(stage: Stage) -> list[OutboxRow]:
    return await stage.read(select(OutboxRow).where(col(OutboxRow.key).startswith("report:")).order_by(col(OutboxRow.id)))


async def signed_in(stage: Stage, browser: Browser, name: str, role: Role) -> str:
    await stage.add_operator(name, role)
    await browser.sign_in(name)
    return (await browser.get(PAGE))[1]


async def asked(browser: Browser, month: str, html: str) -> str:
    """The form of that page, sent as it was drawn."""
    seen = re.search(r'name="seen" value="(\d+)"', html)
    assert seen
    return (await browser.send(f"{PAGE}/kirim", {"csrf": csrf_of(html), "seen": seen[1], "bulan": month}))[1]


async def job(stage: Stage) -> None:
    """What the clock does every ten minutes."""
    desk = stage.desk
    tools = Tools(db=desk.db, bell=desk.bell, pulses=Pulses(desk.db, stage.clock), clock=stage.clock, chance=lambda: 0.5, node="uji")
    await mailing.mail_recaps(tools, desk.profile, timetable.post_of(desk.settings, desk.public_url))


async def test_a_supervisor_sends_it_again_and_twice_pressed_is_once(stage: Stage, browser: Browser) -> None:
    """Two mails for October, written into the trail; the same form again sends nothing, a fresh one sends again; the running month is not
    sent; and what a person sent, the clock does not send once more."""
    drawn = await signed_in(stage, browser, "dewi", Role.SUPERVISOR)
    assert "rekap Oktober 2026, begitu kantor buka" in drawn
    assert "sekda@kota.example" in drawn
    html = await asked(browser, "2026-10", drawn)
    assert "2 surel sedang dikirim" in html
    assert html.count("Menunggu giliran") == 2
    assert "Rekap baru saja dikirim" in await asked(browser, "2026-10", drawn)
    assert "Bulan itu belum selesai" in await asked(browser, "2026-11", html)
    assert "Bulan itu belum selesai" in await asked(browser, "kemarin", html)
    assert "Tidak ada yang dikirim" in await asked(browser, "2026-08", html)
    assert len(await debts(stage)) == 2
    await job(stage)
    found = await debts(stage)
    assert [row.payload["address"] for row in found] == ["sekda@kota.example", "pengaduan@dpupr.example"]
    assert {row.payload["report"]["by"] for row in found} == {"dewi"}
    page = (await browser.get(PAGE))[1]
    assert "rekap November 2026, 1 Des 2026, 08.00 WIB" in page
    await asked(browser, "2026-10", page)
    assert len(await debts(stage)) == 4
    trail = await stage.read(select(AuditRow).where(AuditRow.action == "report_mailed"))
    assert [(row.operator, row.detail) for row in trail] == [("dewi", "2026-10: 2")] * 2


async def test_the_page_tells_what_became_of_them(stage: Stage, browser: Browser) -> None:
    """Sent, tried again, failed with the reason and the way to decide; who only looks sees no address and no button."""
    await job(stage)
    states = "UPDATE outbox SET state = :state, last_error = :error, done_at = :at WHERE id = :id"
    first, second = await debts(stage)
    told = "recipient_gone: SMTP 550 5.1.1: alamat penerima tidak ada lagi."
    sent: dict[str, Any] = {"state": "done", "error": None, "at": str(datetime(2026, 11, 20, 3, tzinfo=UTC)), "id": first.id}
    for values in (sent, {"state": "dead", "error": told, "at": None, "id": second.id}):
        await stage.desk.db.write(lambda c, values=values: c.execute(text(states), values))  # type: ignore[misc]
    html = await signed_in(stage, browser, "dewi", Role.SUPERVISOR)
    assert "Terkirim" in html
    assert "SMTP 550 5.1.1: alamat penerima tidak ada lagi." in html
    assert "/desk/karantina?kantong=dead" in html
    assert "Send now" in (await browser.get(f"{PAGE}?lang=en"))[1]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        looked = await signed_in(stage, Browser(stage, other), "wali", Role.VIEWER)
    assert "1 penerima" in looked
    assert "sekda@kota.example" not in looked
    assert "Kirim sekarang" not in looked


async def test_an_admin_sets_the_recipients_at_the_desk(stage: Stage, browser: Browser) -> None:
    """What is no address is refused and stays in the form; what is kept goes before hub.toml from the next start; "bawaan" goes back."""
    await signed_in(stage, browser, "ani", Role.ADMIN)

    async def saved(**fields: str) -> tuple[int, str]:
        html = (await browser.get(SET))[1]
        seen = re.search(r'name="seen" value="(\d+)"', html)
        assert seen
        return await browser.send(f"{SET}/monthly", {"csrf": csrf_of(html), "seen": seen[1], **fields})

    async def in_force() -> tuple[tuple[str, ...], bool]:
        changes, _ = await stage.desk.db.read(lambda session: setting_changes.newest(session.connection()))
        reports = laid(load.profile(stage.desk.settings), changes)[0].reports
        return reports.recipients, reports.agencies

    status, html = await saved(recipients="bukan alamat", act="save")
    assert (status, "tulis satu alamat tiap baris" in html, "bukan alamat" in html) == (422, True, True)
    await saved(recipients="walikota@kota.example\r\nsekda@kota.example", act="save")
    assert await in_force() == (("walikota@kota.example", "sekda@kota.example"), False)
    assert "walikota@kota.example" in (await browser.get(SET))[1]
    await saved(act="default")
    assert await in_force() == (("sekda@kota.example",), True)
