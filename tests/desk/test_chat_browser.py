"""A citizen with a real browser and the whole hub: what is promised on the screen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from chat_hub import until
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from sqlmodel import select

from config.settings import Http, Settings, Store
from dispatcher.acts import Acts
from dispatcher.replies import Replies
from dispatcher.tracking import draw
from normalizer.complaint import State
from run import Hub, running
from store.tables import ComplaintRow, EvidenceRow, InboxRow

CHROMIUM = Path("/usr/bin/chromium")
ARTEFACTS = Path(__file__).parents[2] / "artefacts"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
LAMP = "Lampu jalan di Jalan Gandawijaya RT 02 RW 05 mati sejak seminggu lalu, gelap sekali"
NUMBER = re.compile(r"CMH-[0-9A-Z]{4}-[0-9A-Z]{4}")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is missing: apt-get install chromium")]


@dataclass
class Screen:
    """A page that remembers what it asked for and what the console said."""

    page: Page
    hub: Hub
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def open(self, path: str = "/") -> None:
        await self.page.goto(self.hub.url + path)

    async def write(self, text: str) -> None:
        await self.page.get_by_label("Pesan Anda").fill(text)
        await self.page.get_by_role("button", name="Kirim").click()

    async def number(self) -> str:
        slip = self.page.locator(".words .slip-number")
        await expect(slip).to_have_text(NUMBER, timeout=10_000)
        return await slip.inner_text()

    async def shoot(self, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{name}.png")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    store = Store(url=f"sqlite:///{tmp_path}/hub.db", blobs=tmp_path / "blobs")
    async with running(Settings(http=Http(port=0), store=store)) as hub:
        yield hub


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def new_screen(chromium: Browser, hub: Hub, **options: object) -> Screen:
    context: BrowserContext = await chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "id-ID", **options})
    screen = Screen(await context.new_page(), hub)
    screen.page.on("request", lambda request: screen.asked.append(request.url))
    screen.page.on("console", lambda message: screen.said.append(message.text))
    screen.page.on("pageerror", lambda error: screen.said.append(str(error)))
    return screen


@pytest.fixture
async def screen(chromium: Browser, hub: Hub) -> Screen:
    return await new_screen(chromium, hub)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "lampu.jpg"
    picture = Image.new("RGB", (640, 420), (28, 36, 52))
    picture.paste((232, 190, 110), (300, 60, 340, 110))
    picture.paste((70, 78, 92), (316, 110, 324, 400))
    picture.save(path, "JPEG")
    return path


def desk_acts(hub: Hub) -> Acts:
    """What an operator's page calls."""
    return Acts(hub.db, hub.tools.bell, hub.profile, Replies(hub.profile, hub.url), draw, hub.tools.clock)


async def all_rows(hub: Hub, table: type) -> list:
    return await hub.db.read(lambda session: list(session.exec(select(table))))


async def test_a_complaint_with_a_photo_shows_its_number_and_is_tracked(screen: Screen, hub: Hub, photo: Path) -> None:
    """Typed, sent, numbered; all there after a reload; the number opens on /lacak; nothing foreign loaded, no policy broken.

    That an operator writes, and a state that is set at the desk, appear in the open chat.
    """
    await screen.open()
    await screen.shoot("home-1440")
    await screen.page.locator("#berkas").set_input_files(photo)
    await expect(screen.page.locator(".chosen li")).to_have_count(1)
    await screen.write(LAMP)
    number = await screen.number()
    await expect(screen.page.locator(".word.us")).to_contain_text(["Halo", number])
    await expect(screen.page.locator(".word.me .mark.settled")).to_have_count(1)
    await screen.shoot("chat-1440")

    await screen.page.reload()
    assert await screen.number() == number
    await expect(screen.page.locator(".word.me")).to_contain_text(LAMP)
    shown = screen.page.locator(".word.me img")
    await until(lambda: shown.evaluate("image => image.naturalWidth > 0"), "the photo is shown after a reload")
    assert await screen.page.locator(".words .slip").count() == 1

    (complaint,) = await all_rows(hub, ComplaintRow)
    writing = screen.page.get_by_text("Petugas sedang menulis…")

    async def seen() -> bool:
        hub.tools.bell.ring(f"typing:{complaint.conversation}")
        return await writing.is_visible()

    await until(seen, "the mark, once the page listens")
    await screen.shoot("writing-1440")
    await desk_acts(hub).move(complaint.id, State.ANSWERED, operator="rina", text="Lampunya sudah diganti kemarin malam.")
    await expect(screen.page.locator(".word.us").last).to_contain_text("sudah diganti kemarin malam")
    await expect(writing).to_have_count(0)
    await screen.shoot("answered-1440")

    await screen.page.locator(".words .slip").get_by_role("link", name="Lacak").click()
    await expect(screen.page.locator("h1")).to_have_text(number)
    await expect(screen.page.locator(".state")).to_have_text("Ditanggapi")
    assert LAMP not in await screen.page.content()
    await screen.shoot("lacak-1440")

    (file,) = await all_rows(hub, EvidenceRow)
    assert file.media_type == "image/jpeg"
    assert all(url.startswith((hub.url, "blob:")) for url in screen.asked), "a request left the hub"
    assert [line for line in screen.said if "Content Security Policy" in line or "Error" in line] == []


