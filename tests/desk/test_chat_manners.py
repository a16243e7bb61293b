"""The chat's manners in a real browser: progress of an upload, a sign that we are reading, work for a flood, the look of the site."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect
from test_chat_browser import CHROMIUM, LAMP, NUMBER, Screen, all_rows, chromium, hub, new_screen, screen

from config.settings import Http, Settings, Store
from desk.visitor import Limits
from run import Hub, running
from store.tables import EvidenceRow, InboxRow

__all__ = ["chromium", "hub", "screen"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is missing: apt-get install chromium")]

WATCH = """(wanted) => {
  const seen = [];
  const look = (all) => all.forEach(({ addedNodes }) => addedNodes.forEach((node) => { if (node.matches?.(wanted)) seen.push(node); }));
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  return seen;
}"""
"""Collects what appears on the page, however shortly."""


@pytest.fixture
async def striking_site() -> AsyncIterator[tuple[str, list[str]]]:
    """A site whose script tag asks for its own look: dark, a colour too pale for text, on the left."""
    hubs: list[str] = []

    async def page(_: web.Request) -> web.Response:
        tag = f'<script src="{hubs[0]}/chat/widget.js" data-theme="light" data-color="#ffcc00" data-side="left" async></script>'
        return web.Response(text=f'<!doctype html><html lang="id"><title>Kota</title><h1>Kota</h1>{tag}', content_type="text/html")

    site = web.Application()
    site.router.add_get("/", page)
    server = TestServer(site, host="127.0.0.1")
    await server.start_server()
    yield f"http://localhost:{server.port}", hubs
    await server.close()


async def test_an_upload_shows_how_far_it_is(screen: Screen, hub: Hub, tmp_path: Path) -> None:
    """A bar while the file is on its way, nothing of it afterwards; the file arrives whole."""
    film = tmp_path / "film.bin"
    film.write_bytes(os.urandom(6_000_000))
    await screen.open()
    seen = await screen.page.evaluate_handle(WATCH, "progress")
    await screen.page.locator("#berkas").set_input_files(film)
    await screen.write(LAMP)
    await screen.number()
    assert await seen.evaluate("(seen) => seen.length") == 1
    assert await seen.evaluate("(seen) => seen[0].value") > 0
    await expect(screen.page.locator("progress")).to_have_count(0)
    [file] = await all_rows(hub, EvidenceRow)
    assert file.size == 6_000_000


async def test_between_message_and_answer_somebody_is_reading(screen: Screen) -> None:
    """Three points that a screen reader does not read out; gone with the answer."""
    await screen.open()
    seen = await screen.page.evaluate_handle(WATCH, ".typing")
    await screen.page.route("**/chat/events", lambda route: route.abort())  # the answer is late
    await screen.write(LAMP)
    await expect(screen.page.locator(".typing")).to_be_visible(timeout=10_000)
    await screen.page.unroute("**/chat/events")
    await expect(screen.page.locator(".word.us:not(.typing)")).to_have_count(2, timeout=20_000)
    await expect(screen.page.locator(".typing")).to_have_count(0)
    assert await seen.evaluate("(seen) => seen.map((node) => node.ariaHidden)") == ["true"]


async def test_when_an_address_floods_a_citizen_there_still_gets_through(screen: Screen, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page does the work by itself, says so, and the message is taken once."""
    monkeypatch.setattr(Limits, "CALM_BY_ADDRESS", type(Limits.CALM_BY_ADDRESS)(0))
    await screen.open()
    await screen.write(LAMP)
    await screen.number()
    assert len(await all_rows(hub, InboxRow)) == 1
    assert not [line for line in screen.said if "429" not in line]


async def test_the_widget_takes_the_look_of_its_site(chromium: Browser, striking_site: tuple[str, list[str]], tmp_path: Path) -> None:
    """Its side, its colour with black letters where white could not be read, its light although the device is dark."""
    origin, hubs = striking_site
    settings = Settings(http=Http(port=0, embed_origins=(origin,)), store=Store(url=f"sqlite:///{tmp_path}/e.db", blobs=tmp_path / "b"))
    async with running(settings) as hub:
        hubs.append(hub.url)
        screen = await new_screen(chromium, hub, color_scheme="dark")
        await screen.page.goto(f"{origin}/")
        button = screen.page.get_by_role("button", name="Lapor di sini")
        look = "(node) => { const { left, backgroundColor, color } = getComputedStyle(node); return [left, backgroundColor, color]; }"
        assert await button.evaluate(look) == ["16px", "rgb(255, 204, 0)", "rgb(0, 0, 0)"]
        await button.click()
        frame = screen.page.frame_locator("iframe")
        root = frame.locator("html")
        await expect(root).to_have_attribute("data-theme", "light")
        assert await root.evaluate("(node) => getComputedStyle(node).getPropertyValue('--sheet').trim()") == "#ffffff"
        accent = await root.evaluate("(node) => node.style.getPropertyValue('--accent')")
        assert accent not in ("", "rgb(255 204 0)")
        await frame.get_by_label("Pesan Anda").fill(LAMP)
        await frame.get_by_role("button", name="Kirim").click()
        await expect(frame.locator(".words .slip-number")).to_have_text(NUMBER, timeout=10_000)
        await screen.shoot("widget-theme-1440")
        assert [line for line in screen.said if "404" not in line] == []  # the site has no favicon
