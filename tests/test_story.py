"""One complaint from the first word to the grade, with everybody in it: a citizen in WhatsApp, an official in a real browser, the system of
an agency behind its door, and anybody who holds the number at /lacak.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from config.settings import Account, DoorSettings, Http, Log, Settings, Store
from demo.door_webhook import SECRET, CitySystem
from demo.twilio import Twilio
from desk.commands import first_link
from dispatcher.doors import cloud_events
from dispatcher.doors.contract import Addition
from normalizer import tracking
from run import Hub, running

CHROMIUM = Path("/usr/bin/chromium")
WA, CITIZEN = "whatsapp:+6222000001", "whatsapp:+6281234567890"
NIK = "3277014505900001"
COMPLAINT = f"Lampu jalan di Jl. Kenanga RT 03 RW 05 Kelurahan Karangmekar mati sejak seminggu lalu. NIK saya {NIK}"
ANSWER = "Lampunya sudah kami ganti kemarin sore."
UNSOLVED = "Belum beres pak, tiang nomor 12 masih gelap"
PERSONAL = ("Siti", "Aminah", "81234567890", NIK, "Kenanga", "Karangmekar", "kami ganti", "tiang nomor 12", "Belum beres")
PASSWORD = "kata-sandi-yang-panjang"
AGENCY = "dishub"
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is missing: apt-get install chromium")]


@dataclass
class Cast:
    hub: Hub
    twilio: Twilio
    system: CitySystem
    told: int = 0
    """So many news the system has told."""

    async def until(self, look: Callable[[], Any]) -> Any:
        async with asyncio.timeout(60):
            while not (found := look()):
                await asyncio.sleep(0.05)
        return found

    async def reads(self, words: str) -> str:
        """The citizen reads a message with these words in WhatsApp, once."""
        found = await self.until(lambda: [text for text in self.twilio.answers(CITIZEN) if words in text])
        assert len(found) == 1
        return str(found[0])

    async def at_the_door(self, kind: str) -> Any:
        """The data of the one event of this type that the agency's system took, well signed."""
        calls = await self.until(lambda: [call for call in self.system.calls if call.event.get("type") == kind])
        assert len(calls) == 1
        return calls[0].event["data"]

    async def door_tells(self, number: str, **data: str) -> None:
        self.told += 1
        head = {"specversion": "1.0", "source": "//dishub", "id": str(self.told), "subject": number, "type": cloud_events.STATUS}
        assert await self.system.call_back(f"{self.hub.url}/hooks/door/sistem", {**head, "data": data}) == 200


@pytest.fixture
async def cast(tmp_path: Path) -> AsyncIterator[Cast]:
    twilio, system = Twilio(), CitySystem()
    await twilio.start()
    await system.start()
    given = {"account_sid": twilio.account_sid, "auth_token": twilio.token, "api_base": twilio.address, "media_hosts": ["localhost"]}
    settings = Settings(
        store=Store(url=f"sqlite:///{tmp_path}/hub.db", blobs=tmp_path / "blobs"),
        http=Http(port=0),
        log=Log(level="error"),
        accounts={"wa": Account(channel="whatsapp", numbers=[WA.removeprefix("whatsapp:")], **given)},
        doors={"sistem": DoorSettings(kind="webhook", url=f"{system.base}/laporan", secret=SECRET)},
        profile_overrides={"door": "sistem", "forward": "after_verification", "intake": {"settle_seconds": 0.2}},
    )
    async with running(settings) as hub:
        twilio.hooks[WA] = f"{hub.url}/hooks/twilio/wa"
        yield Cast(hub, twilio, system)
    await system.stop()
    await twilio.stop()