async def test_an_offline_message_waits_and_is_sent_once(screen: Screen, hub: Hub, photo: Path) -> None:
    """Written without a line, kept over a reload with its photo, sent under the same id when the line is back: one complaint."""
    await screen.open()
    await screen.page.route("**/chat/messages", lambda route: route.abort())
    await screen.page.locator("#berkas").set_input_files(photo)
    await screen.write(LAMP)
    await expect(screen.page.locator(".word.me .mark")).to_have_class(re.compile("waiting"))
    await expect(screen.page.get_by_role("status")).to_contain_text("tersimpan di sini")
    await screen.page.reload()
    await expect(screen.page.locator(".word.me")).to_contain_text(LAMP)
    assert await all_rows(hub, InboxRow) == []
    await screen.page.unroute("**/chat/messages")
    await screen.page.evaluate("dispatchEvent(new Event('online'))")
    await screen.number()
    await screen.page.reload()
    await screen.number()
    assert len(await all_rows(hub, InboxRow)) == len(await all_rows(hub, ComplaintRow)) == len(await all_rows(hub, EvidenceRow)) == 1


async def test_an_answer_lost_on_the_way_makes_no_second_complaint(screen: Screen, hub: Hub) -> None:
    """The hub took the message and its answer never arrived: the browser sends again, the number is the same."""
    lost = 0

    async def swallow(route: object) -> None:
        nonlocal lost
        lost += 1
        if lost == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await screen.open()
    await screen.page.route("**/chat/messages", swallow)
    await screen.write(LAMP)
    await screen.number()
    await until(lambda: lost >= 2, "it was sent again")
    await expect(screen.page.locator(".word.me .mark.settled")).to_have_count(1)
    assert len(await all_rows(hub, InboxRow)) == 1


async def test_on_a_phone_in_the_dark(chromium: Browser, hub: Hub, photo: Path) -> None:
    """360 px: nothing sticks out sideways, in light and in dark; the location goes along."""
    for scheme in ("light", "dark"):
        place = {"geolocation": {"latitude": -6.8722, "longitude": 107.5425}, "permissions": ["geolocation"]}
        screen = await new_screen(
            chromium, hub, viewport={"width": 360, "height": 740}, color_scheme=scheme, device_scale_factor=2, **place
        )
        for path in ("/", "/lacak", "/lacak/CMH-1234", "/privasi"):
            await screen.open(path)
            assert await screen.page.evaluate("document.documentElement.scrollWidth") <= 360, path
            await screen.shoot(f"{path.strip('/').replace('/', '-').lower() or 'home'}-360-{scheme}")
        await screen.open()
        await screen.page.get_by_role("button", name="Lokasi").click()
        await expect(screen.page.locator(".chosen li")).to_have_count(1)
        await screen.write(LAMP)
        number = await screen.number()
        await screen.page.locator("#obrolan").scroll_into_view_if_needed()
        await screen.shoot(f"chat-360-{scheme}")
        await screen.open(f"/lacak/{number}")
        await screen.shoot(f"case-360-{scheme}")
    rows = await all_rows(hub, ComplaintRow)
    assert rows[0].location["lat"] == pytest.approx(-6.8722)


