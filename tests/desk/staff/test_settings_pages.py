"""Settings at the desk: changed, judged, put back, told in the trail; the profile that follows from them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import aiohttp
import pytest
from sqlmodel import select
from staging import Browser, Stage, csrf_of

from config import load
from config.overlay import overlaid
from config.profile import Profile
from dispatcher.clocks import working
from dispatcher.in_force import laid
from store import setting_changes
from store.operators import Role
from store.people import AuditRow
from store.setting_changes import SettingChangeRow

HOME = "/desk/pengaturan"


@pytest.fixture
async def admin(stage: Stage, browser: Browser) -> Browser:
    await stage.add_operator("ani", Role.ADMIN)
    await browser.sign_in("ani")
    return browser


async def sent(admin: Browser, path: str, fields: dict[str, Any], page: str | None = None) -> tuple[int, str]:
    """The form of `page`, filled in and sent, with what it carries itself."""
    _, html = await admin.get(page or path)
    seen = re.search(r'name="seen" value="(\d+)"', html)
    return await admin.send(path, {"csrf": csrf_of(html), "seen": seen.group(1) if seen else "0", **fields})


async def in_force(stage: Stage) -> Profile:
    """The profile as the next start of the hub builds it."""
    changes, _ = await stage.desk.db.read(lambda session: setting_changes.newest(session.connection()))
    return laid(load.profile(stage.desk.settings), changes)[0]


async def test_a_text_is_changed_told_in_the_trail_and_put_back(stage: Stage, admin: Browser) -> None:
    """The new sentence is in force from the next start, the trail has the old and the new one, and "Kembalikan" restores it."""
    before = (await in_force(stage)).text("greeting", "id")
    fields = {"language": "id", "text": "Halo warga {city}, tulis saja laporan Anda.", "act": "save"}
    status, html = await sent(admin, f"{HOME}/teks/greeting", fields)
    assert status == 200
    assert "Tersimpan. Berlaku dalam beberapa detik." in html
    assert (await in_force(stage)).text("greeting", "id") == "Halo warga Kota Cimahi, tulis saja laporan Anda."
    [trail] = await stage.read(select(AuditRow))
    assert (trail.operator, trail.action) == ("ani", "setting")
    assert trail.detail == 'text id.greeting: bawaan → "Halo warga {city}, tulis saja laporan Anda."'
    assert "Halo warga" in (await admin.get("/desk/jejak"))[1]
    [row] = await stage.read(select(SettingChangeRow))
    status, html = await sent(admin, f"{HOME}/kembalikan/{row.id}", {}, page=HOME)
    assert status == 200
    assert (await in_force(stage)).text("greeting", "id") == before
    assert len(await stage.read(select(SettingChangeRow))) == 2


async def test_a_preview_keeps_nothing(stage: Stage, admin: Browser) -> None:
    """Pratinjau fills in examples and counts what it costs as an SMS; what was typed stays in the form."""
    long = "Laporan {number} kami terima. " * 6
    status, html = await sent(admin, f"{HOME}/teks/ack_sms", {"language": "id", "text": long, "act": "preview"})
    assert status == 200
    assert "Laporan CMH-1234-567C kami terima." in html
    assert "2 bagian SMS" in html
    assert "Laporan {number} kami terima. Laporan {number}" in html
    assert await stage.read(select(SettingChangeRow)) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Halo {number", "kurung kurawal yang tidak berpasangan"),
        ("Halo {number} {nama}", "{nama} tidak ada artinya di sini"),
        ("Halo {number.__class__}", "tidak ada artinya di sini"),
        ("Halo {number:>999999999}", "tidak ada artinya di sini"),
        ("Halo {number!r}", "tidak ada artinya di sini"),
        ("Terima kasih.", "{number} wajib tetap ada"),
        ("<b>Halo</b> {number}", "tanpa tanda HTML"),
        ("Halo {number} \u202eterbalik", "tidak terlihat"),
        ("{number}" + "x" * 100_000, "Terlalu panjang"),
        ("   ", "masih kosong"),
    ],
)
async def test_hostile_texts_are_refused_with_a_sentence(stage: Stage, admin: Browser, text: str, why: str) -> None:
    """Nothing is kept, also not by a preview that could be made to burst, and the page says what to write instead."""
    status, html = await sent(admin, f"{HOME}/teks/ack", {"language": "id", "text": text, "act": "save"})
    assert status == 422
    assert why in html
    assert "<b>Halo" not in html
    assert await stage.read(select(SettingChangeRow)) == []
    assert (await sent(admin, f"{HOME}/teks/ack", {"language": "id", "text": text, "act": "preview"}))[0] == 200


async def test_routing_leads_the_next_complaint(stage: Stage, admin: Browser) -> None:
    """A category's agency changes what is proposed; an agency or a door that does not exist is refused."""
    profile = await in_force(stage)
    category = next(iter(profile.categories))
    other = next(key for key in profile.agencies if key != profile.categories[category].agency)
    await sent(admin, f"{HOME}/rute/{category}", {"agency": other, "door": "desk", "act": "save"})
    now = await in_force(stage)
    assert now.agency_for(category) == other
    assert now.door_for(category, other) == "desk"
    for fields in ({"agency": "tiada", "door": ""}, {"agency": other, "door": "tiada"}):
        status, html = await sent(admin, f"{HOME}/rute/{category}", {**fields, "act": "save"})
        assert status == 422
        assert 'role="alert"' in html
    await sent(admin, f"{HOME}/rute/{category}", {"act": "default"})
    assert await in_force(stage) == profile