@pytest.fixture
async def pages() -> AsyncIterator[tuple[Page, Page]]:
    """An official's desk, and the telephone of somebody who has the number."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        opened = [await browser.new_context(viewport={"width": width, "height": 900}, locale="id-ID") for width in (1440, 360)]
        yield await opened[0].new_page(), await opened[1].new_page()
        await browser.close()


async def sign_in(official: Page, hub: Hub) -> None:
    await official.goto(await first_link(hub.db, hub.settings) or "")
    for field, value in (("name", "rina"), ("full_name", "Rina Marlina"), ("password", PASSWORD), ("again", PASSWORD)):
        await official.fill(f"#{field}", value)
    await official.keyboard.press("Enter")
    await official.wait_for_url("**/desk/**")
    if "login" in official.url:
        await official.fill("#name", "rina")
        await official.fill("#password", PASSWORD)
        await official.keyboard.press("Enter")
    await official.wait_for_selector("#daftar")


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 420), (28, 36, 52)).save(file, "JPEG")
    return file.getvalue()


async def test_from_the_first_word_to_the_grade(cast: Cast, pages: tuple[Page, Page]) -> None:
    """Written, verified, disposed, answered, not solved, reopened at the door with the photo, closed, rated: each is told once where it
    belongs, and /lacak shows each step to anybody, without a word of it and without a person."""
    official, anybody = pages
    seen: list[str] = []

    async def lacak(state: str) -> None:
        """The page's newest step; nothing personal, in the text or in the source."""
        await anybody.goto(f"{cast.hub.url}/lacak/{tracking.printed(number)}")
        await expect(anybody.locator("li.now")).to_contain_text(state)
        source = await anybody.content()
        assert not [words for words in PERSONAL if words in source]
        seen.append(state)

    await cast.twilio.write(CITIZEN, WA, COMPLAINT, name="Siti Aminah")
    number = tracking.find(cast.hub.profile.prefix, (await cast.until(lambda: cast.twilio.answers(CITIZEN)))[0]) or ""
    await lacak("Diterima")
    assert not cast.system.calls, "nothing leaves before a person has looked at it"

    await sign_in(official, cast.hub)
    await official.goto(f"{cast.hub.url}/desk/pengaduan/{tracking.printed(number)}")
    await expect(official.locator("main")).to_contain_text("Kenanga")
    await official.get_by_role("button", name="Verifikasi", exact=True).click()
    await expect(official.locator("main")).to_contain_text("Terverifikasi")
    await cast.reads("sudah kami periksa")
    await lacak("Terverifikasi")
    filed = await cast.at_the_door(cloud_events.REGISTERED)
    assert filed["tracking_number"] == number
    assert NIK not in str(filed)

    agency = cast.hub.profile.agencies[AGENCY].name
    await cast.door_tells(number, state="assigned", agency=AGENCY)
    await cast.reads(f"kami teruskan ke {agency}")
    await lacak(f"Didisposisikan ke {agency}")

    await cast.door_tells(number, state="answered", public_text=ANSWER)
    assert "belum beres" in await cast.reads(ANSWER)
    await lacak("Ditanggapi")

    await cast.twilio.photograph(CITIZEN, WA, UNSOLVED, photo())
    await cast.reads("kami buka lagi")
    await lacak(f"Ditindaklanjuti oleh {agency}")
    reopened = await cast.at_the_door(cloud_events.ADDED[Addition.REOPENED])
    assert (reopened["reference"], reopened["text"]) == ("A-1", UNSOLVED)
    async with aiohttp.ClientSession() as door, door.get(reopened["media"][0]) as file:
        assert (file.status, file.content_type) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(await file.read())).size == (640, 420)

    await cast.door_tells(number, state="closed", public_text="Tiang nomor 12 sudah menyala.")
    assert "1 sampai 5" in await cast.reads("sudah menyala")
    await lacak("Selesai")

    await cast.twilio.write(CITIZEN, WA, "5")
    await cast.reads("atas nilai Anda")
    assert (await cast.at_the_door(cloud_events.ADDED[Addition.RATED]))["rating"] == 5
    steps = await anybody.locator("ol.way li b").all_inner_texts()
    assert steps == seen[::-1]
    await official.reload()
    await expect(official.locator("main")).to_contain_text("5 dari 5")