@pytest.fixture
async def city_site() -> AsyncIterator[tuple[str, list[str]]]:
    """Another site (another host name) with a strict policy; its page has the script tag of the hub that is put into the list."""
    hubs: list[str] = []

    async def page(_: web.Request) -> web.Response:
        body = (
            f'<!doctype html><html lang="id"><title>Kota</title><h1>Kota Cimahi</h1><script src="{hubs[0]}/chat/widget.js" async></script>'
        )
        policy = f"default-src 'self'; script-src {hubs[0]}; frame-src {hubs[0]}"
        return web.Response(text=body, content_type="text/html", headers={"Content-Security-Policy": policy})

    site = web.Application()
    site.router.add_get("/", page)
    server = TestServer(site, host="127.0.0.1")
    await server.start_server()
    yield f"http://localhost:{server.port}", hubs
    await server.close()


async def test_another_site_shows_the_chat_by_one_script_tag(chromium: Browser, city_site: tuple[str, list[str]], tmp_path: Path) -> None:
    """The button opens the frame, a complaint gets its number, and a reload of the city's page keeps it."""
    origin, hubs = city_site
    settings = Settings(http=Http(port=0, embed_origins=(origin,)), store=Store(url=f"sqlite:///{tmp_path}/e.db", blobs=tmp_path / "b"))
    async with running(settings) as hub:
        hubs.append(hub.url)
        screen = await new_screen(chromium, hub)
        await screen.page.goto(f"{origin}/")
        await screen.page.get_by_role("button", name="Lapor di sini").click()
        frame = screen.page.frame_locator("iframe")
        await frame.get_by_label("Pesan Anda").fill(LAMP)
        await frame.get_by_role("button", name="Kirim").click()
        slip = frame.locator(".words .slip-number")
        await expect(slip).to_have_text(NUMBER, timeout=10_000)
        number = await slip.inner_text()
        await screen.shoot("widget-1440")
        await screen.page.reload()
        await screen.page.get_by_role("button", name="Lapor di sini").click()
        await expect(frame.locator(".words .slip-number")).to_have_text(number)
        assert len(await all_rows(hub, InboxRow)) == 1


async def test_a_site_that_is_not_named_may_not_show_the_chat(chromium: Browser, hub: Hub, city_site: tuple[str, list[str]]) -> None:
    origin, hubs = city_site
    hubs.append(hub.url)
    screen = await new_screen(chromium, hub)
    await screen.page.goto(f"{origin}/")
    await screen.page.get_by_role("button", name="Lapor di sini").click()
    await until(lambda: any("frame-ancestors" in line for line in screen.said), "the browser refuses the frame")


async def test_two_tabs_are_one_talk(screen: Screen, hub: Hub) -> None:
    """What is written in one tab appears in the other, once."""
    await screen.open()
    await screen.write(LAMP)
    number = await screen.number()
    other = Screen(await screen.page.context.new_page(), hub)
    await other.open()
    assert await other.number() == number
    await screen.write("Tiangnya juga sudah miring")
    await expect(other.page.locator(".word.me")).to_have_count(2)
    await expect(screen.page.locator(".word.me")).to_have_count(2)
    assert await other.page.locator(".slip").count() == 1


async def test_without_javascript(chromium: Browser, hub: Hub, photo: Path) -> None:
    """A plain form, the same promise."""
    screen = await new_screen(chromium, hub, java_script_enabled=False, viewport={"width": 360, "height": 740})
    await screen.open()
    await screen.shoot("home-360-nojs")
    box = await screen.page.locator("#pesan").bounding_box()
    assert box
    assert box["x"] + box["width"] <= 360
    await screen.page.get_by_label("Foto").set_input_files(photo)
    await screen.write(LAMP)
    number = screen.page.locator(".slip-number")
    await expect(number).to_have_text(NUMBER, timeout=15_000)
    await screen.shoot("taken-360-nojs")
    (complaint,) = await all_rows(hub, ComplaintRow)
    assert (await number.inner_text()).replace("-", "") == complaint.tracking_number


async def test_everything_can_be_done_with_the_keyboard(screen: Screen) -> None:
    """Tab to the field, write, Enter sends; the log is announced politely."""
    await screen.open()
    for _ in range(12):
        await screen.page.keyboard.press("Tab")
        if await screen.page.evaluate("document.activeElement.id") == "pesan":
            break
    await screen.page.keyboard.type(LAMP)
    await screen.page.keyboard.press("Enter")
    await screen.number()
    log = screen.page.locator("[role=log]")
    assert await log.get_attribute("aria-live") == "polite"
