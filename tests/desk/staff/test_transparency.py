"""The city's figures for everybody: true, without a person in them, cheap for the store, and readable on any screen."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser as Chromium
from seeding import seed
from staging import NOW, Browser, Stage
from test_operator_accessible import nothing_serious
from test_operator_browser import chromium, opened, shot  # noqa: F401

from desk import transparency
from desk.cartogram import tiles
from desk.context import Desk
from desk.figures import Period, Row, Shelf
from desk.small_counts import LEAST, told
from desk.transparency import Board


def rows(*numbers: int) -> list[Row]:
    return [Row(f"k{n}", number, number // 2, number // 2) for n, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("numbers", "clear", "rest"),
    [
        ((9, 7), [9, 7], None),
        ((9, 7, 3, 4), [9, 7], 7),  # the small ones together
        ((9, 7, 3), [9], 10),  # one alone would be told by the total: the next joins it
        ((9, 1, 1), [], 11),  # two together are still too few
        ((3, 1), [], None),  # nothing can be told
        ((), [], None),
    ],
)
def test_small_counts_are_told_together(numbers: tuple[int, ...], clear: list[int], rest: int | None) -> None:
    """No figure below five, none that follows from the total and the others."""
    found = told(rows(*numbers))
    assert [row.received for row in found.rows] == clear
    assert (found.rest.received if found.rest else None) == rest
    assert all(row.received >= LEAST for row in found.rows)


def test_every_kecamatan_has_its_tile() -> None:
    """Also the ones from which nothing came; darkness follows the number, and what is too small is not told."""
    found = tiles("32.77", {"32.77.01": 8, "32.77.02": 2}, least=5)
    assert [(tile.name, tile.number, tile.step) for tile in found] == [
        ("Cimahi Selatan", 8, 4),
        ("Cimahi Tengah", None, 0),
        ("Cimahi Utara", None, 0),
    ]
    assert len(tiles("73.08", {})) == 27


async def town(stage: Stage) -> None:
    """Eight complaints of the roads in one kecamatan, seven by SMS, and a single one that would point at somebody."""
    categories = list(stage.desk.profile.categories)
    many: dict[str, Any] = {"location": {"region_code": "32.77.02.1003"}, "category": categories[0], "state": "answered"}
    for n in range(8):
        await stage.add_complaint(channel="sms" if n < 7 else "x", registered_at=NOW - timedelta(days=n), **many)
    one = {"location": {"region_code": "32.77.03.1001"}, "category": categories[1], "title": "RAHASIA SEKALI"}
    await stage.add_complaint(registered_at=NOW - timedelta(days=40), **one)


async def test_the_page_tells_figures_and_nobody(stage: Stage, browser: Browser) -> None:
    """Without signing in: sums, months, tables; no number of a complaint, no title, and no row of one."""
    await town(stage)
    status, html = await browser.get("/transparansi")
    assert status == 200
    assert "<dd>9</dd>" in html
    assert "RAHASIA" not in html
    assert "CMH-" not in html
    assert stage.desk.profile.categories[list(stage.desk.profile.categories)[1]].name not in html
    assert "Lainnya, digabung" in html
    assert "&lt;5" in html
    assert re.search(r"Okt 2026</th>.*?<td class=\"n\">1</td><td class=\"n\">–</td>", html, re.S)
    assert "Others, together" in (await browser.get("/transparansi?lang=en"))[1]
    assert (await browser.get("/transparansi?masa=%27;--"))[0] == 200
    months = re.findall(r'<th scope="row">(\w+ 20\d\d)</th>', html)
    assert (months[0], months[-1], len(months)) == ("Nov 2026", "Jan 2026", 11)
    assert "Bulan demi bulan" not in (await browser.get("/transparansi?masa=bulan-lalu"))[1]


async def test_a_thousand_readers_cost_one_counting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """All who come at once wait for the same counting; later ones get the last one while it is counted again behind them."""
    counted: list[str] = []
    whole, board, shelf = transparency.publish, Board(), Shelf()

    async def watched(desk: Desk, shelf: Shelf, name: str) -> transparency.Published:
        counted.append(name)
        return await whole(desk, shelf, name)

    monkeypatch.setattr(transparency, "publish", watched)
    first = await asyncio.gather(*(board.read(stage.desk, shelf, "tahun-ini") for _ in range(1000)))
    assert counted == ["tahun-ini"]
    await stage.add_complaint()
    stage.clock.now += timedelta(minutes=6)
    assert await board.read(stage.desk, shelf, "tahun-ini") is first[0]
    while (newer := await board.read(stage.desk, shelf, "tahun-ini")) is first[0]:
        await asyncio.sleep(0)
    assert newer.figures.received == 1
    assert counted == ["tahun-ini"] * 2


async def test_open_data_is_the_citys_to_give(stage: Stage, browser: Browser) -> None:
    """Off: no link and no file. On: the finished month, kept for a day, and no other month than the last twelve."""
    await town(stage)
    assert "data-terbuka" not in (await browser.get("/transparansi"))[1]
    assert (await browser.get("/transparansi/data-terbuka.csv"))[0] == 404
    object.__setattr__(stage.desk, "profile", stage.desk.profile.model_copy(update={"open_data": True}))
    assert "data-terbuka" in (await browser.get("/transparansi?lang=id"))[1]
    status, text = await browser.get("/transparansi/data-terbuka.csv?bulan=2026-10")
    assert status == 200
    assert len(text.strip().splitlines()) == 2
    assert "RAHASIA" not in text
    assert (await browser.get("/transparansi/data-terbuka.csv?bulan=1999-01"))[1] == text


async def test_a_month_that_is_over_is_counted_once_a_day(stage: Stage) -> None:
    """Minutes later only what goes on is counted again."""
    asked: list[tuple[Period, timedelta]] = []

    class Watched(Shelf):
        async def figures(self, desk: Desk, period: Period, *, fresh: timedelta) -> Any:
            asked.append((period, fresh))
            return await super().figures(desk, period, fresh=fresh)

    published = await transparency.publish(stage.desk, Watched(), "tahun-ini")
    assert len(published.months) == 11
    assert [fresh for _, fresh in asked[2:]] == [timedelta(days=1)] * 10
    assert len({period for period, _ in asked}) == 12


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language", "scheme"), [(360, "id", "light"), (1440, "id", "dark"), (360, "en", "dark")])
async def test_it_is_readable_on_any_screen(stage: Stage, chromium: Chromium, width: int, language: str, scheme: str) -> None:  # noqa: F811
    """Nothing sideways, axe-core finds nothing serious, nothing is blocked, nobody else is asked, under 50 kB."""
    await town(stage)
    await seed(stage)
    errors: list[str] = []
    page = await opened(chromium, width, errors)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    await page.goto(stage.url(f"/transparansi?lang={language}"))
    await nothing_serious(page)
    await shot(page, f"transparansi-{language}-{scheme}")
    assert errors == []
    assert hosts == {stage.url("/").split("/")[2]}
    await page.close()


@pytest.mark.browser
async def test_every_public_page_weighs_little(stage: Stage, chromium: Chromium) -> None:  # noqa: F811
    """All that a browser fetches for a first look, as it comes over the wire: home with the chat, tracking, figures; each under 50 kB."""
    await town(stage)
    for path in ("/", "/lacak", "/transparansi", "/privasi", "/luring"):
        context = await chromium.new_context(service_workers="block")
        page = await context.new_page()
        line = await context.new_cdp_session(page)
        await line.send("Network.enable")
        weights: list[float] = []
        line.on("Network.loadingFinished", lambda event, weights=weights: weights.append(event["encodedDataLength"]))
        await page.goto(stage.url(path), wait_until="load")
        print(path, sum(weights))
        assert 2_000 < sum(weights) < 50_000, path
        await context.close()


async def test_the_manifest_names_the_city(stage: Stage, browser: Browser) -> None:
    """Name, colours, a maskable icon, and every icon is there in its size."""
    async with browser.http.get(stage.url("/manifest.webmanifest")) as answer:
        assert answer.content_type == "application/manifest+json"
        manifest = await answer.json(content_type=None)
    assert manifest["name"] == "Pengaduan Kota Cimahi"
    assert "maskable" in {icon.get("purpose") for icon in manifest["icons"]}
    async with aiohttp.ClientSession() as http:
        for icon in manifest["icons"]:
            async with http.get(stage.url(icon["src"])) as answer:
                assert answer.status == 200
                assert answer.content_type == icon["type"]


@pytest.mark.browser
async def test_without_a_line_a_page_says_so(stage: Stage, chromium: Chromium) -> None:  # noqa: F811
    """The worker keeps that one page and nothing of anybody; desk, chat and files go past it."""
    page = await opened(chromium, 360, [])
    await page.goto(stage.url("/"))
    await page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => true)")
    await page.goto(stage.url("/lacak"))
    kept = "(async () => { const all = []; for (const name of await caches.keys()) all.push(...(await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)); return all; })()"  # noqa: E501
    assert await page.evaluate(kept) == ["/luring"]
    await page.context.set_offline(True)
    await page.goto(stage.url("/lacak"))
    assert await page.inner_text("h1") == "Anda sedang luring"
    await shot(page, "luring")
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        await page.goto(stage.url("/desk/"))
    await page.close()