async def test_agencies_are_added_renamed_and_switched_off(stage: Stage, admin: Browser) -> None:
    """A new agency can be disposed to at once; one that routes still lead to cannot be switched off; a key is never taken twice."""
    fields = {"key": "dinas_baru", "name": "Dinas Baru", "short": "DB", "email": "db@example.go.id", "active": "on", "act": "save"}
    assert (await sent(admin, f"{HOME}/instansi/baru", fields))[0] == 200
    profile = await in_force(stage)
    assert profile.agencies["dinas_baru"].email == "db@example.go.id"
    assert "dinas_baru" in profile.working_agencies
    assert (await sent(admin, f"{HOME}/instansi/baru", fields))[0] == 422
    assert (await sent(admin, f"{HOME}/instansi/baru", {**fields, "key": "Dinas X"}))[0] == 422
    assert (await sent(admin, f"{HOME}/instansi/dinas_baru", {**fields, "email": "bukan surel"}))[0] == 422
    off = {name: value for name, value in fields.items() if name not in ("active", "key")}
    category = next(iter(profile.categories))
    await sent(admin, f"{HOME}/rute/{category}", {"agency": "dinas_baru", "door": "", "act": "save"})
    status, html = await sent(admin, f"{HOME}/instansi/dinas_baru", {**off, "act": "save"})
    assert status == 422
    assert f"masih menerima laporan kategori {profile.categories[category].name}" in html
    await sent(admin, f"{HOME}/rute/{category}", {"act": "default"})
    assert (await sent(admin, f"{HOME}/instansi/dinas_baru", {**off, "act": "save"}))[0] == 200
    assert "dinas_baru" not in (await in_force(stage)).working_agencies
    led = [key for key, each in profile.categories.items() if each.agency == "dlh"]
    dlh = {"name": "Dinas Lingkungan Hidup", "short": "DLH", "act": "save"}
    assert "still receives reports" in (await sent(admin, f"{HOME}/instansi/dlh?lang=en", dlh))[1]
    for key in led:
        await sent(admin, f"{HOME}/rute/{key}", {"agency": profile.default_agency, "door": "", "act": "save"})
    assert (await sent(admin, f"{HOME}/instansi/dlh", dlh))[0] == 200
    assert "dlh" not in (await in_force(stage)).working_agencies
    assert (await sent(admin, f"{HOME}/rute/{led[0]}?lang=en", {"agency": "dlh", "door": "", "act": "save"}))[1].count("not active") == 1
    assert (
        "receives reports without a category"
        in (await sent(admin, f"{HOME}/instansi/{profile.default_agency}?lang=en", {"name": "X", "short": "X", "act": "save"}))[1]
    )


