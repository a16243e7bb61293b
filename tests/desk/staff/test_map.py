"""Where a complaint is: numbers and a drawing by default, which ask nobody; a map only from the address that the office named."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect
from seeding import seed
from staging import Stage, staged
from test_operator_accessible import nothing_serious
from test_operator_browser import chromium, opened, pictures, shot, sign_in  # noqa: F401

from config.settings import Map
from store.operators import Role

pytestmark = pytest.mark.browser


@pytest.fixture
async def tiles() -> AsyncIterator[tuple[str, list[str]]]:
    """A tile server on another host name, and what it was asked for."""
    asked: list[str] = []
    out = io.BytesIO()
    Image.new("RGB", (256, 256), "#dfe7da").save(out, "PNG")

    async def tile(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Referer", ""))
        return web.Response(body=out.getvalue(), content_type="image/png")

    app = web.Application()
    app.router.add_get("/{z}/{x}/{y}.png", tile)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield f"http://localhost:{server.port}/{{z}}/{{x}}/{{y}}.png", asked
    await server.close()


@pytest.fixture
async def mapped(tmp_path: Path, tiles: tuple[str, list[str]]) -> AsyncIterator[Stage]:
    async with staged(tmp_path, map=Map(tiles=tiles[0], attribution="© Peta <b>Kota</b>")) as running:
        yield running


async def test_without_tiles_nobody_is_asked(stage: Stage, chromium: Chromium) -> None:  # noqa: F811
    """Numbers, a link for any map program, distance and drawing; no script of a map."""
    await stage.add_operator("rina", Role.OPERATOR)
    number = await seed(stage)
    errors: list[str] = []
    page = await opened(chromium, 360, errors)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    await sign_in(page, stage)
    answer = await page.goto(stage.url(f"/desk/pengaduan/{number}"))
    assert answer is not None
    assert "img-src 'self' blob: data:;" in answer.headers["content-security-policy"]
    assert (
        await page.get_by_role("link", name="Buka di aplikasi peta").get_attribute("href") == "geo:-6.87221,107.54213?q=-6.87221,107.54213"
    )
    assert await page.locator("#peta").count() == 0
    assert hosts == {stage.url("/").split("/")[2]}
    assert errors == []
    await page.close()


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_pin_on_the_offices_map(mapped: Stage, tiles: tuple[str, list[str]], chromium: Chromium, width: int) -> None:  # noqa: F811
    """Pictures from that host are let through on this page only; it is not told which page asks; its name is text, whatever is in it."""
    await mapped.add_operator("rina", Role.OPERATOR)
    number = await seed(mapped)
    errors: list[str] = []
    page = await opened(chromium, width, errors)
    await sign_in(page, mapped)
    answer = await page.goto(mapped.url(f"/desk/pengaduan/{number}"))
    assert answer is not None
    assert f"data: {tiles[0].split('/{')[0]};" in answer.headers["content-security-policy"]
    await expect(page.locator("#peta path.leaflet-interactive")).to_be_visible()
    await expect(page.locator("#peta img.leaflet-tile-loaded").first).to_be_visible()
    await expect(page.locator("#peta .leaflet-control-attribution")).to_have_text("© Peta <b>Kota</b>")
    await pictures(page)
    await nothing_serious(page)
    await page.locator("#peta").scroll_into_view_if_needed()
    await shot(page, "peta")
    assert tiles[1]
    assert set(tiles[1]) == {""}
    assert errors == []
    other = await page.goto(mapped.url("/desk/gambaran"))
    assert other is not None
    assert "localhost" not in other.headers["content-security-policy"]
    await page.close()
