"""Agency accounts, the second factor, one's own account, the admin's page of people, and the trail."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
import pyotp
import pytest
from staging import NOW, PASSWORD, Browser, Stage, csrf_of

from desk.operator.devices import device
from normalizer.complaint import State
from store import operators
from store.operators import Role
from store.people import AuditRow, OperatorRow
from store.tables import ComplaintRow, EvidenceRow


@pytest.fixture
async def admin(stage: Stage, browser: Browser) -> Browser:
    await stage.add_operator("kepala", Role.ADMIN)
    await browser.sign_in("kepala")
    return browser


async def _dispose(stage: Stage, agency: str, **values: object) -> str:
    """A complaint that an operator disposed to `agency`; its printed number."""
    number = await stage.add_complaint(agency=agency, **values)
    rows = await stage.read(operators.chosen(ComplaintRow).order_by(ComplaintRow.id.desc()).limit(1))
    await stage.desk.acts.move(rows[0].id, State.ASSIGNED, operator="rina", agency=agency)
    return number


async def _guard(browser: Browser) -> tuple[str, list[str]]:
    """Switches the second factor on in the browser: (secret, recovery codes)."""
    _, html = await browser.post("/desk/akun/faktor", {}, page="/desk/akun")
    secret = re.search(r"<code>([A-Z2-7 ]{30,})</code>", html)
    sealed = re.search(r'name="sealed" value="([^"]+)"', html)
    assert secret is not None
    assert sealed is not None
    key = secret.group(1).replace(" ", "")
    code = pyotp.TOTP(key).at(browser.stage.clock.now)
    status, html = await browser.send("/desk/akun/faktor/pasang", {"csrf": csrf_of(html), "sealed": sealed.group(1), "code": code})
    assert status == 200
    return key, re.findall(r"<code>([0-9a-f-]{24})</code>", html)


async def _second(browser: Browser, code: str) -> tuple[int, str]:
    """Name and password, then `code`."""
    _, html = await browser.sign_in("rina")
    ticket = re.search(r'name="ticket" value="([^"]+)"', html)
    assert ticket is not None
    return await browser.send("/desk/login/kode", {"csrf": csrf_of(html), "ticket": ticket.group(1), "code": code, "next": ""})


async def test_an_agency_sees_and_answers_its_own_complaints_only(stage: Stage, browser: Browser) -> None:
    """What was disposed to it is listed, others and mere suggestions are 404, and its answer with a file reaches the complaint."""
    await stage.add_operator("pejabat", Role.AGENCY, agency="dishub")
    mine = await _dispose(stage, "dishub", title="Lampu merah mati")
    other = await _dispose(stage, "dlh", title="Sampah menumpuk")
    suggested = await stage.add_complaint(agency="dishub", title="Belum didisposisikan")
    await browser.sign_in("pejabat")
    _, listed = await browser.get("/desk/opd")
    assert "Lampu merah mati" in listed
    assert "Sampah menumpuk" not in listed
    assert "Belum didisposisikan" not in listed
    for number in (other, suggested):
        assert (await browser.get(f"/desk/opd/{number}"))[0] == 404
    _, html = await browser.get(f"/desk/opd/{mine}")
    assert "081234567890" not in html
    assert "Siti" not in html
    form = aiohttp.FormData({"csrf": csrf_of(html), "text": "Sudah kami ganti kemarin.", "to": "answered"})
    form.add_field("files", b"\xff\xd8\xff\xe0 bukti", filename="bukti.jpg", content_type="image/jpeg")
    status, html = await browser.send(f"/desk/opd/{mine}/tanggapi", form)
    assert status == 200
    assert "Sudah kami ganti" in html
    row = (await stage.read(operators.chosen(ComplaintRow).where(ComplaintRow.title == "Lampu merah mati")))[0]
    assert row.state == "answered"
    file = (await stage.read(operators.chosen(EvidenceRow).where(EvidenceRow.complaint_id == row.id)))[0]
    assert file.ref == "answer:pejabat"
    assert (await browser.get(f"/desk/opd/lampiran/{file.id}"))[0] == 200
    assert f'src="/desk/opd/lampiran/{file.id}/lihat"' in html
    async with browser.http.get(stage.url(f"/desk/opd/lampiran/{file.id}/lihat")) as picture:
        assert picture.content_type == "image/jpeg"
    trail = await stage.read(operators.chosen(AuditRow.action, AuditRow.detail).where(AuditRow.complaint_id == row.id))
    assert trail == [("download", f"evidence {file.id}"), ("view", "pictures")]


async def test_an_agency_opens_no_file_of_another_agency(stage: Stage, browser: Browser) -> None:
    """Counting up the number of a file shows nothing."""
    await stage.add_operator("pejabat", Role.AGENCY, agency="dishub")
    await _dispose(stage, "dlh")
    sha256 = stage.desk.blobs.put(b"\xff\xd8\xff\xe0 foto")
    key = await stage.add(EvidenceRow(complaint_id=1, account="a", sha256=sha256))
    await browser.sign_in("pejabat")
    for path in (f"/desk/opd/lampiran/{key}", f"/desk/opd/lampiran/{key}/lihat", f"/desk/lampiran/{key}/lihat"):
        assert (await browser.get(path))[0] in (403, 404)


async def test_a_refused_answer_keeps_what_was_typed_and_brings_no_file(stage: Stage, browser: Browser) -> None:
    """An answer without words is refused; nothing is stored with it."""
    await stage.add_operator("pejabat", Role.AGENCY, agency="dishub")
    number = await _dispose(stage, "dishub")
    await browser.sign_in("pejabat")
    _, html = await browser.get(f"/desk/opd/{number}")
    form = aiohttp.FormData({"csrf": csrf_of(html), "text": "", "to": "answered"})
    form.add_field("files", b"bukti", filename="bukti.txt")
    assert (await browser.send(f"/desk/opd/{number}/tanggapi", form))[0] == 409
    assert await stage.read(operators.chosen(EvidenceRow)) == []


async def test_with_the_second_factor_a_password_alone_opens_nothing(stage: Stage, operator: Browser) -> None:
    """The code is asked for, a wrong one is refused, and a right one opens once."""
    secret, _ = await _guard(operator)
    totp = pyotp.TOTP(secret)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        thief = Browser(stage, http)
        await thief.sign_in("rina")
        assert "Meja petugas" in (await thief.get("/desk/"))[1]
        assert (await _second(thief, "000000"))[0] == 401
        assert (await _second(thief, totp.at(stage.clock.now)))[0] == 401, "the code that switched it on was used up"
        stage.clock.now += timedelta(seconds=60)
        code = totp.at(stage.clock.now)
        status, _ = await _second(thief, code)
        assert status == 200
        assert (await thief.get("/desk/akun"))[0] == 200
        await thief.post("/desk/logout", {}, page="/desk/akun")
        assert (await _second(thief, code))[0] == 401


async def test_a_recovery_code_opens_once(stage: Stage, operator: Browser) -> None:
    """Whoever lost the phone comes in with a code of paper, however it is typed; the second time it is worth nothing."""
    _, codes = await _guard(operator)
    assert len(codes) == 8
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Browser(stage, http)
        assert (await _second(other, codes[0].upper().replace("-", " ")))[0] == 200
        await other.post("/desk/logout", {}, page="/desk/akun")
        assert (await _second(other, codes[0]))[0] == 401


async def test_a_ticket_ends_with_the_password_and_with_time(stage: Stage, operator: Browser) -> None:
    """What lies between the two steps is good for five minutes, and not for a password that was changed meanwhile."""
    secret, _ = await _guard(operator)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Browser(stage, http)
        _, html = await other.sign_in("rina")
        ticket = re.search(r'name="ticket" value="([^"]+)"', html)
        assert ticket is not None
        stage.clock.now += timedelta(seconds=400)
        sent = {"csrf": csrf_of(html), "ticket": ticket.group(1), "code": pyotp.TOTP(secret).at(stage.clock.now), "next": ""}
        status, html = await other.send("/desk/login/kode", sent)
        assert status == 401
        assert "terlalu lama" in html


async def test_a_new_password_signs_out_everywhere_else(stage: Stage, operator: Browser) -> None:
    """The old password is asked for; afterwards only this browser stays signed in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Browser(stage, http)
        await other.sign_in("rina")
        new = {"password": "sawah hijau pagi", "again": "sawah hijau pagi"}
        assert (await operator.post("/desk/akun/sandi", {"old": "keliru", **new}, page="/desk/akun"))[0] == 401
        status, html = await operator.post("/desk/akun/sandi", {"old": PASSWORD, **new}, page="/desk/akun")
        assert status == 200
        assert "Kata sandi diganti" in html
        assert "Meja petugas" in (await other.get("/desk/akun"))[1]


