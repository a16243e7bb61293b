"""The whole story in two real browsers: a citizen writes, an official signs in by the printed link, decides, and the citizen reads it.

The hub is the real one, as a process of its own, on embedded defaults.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
ARTEFACTS = ROOT / "artefacts"
NUMBER = re.compile(r"CMH-[0-9A-Z]{4}-[0-9A-Z]{4}")
PASSWORD = "kata-sandi-yang-panjang"
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is missing: apt-get install chromium")]


@dataclass
class Serving:
    url: str
    setup_link: str


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Serving]:
    """`run.py serve` in an empty folder: nothing configured, one link printed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SATUPINTU_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "run.py"), "serve", "--port", "0", cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    told = ""
    async with asyncio.timeout(60):
        while "Ctrl+C" not in told:
            told += (await process.stdout.readline()).decode()
    reading = asyncio.create_task(process.stdout.read())
    yield Serving(re.findall(r"Warga\s+(\S+)/", told)[0], re.findall(r"\S+/desk/siapkan/\S+", told)[0])
    process.send_signal(signal.SIGTERM)
    await reading
    assert await process.wait() == 0


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        await browser.close()


async def someone(chromium: Browser, width: int = 1440) -> Page:
    context = await chromium.new_context(viewport={"width": width, "height": 900}, locale="id-ID")
    return await context.new_page()


async def shoot(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"newcomer-{name}.png")


async def test_from_the_first_word_to_the_answer(hub: Serving, chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Photo and words -> number -> /lacak -> the desk shows it -> a status set there stands in the chat, without a reload."""
    photo = tmp_path / "lampu.jpg"
    Image.new("RGB", (640, 420), (28, 36, 52)).save(photo)
    citizen, official = await someone(chromium, 360), await someone(chromium)

    await citizen.goto(hub.url + "/")
    await citizen.locator("input[type=file]").first.set_input_files(photo)
    await citizen.get_by_label("Pesan Anda").fill("Lampu jalan di Jl. Gandawijaya RT 02 RW 05 mati sejak seminggu lalu")
    began = time.monotonic()
    await citizen.get_by_role("button", name="Kirim").click()
    slip = citizen.locator(".words .slip-number")
    await expect(slip).to_have_text(NUMBER, timeout=15_000)
    with capsys.disabled():
        print(f"\n  number on the citizen's screen after {time.monotonic() - began:.2f} s")
    number = await slip.inner_text()
    await shoot(citizen, "number-360")

    other = await someone(chromium)
    await other.goto(f"{hub.url}/lacak/{number}")
    await expect(other.locator("main")).to_contain_text("Diterima")
    assert "Gandawijaya" not in await other.content()

    await official.goto(hub.setup_link)
    await official.fill("#name", "rina")
    await official.fill("#full_name", "Rina Marlina")
    await official.fill("#password", PASSWORD)
    await official.fill("#again", PASSWORD)
    await official.keyboard.press("Enter")
    await official.wait_for_url("**/desk/**")
    if "login" in official.url:
        await official.fill("#name", "rina")
        await official.fill("#password", PASSWORD)
        await official.keyboard.press("Enter")
    await official.wait_for_selector("#daftar")
    await expect(official.locator("#daftar")).to_contain_text(number)
    await shoot(official, "list-1440")
    await official.get_by_role("link", name="Lampu jalan").first.click()
    await expect(official.locator("main")).to_contain_text("Gandawijaya")
    await official.get_by_role("button", name="Verifikasi", exact=True).click()
    await expect(official.locator("main")).to_contain_text("Terverifikasi")
    await shoot(official, "verified-1440")

    await expect(citizen.locator("[role=log]")).to_contain_text(f"Laporan {number} sudah kami periksa", timeout=15_000)
    await shoot(citizen, "verified-360")
    await other.reload()
    await expect(other.locator("main")).to_contain_text("Terverifikasi")
