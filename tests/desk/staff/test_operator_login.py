"""Signing in and out, set-up links, and the guard on forms."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select
from staging import NOW, PASSWORD, Browser, Stage, csrf_of, staged

from desk.operator.sessions import COOKIE
from store import operators
from store.operators import Role
from store.people import SessionRow


async def test_first_admin_sets_up_with_the_printed_link(stage: Stage, browser: Browser) -> None:
    """The link of the first start makes the first admin, once."""
    assert await stage.desk.db.write(lambda c: operators.first_setup(c, NOW, operators.digest("tautan")))
    status, html = await browser.get("/desk/siapkan/tautan")
    assert status == 200
    assert "Selamat datang" in html
    fields = {"csrf": csrf_of(html), "name": "Kepala", "full_name": "Ibu Kepala", "password": PASSWORD, "again": PASSWORD}
    status, html = await browser.send("/desk/siapkan/tautan", fields)
    assert status == 200
    assert "Ibu Kepala" in html
    assert (await browser.get("/desk/siapkan/tautan"))[0] == 410
    assert not await stage.desk.db.write(lambda c: operators.first_setup(c, NOW, operators.digest("lain")))


async def test_a_link_runs_out_after_a_day(stage: Stage, browser: Browser) -> None:
    """A set-up link is good for 24 hours."""
    await stage.desk.db.write(lambda c: operators.first_setup(c, NOW, operators.digest("tautan")))
    stage.clock.now = NOW + operators.SETUP_LIFE
    assert (await browser.get("/desk/siapkan/tautan"))[0] == 410


async def test_a_short_password_is_explained(stage: Stage, browser: Browser) -> None:
    """Ten characters at least, and the page says so."""
    await stage.desk.db.write(lambda c: operators.first_setup(c, NOW, operators.digest("tautan")))
    status, html = await browser.post("/desk/siapkan/tautan", {"name": "kepala", "password": "pendek", "again": "pendek"})
    assert status == 422
    assert "paling sedikit 10 karakter" in html


async def test_sign_in_and_out(stage: Stage, operator: Browser) -> None:
    """Signing out ends the session in the store, not only in the browser."""
    status, html = await operator.get("/desk/")
    assert status == 200
    assert "Rina" in html
    cookie = next(c for c in operator.http.cookie_jar if c.key == COOKIE)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    await operator.post("/desk/logout", {}, page="/desk/")
    async with operator.http.get(stage.url("/desk/"), cookies={COOKIE: cookie.value}) as answer:
        assert answer.url.path == "/desk/login"


async def test_only_the_hash_of_a_session_is_kept(stage: Stage, operator: Browser) -> None:
    """Who reads the database cannot sign in with it."""
    cookie = next(c for c in operator.http.cookie_jar if c.key == COOKIE)
    kept = await stage.desk.db.read(lambda s: s.execute(select(SessionRow.token_sha256)).scalars().all())
    assert kept == [operators.digest(cookie.value)]


async def test_a_session_ends_after_twelve_idle_hours(stage: Stage, operator: Browser) -> None:
    """Use keeps it, idleness ends it."""
    stage.clock.now = NOW.replace(hour=14)
    assert "Rina" in (await operator.get("/desk/"))[1]
    stage.clock.now = NOW.replace(day=21, hour=1)
    assert "Rina" in (await operator.get("/desk/"))[1]
    stage.clock.now = NOW.replace(day=21, hour=14)
    assert "Kata sandi" in (await operator.get("/desk/"))[1]


async def test_a_disabled_operator_is_out_at_once(stage: Stage, operator: Browser) -> None:
    """`users disable` ends every session."""
    await stage.desk.db.write(lambda c: operators.disable(c, name="rina"))
    assert "Kata sandi" in (await operator.get("/desk/"))[1]
    assert (await operator.sign_in("rina"))[0] == 401


async def test_wrong_password_and_unknown_name_look_the_same(stage: Stage, browser: Browser) -> None:
    """Nobody learns from the answer which names exist."""
    await stage.add_operator("rina", Role.OPERATOR)
    first = await browser.sign_in("rina", "kata sandi salah")
    second = await browser.sign_in("tono", "kata sandi salah")
    assert first[0] == second[0] == 401
    strip = lambda html: html.replace("rina", "").replace("tono", "").replace(csrf_of(html), "")  # noqa: E731
    assert strip(first[1]) == strip(second[1])


async def test_guessing_is_slowed_down(stage: Stage, browser: Browser) -> None:
    """After ten tries at one name even the right password waits."""
    await stage.add_operator("rina", Role.OPERATOR)
    for _ in range(10):
        assert (await browser.sign_in("rina", "salah salah salah"))[0] == 401
    assert (await browser.sign_in("rina"))[0] == 429


async def test_after_sign_in_back_to_where_one_wanted_to_go(stage: Stage, browser: Browser) -> None:
    """The page that asked for sign-in is opened after it; another site never is."""
    await stage.add_operator("rina", Role.OPERATOR)
    _, html = await browser.get("/desk/?state=open")
    for onward, expected in (("/desk/?state=open", "/desk/"), ("//jahat.example/desk/", "/desk/"), ("https://jahat.example", "/desk/")):
        fields = {"csrf": csrf_of(html), "name": "rina", "password": PASSWORD, "next": onward}
        async with browser.http.post(stage.url("/desk/login"), data=fields, allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"].startswith(expected)
        browser.http.cookie_jar.clear(lambda cookie: cookie.key == COOKIE)


async def test_a_form_without_its_token_does_nothing(stage: Stage, operator: Browser) -> None:
    """Neither a missing token, nor another session's, nor another site's page gets through."""
    assert (await operator.send("/desk/logout", {}))[0] == 403
    assert (await operator.send("/desk/logout", {"csrf": "0" * 64}))[0] == 403
    _, html = await operator.get("/desk/")
    fields = {"csrf": csrf_of(html)}
    assert (await operator.send("/desk/logout", fields, headers={"Origin": "https://jahat.example"}))[0] == 403
    assert (await operator.send("/desk/logout", fields, headers={"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert (await operator.get("/desk/"))[0] == 200
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        _, other = await Browser(stage, http).get("/desk/login")
        assert (await operator.send("/desk/logout", {"csrf": csrf_of(other)}))[0] == 403


async def test_nobody_sees_the_desk_without_signing_in(stage: Stage, browser: Browser) -> None:
    """A page sends to sign-in; a fragment tells htmx to go there."""
    async with browser.http.get(stage.url("/desk/"), allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/desk/login?next=/desk/"
    async with browser.http.get(stage.url("/desk/"), headers={"HX-Request": "true"}) as answer:
        assert answer.headers["HX-Redirect"] == "/desk/login"


async def test_behind_https_the_cookie_is_secure_and_the_public_address_is_ours(tmp_path: Path) -> None:
    """With a public https address cookies travel encrypted only, and its forms are accepted whatever host the proxy names."""
    async with (
        staged(tmp_path, public_url="https://lapor.example") as stage,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        await stage.add_operator("rina", Role.OPERATOR)
        async with http.get(stage.url("/desk/login")) as answer:
            seed, html = answer.cookies["desk_form"], await answer.text()
        assert seed["secure"]
        fields = {"csrf": csrf_of(html), "name": "rina", "password": PASSWORD}
        sent = {"cookies": {"desk_form": seed.value}, "allow_redirects": False}
        async with http.post(stage.url("/desk/login"), data=fields, headers={"Origin": "https://lapor.example"}, **sent) as answer:
            assert answer.status == 303
            assert answer.cookies[COOKIE]["secure"]
        async with http.post(stage.url("/desk/login"), data=fields, headers={"Origin": "https://lapor.example.jahat.id"}, **sent) as answer:
            assert answer.status == 403


async def test_words_of_people_are_in_no_log(stage: Stage, operator: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    """Signing in wrongly, opening data and entering a report leave neither passwords, reasons nor citizens' words in the log."""
    number = await stage.add_complaint()
    page = f"/desk/pengaduan/{number}"
    await operator.get(page)
    await operator.post(f"{page}/buka", {"reason": "alasan sangat khusus"}, page=page)
    await operator.post(f"{page}/langkah", {"seen": "received", "to": "answered", "text": "jawaban khusus"}, page=page)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await Browser(stage, http).sign_in("rina", "sandi yang salah sekali")
    said = "".join(capsys.readouterr())
    for private in ("alasan sangat khusus", "jawaban khusus", "sandi yang salah", "Siti", "0812", PASSWORD):
        assert private not in said