async def test_sessions_are_listed_and_ended_one_by_one(stage: Stage, operator: Browser) -> None:
    """A forgotten browser is signed out from here; a hash of somebody else's session ends nothing."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"User-Agent": "Peramban Warnet"}) as http:
        other = Browser(stage, http)
        await other.sign_in("rina")
        _, html = await operator.get("/desk/akun")
        assert "Peramban Warnet" in html
        which = re.search(r'name="session" value="([0-9a-f]{16})"', html)
        assert which is not None
        await stage.add_operator("budi", Role.OPERATOR)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as third:
            stranger = Browser(stage, third)
            await stranger.sign_in("budi")
            await stranger.post("/desk/akun/sesi", {"session": which.group(1)}, page="/desk/akun")
        assert "Meja petugas" not in (await other.get("/desk/akun"))[1]
        await operator.post("/desk/akun/sesi", {"session": which.group(1)}, page="/desk/akun")
        assert "Meja petugas" in (await other.get("/desk/akun"))[1]


async def test_the_admin_adds_changes_and_disables_people(stage: Stage, admin: Browser) -> None:
    """A link is shown once; a role counts from the next click; the last admin stays; all of it is in the trail."""
    status, html = await admin.post("/desk/petugas", {"name": "Dewi", "full_name": "Dewi A", "role": "agency", "agency": "dlh"})
    assert status == 200
    link = re.search(r"/desk/siapkan/[\w-]+", html)
    assert link is not None
    assert link.group() not in (await admin.get("/desk/petugas"))[1]
    row = (await stage.read(operators.chosen(OperatorRow).where(OperatorRow.name == "dewi")))[0]
    assert (row.role, row.agency) == ("agency", "dlh")
    await admin.post("/desk/petugas/dewi", {"act": "role", "role": "viewer", "agency": "dlh"}, page="/desk/petugas")
    row = (await stage.read(operators.chosen(OperatorRow).where(OperatorRow.name == "dewi")))[0]
    assert (row.role, row.agency) == ("viewer", None)
    assert (await admin.post("/desk/petugas", {"name": "ani", "role": "agency"}))[0] == 409
    assert (await admin.post("/desk/petugas/kepala", {"act": "role", "role": "viewer"}, page="/desk/petugas"))[0] == 409
    assert (await admin.post("/desk/petugas/kepala", {"act": "disable"}, page="/desk/petugas"))[0] == 409
    deeds = [row.action for row in await stage.read(operators.chosen(AuditRow).order_by(AuditRow.id))]
    assert deeds == ["user_add", "user_role"]


async def test_the_trail_is_searched_by_person_deed_number_and_day(stage: Stage, admin: Browser) -> None:
    """Each wish narrows what is shown; a mistyped day is no wish."""
    number = await stage.add_complaint()
    await stage.add(AuditRow(at=NOW, operator="rina", action="reveal", complaint_id=1, detail="menelepon pelapor"))
    await stage.add(AuditRow(at=NOW - timedelta(days=3), operator="budi", action="download", detail="evidence 4"))
    _, html = await admin.get("/desk/jejak")
    assert "menelepon pelapor" in html
    assert "evidence 4" in html
    for query, shown, hidden in (
        ("operator=rina", "menelepon", "evidence 4"),
        ("action=download", "evidence 4", "menelepon"),
        (f"number={number.lower()}", "menelepon", "evidence 4"),
        ("from=2026-11-19", "menelepon", "evidence 4"),
        ("to=2026-11-18", "evidence 4", "menelepon"),
    ):
        _, html = await admin.get(f"/desk/jejak?{query}")
        assert shown in html, query
        assert hidden not in html, query
    assert (await admin.get("/desk/jejak?from=kemarin"))[0] == 200


def test_a_device_is_told_as_people_call_it() -> None:
    """A browser that names others too is still itself; an odd one stays unnamed."""
    android = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36"
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
    told = [device(one) for one in (android, edge, phone, "curl/8.5")]
    assert told == [("Samsung Internet", "Android"), ("Edge", "Windows"), ("Safari", "iPhone"), ("", "")]
