"""Every page that the route table has, in a real browser: a new page cannot be forgotten, because nobody has to remember it.

Pictures of all of them, wide and narrow, lie in `.artefacts/` afterwards (or where SATUPINTU_SHOTS says).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page
from seeding import seed, trouble
from staging import NOW, Stage
from test_operator_browser import chromium, sign_in  # noqa: F401
from test_operator_triage import waiting

from desk import evidence
from desk.operator.routes import pages
from normalizer.complaint import State
from store import operators
from store.operators import Role

pytestmark = pytest.mark.browser
SHOTS = Path(os.environ.get("SATUPINTU_SHOTS") or Path(__file__).parents[3] / ".artefacts")
MACHINES = ("/api/", "/open311/", "/hooks/", "/static/", "/chat/history", "/chat/files/", evidence.PATH)
"""Not for people: other tests ask about these."""
STREAMS = ("/events", "/peristiwa", "/bersama")
FILLED = {
    "token": "token-baru",
    "id": "c0ffee" * 5,
    "chart": "arus.svg",
    "kind": "js",
    "evidence": "1",
    "row": "1",
    "supplement": "1",
    "name": "siti",
}
"""What stands for the parts of an address, beside the complaint's number."""
SETTINGS = {"teks": "ack", "rute": "jalan_rusak", "instansi": "dishub", "libur": "2026-12-31", "jam": "hours", "laporan": "monthly"}
"""A key of each area of settings."""
NOT_HERE = frozenset({"/transparansi/data-terbuka.csv"})
"""Closed unless the city's profile opens it."""
ENGLISH = ("/desk/", "/desk/pengaduan/{number}", "/desk/gambaran", "/", "/lacak/{number}")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    role: Role | None

    def address(self, number: str) -> str:
        area = self.path.removeprefix("/desk/pengaturan/").partition("/")[0]
        known = {**FILLED, "number": number, **({"key": SETTINGS[area]} if area in SETTINGS else {})}

        def fill(part: re.Match[str]) -> str:
            assert part[1] in known, f"{self.path}: say in FILLED what stands for {{{part[1]}}}"
            return known[part[1]]

        return re.sub(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}", fill, self.path)


def routes(stage: Stage) -> Iterator[Route]:
    """Every GET for people; what an agency may open is opened as an agency."""
    for page in pages():
        if page.method == "GET" and not page.path.endswith(STREAMS) and not page.path.startswith(MACHINES):
            yield Route(f"/desk{page.path}", page.role)
    for resource in stage.server.app.router.resources():
        path = resource.canonical
        gets = any(route.method == "GET" for route in resource)
        if gets and not path.startswith(("/desk", *MACHINES)) and not path.endswith(STREAMS):
            yield Route(path, None)


class Watched:
    """A page of which everything that goes wrong is remembered."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host, self.wrong = page, host, list[str]()
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.split("/")[2] in (host, "") else self.wrong.append(f"asked {asked.url}"))

    async def look(self, url: str, name: str) -> list[str]:
        """What is wrong with this page; its pictures are kept."""
        answer = await self.page.goto(url)
        assert answer
        policy = (await answer.all_headers()).get("content-security-policy", "")
        found = [] if answer.status == 200 else [f"status {answer.status}"]
        found += [] if policy.startswith("default-src 'self'") and "unsafe" not in policy else [f"policy {policy}"]
        for look in (WIDE, NARROW):
            await self.page.set_viewport_size(look)  # type: ignore[arg-type]
            violations = (await Axe().run(self.page, options={"resultTypes": ["violations"]})).response["violations"]
            found += [
                f"{look['width']}: {each['id']} {[node['html'][:140] for node in each['nodes']][:3]}"
                for each in violations
                if each["impact"] in ("serious", "critical")
            ]
            if not await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                found.append(f"{look['width']}: scrolls sideways")
            await self.page.screenshot(path=SHOTS / f"{name}-{look['width']}.png", full_page=True)
        wrong = list(self.wrong)
        self.wrong.clear()
        return found + wrong


async def people(stage: Stage, chromium: Chromium) -> dict[Role | None, BrowserContext]:  # noqa: F811
    """An admin, an agency's account and nobody in particular, each in a browser of their own."""
    await stage.add_operator("siti", Role.ADMIN)
    await stage.add_operator("dina", Role.AGENCY, agency="dpupr")
    digest = operators.digest(FILLED["token"])
    await stage.desk.db.write(
        lambda c: operators.add(c, name="baru", full_name="Baru", role=Role.VIEWER, agency=None, now=NOW, token_sha256=digest)
    )
    look = {"viewport": WIDE, "locale": "id-ID", "reduced_motion": "reduce"}
    found: dict[Role | None, BrowserContext] = {}
    for role, name in ((None, ""), (Role.ADMIN, "siti"), (Role.AGENCY, "dina")):
        found[role] = context = await chromium.new_context(**look)  # type: ignore[arg-type]
        if name:
            page = await context.new_page()
            await page.goto(stage.url("/desk/login"))
            await page.fill("#name", name)
            await page.fill("#password", "kebun teh sore hari")
            await page.keyboard.press("Enter")
            await page.wait_for_selector("header.bar")
            await page.close()
    return found


@pytest.mark.timeout(300)  # many pages in one browser, beside other tests
@pytest.mark.parametrize(("whose", "least"), [(None, 8), (Role.ADMIN, 18), (Role.AGENCY, 2)], ids=["citizens", "desk", "agency"])
async def test_every_page_is_sound(stage: Stage, chromium: Chromium, whose: Role | None, least: int) -> None:  # noqa: F811
    """With a full store, in Indonesian, wide and narrow, some in English: it answers, asks nobody else for anything, says nothing to the
    console, needs no sideways scrolling, has the strict policy, and axe finds nothing serious."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    number = await seed(stage)
    await trouble(stage)
    await waiting(stage, "@kota lampu di Jl. Sangkuriang mati, gelap sekali kalau malam")
    await stage.desk.acts.move(9, State.ASSIGNED, operator="siti", agency="dpupr")
    contexts, host = await people(stage, chromium), stage.url("/").split("/")[2]
    sent = await contexts[None].request.post(stage.url("/kirim"), multipart={"id": FILLED["id"], "text": "Lampu mati di Jl. Kenanga"})
    assert sent.ok
    await stage.desk.db.write(
        lambda c: c.exec_driver_sql("UPDATE inbox SET state = 'done' WHERE channel = 'webchat'")
    )  # it reloads until then
    watched = Watched(await contexts[whose].new_page(), host)
    wrong: dict[str, list[str]] = {}
    seen = 0
    for route in routes(stage):
        role = route.role if route.role in (None, Role.AGENCY) else Role.ADMIN
        if role is not whose:
            continue
        address = route.address(number)
        answer = await contexts[whose].request.get(stage.url(address), fail_on_status_code=False)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            if answer.status >= 400 and route.path not in NOT_HERE:
                wrong[address] = [f"status {answer.status}"]
            continue
        seen += 1
        name = re.sub(r"\W+", "-", route.path).strip("-") or "home"
        if found := await watched.look(stage.url(address), name):
            wrong[address] = found
        if route.path in ENGLISH:
            english = f"{stage.url(address)}?lang=en"
            if found := await watched.look(english, f"{name}-en"):
                wrong[f"{address} (English)"] = found
            await watched.page.goto(f"{stage.url(address)}?lang=id")
    assert wrong == {}
    assert seen >= least
