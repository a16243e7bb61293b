"""Evidence on the complaint's page, in a real browser: pictures, films, sounds and papers are shown, and nothing that could run is."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fpdf import FPDF
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright
from seeding import picture
from sqlmodel import select
from staging import Browser, Stage
from test_operator_browser import CHROMIUM, chromium, opened, pictures, shot, sign_in  # noqa: F401

from dispatcher.evidence import media_type
from store.operators import Role
from store.people import AuditRow
from store.tables import EvidenceRow

FILMS = Path(__file__).parent / "evidence"


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(128 + (n // 8 % 2) * 40 for n in range(8000)))
    return out.getvalue()


def letter() -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=24)
    paper.cell(text="Surat warga")
    return bytes(paper.output())


FILES = {
    "foto.jpg": picture(),
    "film.webm": (FILMS / "film.webm").read_bytes(),
    "film.mp4": (FILMS / "film.mp4").read_bytes(),
    "suara.wav": sound(),
    "surat.pdf": letter(),
    "surat-aktif.pdf": letter() + b"9 0 obj<</S/Java#53cript/JS(app.alert(1))>>endobj",
    "halaman.pdf": b"<!doctype html><script>alert(document.domain)</script>",
    "gambar.png": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
}


async def kept(stage: Stage) -> tuple[str, dict[str, int]]:
    """A complaint with all of FILES; its number, and the key of each."""
    number = await stage.add_complaint()
    keys = {}
    for name, content in FILES.items():
        row = EvidenceRow(complaint_id=1, account="a", filename=name, media_type=media_type(content), size=len(content))
        keys[name] = await stage.add(row.model_copy(update={"sha256": stage.desk.blobs.put(content)}))
    return number, keys


async def test_each_kind_is_sent_under_its_own_rules(stage: Stage, operator: Browser) -> None:
    """Type by the bytes, never sniffed again, no scripts, pieces on request; what is not on the list is not shown, whatever its name."""
    number, keys = await kept(stage)
    types = {"film.webm": "video/webm", "film.mp4": "video/mp4", "suara.wav": "audio/wav", "surat.pdf": "application/pdf"}
    for name, kind in types.items():
        async with operator.http.get(stage.url(f"/desk/lampiran/{keys[name]}/lihat"), headers={"Range": "bytes=10-19"}) as answer:
            assert answer.status == 206
            assert await answer.read() == FILES[name][10:20]
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
            assert ("sandbox" in answer.headers["Content-Security-Policy"]) is (kind != "application/pdf")
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "no-store" in answer.headers["Cache-Control"]
    async with operator.http.get(stage.url(f"/desk/lampiran/{keys['surat-aktif.pdf']}/lihat")) as answer:
        assert answer.content_type == "text/html"
        told = await answer.text()
    assert "Dokumen ini tidak ditampilkan di sini" in told
    assert f'href="/desk/lampiran/{keys["surat-aktif.pdf"]}" download' in told
    for name in ("halaman.pdf", "gambar.png"):
        assert (await operator.get(f"/desk/lampiran/{keys[name]}/lihat"))[0] == 404
    _, page = await operator.get(f"/desk/pengaduan/{number}")
    assert page.count("<video") == 2
    assert page.count("<audio") == 1
    assert page.count("Buka dokumen") == 2


async def test_a_look_is_written_down_once_an_hour(stage: Stage, operator: Browser) -> None:
    """A film, in however many pieces, is one line of the trail, and all pictures of a page are one; an hour later there is another."""
    _, keys = await kept(stage)
    for start in (500, 0, 900):
        await operator.get(f"/desk/lampiran/{keys['film.webm']}/lihat", headers={"Range": f"bytes={start}-"})
    again = await stage.add(EvidenceRow(complaint_id=1, account="a", sha256=stage.desk.blobs.put(picture())))
    await asyncio.gather(*(operator.get(f"/desk/lampiran/{key}/lihat") for key in (keys["foto.jpg"], again, keys["foto.jpg"])))
    stage.clock.now += timedelta(minutes=59)
    await operator.get(f"/desk/lampiran/{keys['film.webm']}/lihat")
    found = await stage.read(select(AuditRow).where(AuditRow.action == "view"))
    assert [(row.operator, row.complaint_id, row.detail) for row in found] == [
        ("rina", 1, f"evidence {keys['film.webm']}"),
        ("rina", 1, "pictures"),
    ]
    stage.clock.now += timedelta(minutes=2)
    await operator.get(f"/desk/lampiran/{keys['film.webm']}/lihat")
    assert len(await stage.read(select(AuditRow).where(AuditRow.action == "view"))) == 3


async def test_below_operator_nobody_plays_anything(stage: Stage, browser: Browser) -> None:
    """A viewer gets neither the player nor the file."""
    number, keys = await kept(stage)
    await stage.add_operator("wali", Role.VIEWER)
    await browser.sign_in("wali")
    assert "<video" not in (await browser.get(f"/desk/pengaduan/{number}"))[1]
    assert (await browser.get(f"/desk/lampiran/{keys['film.webm']}/lihat"))[0] == 403


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
async def test_films_and_sounds_play_on_the_page(stage: Stage, chromium: Chromium, width: int) -> None:  # noqa: F811
    """Nothing is fetched before somebody presses play; then it plays, under the page's strict policy."""
    number, _ = await kept(stage)
    await stage.add_operator("rina", Role.OPERATOR)
    errors: list[str] = []
    page = await opened(chromium, width, errors)
    await sign_in(page, stage)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    await page.goto(stage.url(f"/desk/pengaduan/{number}"))
    await pictures(page)
    assert "media" not in asked
    for n in range(await page.locator("video, audio").count()):
        played = await page.locator("video, audio").nth(n).evaluate(
            """async (element) => { element.muted = true; await element.play();
               return element.currentTime > 0 || await new Promise((done) => element.addEventListener("timeupdate", () => done(true))); }"""
        )  # fmt: skip
        assert played
    await shot(page, "evidence")
    assert errors == []
    await page.close()


@pytest.fixture
async def whole_chromium() -> AsyncIterator[Chromium]:
    """With its PDF viewer, which the small headless one lacks."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not here")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--headless=new"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments, headless=False)
        yield browser
        await browser.close()


@pytest.mark.browser
async def test_a_paper_opens_in_a_tab_of_its_own(stage: Stage, whole_chromium: Chromium) -> None:
    """The browser's own viewer takes it; our page is not its opener."""
    number, keys = await kept(stage)
    await stage.add_operator("rina", Role.OPERATOR)
    page = await opened(whole_chromium, 1440, [])
    await sign_in(page, stage)
    await page.goto(stage.url(f"/desk/pengaduan/{number}"))
    async with page.context.expect_page() as coming:
        await page.get_by_role("link", name="Buka dokumen").first.click()
    tab = await coming.value
    await tab.wait_for_load_state()
    assert tab.url.endswith(f"/desk/lampiran/{keys['surat.pdf']}/lihat")
    assert await tab.evaluate("document.contentType") == "application/pdf"
    assert await tab.evaluate("opener === null")
    await page.context.close()