async def test_a_holiday_moves_a_due_date(stage: Stage, admin: Browser) -> None:
    """An office's own holiday makes a limit later, a national one on which it works makes it earlier again; both can be taken back."""
    monday = date(2026, 11, 23)
    due = working.of_city(await in_force(stage)).after(monday, 2)
    assert due == date(2026, 11, 25)
    await sent(
        admin, f"{HOME}/libur/baru", {"day": "2026-11-24", "name": "Hari jadi", "working": "no", "act": "save"}, page=f"{HOME}/libur"
    )
    assert working.of_city(await in_force(stage)).after(monday, 2) == date(2026, 11, 26)
    _status, html = await admin.get(f"{HOME}/libur?tahun=2026")
    assert "Hari jadi" in html
    assert "Hari Kemerdekaan" in html
    await sent(admin, f"{HOME}/libur/2026-11-24", {"act": "default"}, page=f"{HOME}/libur")
    assert working.of_city(await in_force(stage)).after(monday, 2) == due
    fields = {"day": "2026-12-25", "name": "Piket", "working": "yes", "act": "save"}
    await sent(admin, f"{HOME}/libur/baru", fields, page=f"{HOME}/libur")
    assert working.of_city(await in_force(stage)).counts(date(2026, 12, 25))
    assert (await sent(admin, f"{HOME}/libur/baru", {**fields, "day": "besok"}, page=f"{HOME}/libur"))[0] == 422


async def test_working_hours(stage: Stage, admin: Browser) -> None:
    """Days and hours of the office; never without a day, never closing before it opens."""
    form = aiohttp.FormData(
        [("csrf", csrf_of((await admin.get(f"{HOME}/jam"))[1])), ("seen", "0"), ("opens", "07:30"), ("closes", "15:00")]
    )
    for day in "01":
        form.add_field("days", day)
    assert (await admin.send(f"{HOME}/jam/office", form))[0] == 200
    hours = (await in_force(stage)).hours
    assert (hours.days, f"{hours.opens:%H:%M}") == ((0, 1), "07:30")
    assert (await sent(admin, f"{HOME}/jam/office", {"opens": "07:30", "closes": "15:00"}, page=f"{HOME}/jam"))[0] == 422
    assert (await sent(admin, f"{HOME}/jam/office", {"opens": "kapan", "closes": "15:00", "days": "0"}, page=f"{HOME}/jam"))[0] == 422
    english = {"opens": "25:99", "closes": "15:00", "days": "0"}
    assert "Write hours like 08:00" in (await sent(admin, f"{HOME}/jam/office?lang=en", english, page=f"{HOME}/jam"))[1]
    assert (await sent(admin, f"{HOME}/jam/office", {"opens": "16:00", "closes": "15:00", "days": "0"}, page=f"{HOME}/jam"))[0] == 422


async def test_two_admins_at_once(stage: Stage, admin: Browser) -> None:
    """The second one is told and sees what the first one wrote; nothing is overwritten silently."""
    page = f"{HOME}/teks/thanks"
    _, drawn = await admin.get(page)
    fields = {"csrf": csrf_of(drawn), "language": "id", "act": "save", "seen": "0"}
    await admin.send(page, {**fields, "text": "Yang pertama."})
    status, html = await admin.send(page, {**fields, "text": "Yang kedua."})
    assert status == 422
    assert "Orang lain baru saja mengubah ini" in html
    assert "Yang pertama." in html
    assert (await in_force(stage)).text("thanks", "id") == "Yang pertama."


def test_a_change_that_the_file_outgrew_is_left_out() -> None:
    """The hub starts all the same, with every other change, and knows which one it left out."""
    from config.settings import Settings

    profile, shipped = load.profile(Settings()), load.read_toml(load.TEXTS)
    changes = {("routing", "lama"): {"agency": "x", "door": None}, ("text", "id.thanks"): "Sama-sama ya."}
    made, refused = overlaid(profile, changes, shipped)
    assert made.text("thanks", "id") == "Sama-sama ya."
    assert list(refused) == [("routing", "lama")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_settings_are_the_admins(stage: Stage, browser: Browser, role: Role) -> None:
    """Whoever is not an admin is refused on each of these addresses, and nothing is kept."""
    await stage.add_operator("siti", role, agency="dishub" if role is Role.AGENCY else None)
    await browser.sign_in("siti")
    token = csrf_of((await browser.get("/desk/akun"))[1])
    fields = {"csrf": token, "seen": "0", "act": "save", "language": "id", "text": "Halo."}
    for path in ("", "/teks", "/rute", "/instansi", "/libur", "/jam", "/teks/thanks", "/jam/office"):
        assert (await browser.get(HOME + path))[0] == 403, path
    for path in ("/teks/thanks", "/rute/x", "/instansi/baru", "/libur/baru", "/jam/office", "/kembalikan/1"):
        assert (await browser.send(HOME + path, fields))[0] == 403, path
    assert await stage.read(select(SettingChangeRow)) == []
