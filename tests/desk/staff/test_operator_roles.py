"""Who may open what: asked of every route there is."""

from __future__ import annotations

import re

import aiohttp
import pytest
from staging import Browser, Stage, csrf_of

from desk.operator.access import Page
from desk.operator.routes import pages
from store.operators import Role
from store.tables import EvidenceRow, InboxRow, OutboxRow, SupplementRow

FORBIDDEN = "Peran Anda tidak mencakup"


def address(page: Page, number: str) -> str:
    path = page.path.replace("{number}", number).replace("{token}", "tautan").replace("{name}", "tiada")
    path = re.sub(r"\{\w+:(\w+)\|[^/]*\}(?=/|$)", r"\1", path)  # one of some words: the first
    return "/desk" + re.sub(r"\{\w+(:[^/]*)?\}(?=/|$)", "1", path)


def guarded() -> list[Page]:
    return [
        page
        for page in pages()
        if page.role is not None and page.path not in ("/peristiwa", "/logout") and not page.path.endswith("/bersama")
    ]


@pytest.mark.parametrize("role", list(Role))
async def test_every_route_by_role(stage: Stage, browser: Browser, role: Role) -> None:
    """Below its role a route answers 403 and does nothing; from its role on it answers."""
    number = await stage.add_complaint()
    await stage.add(SupplementRow(complaint_id=1, body="tambahan", at=stage.clock.now))
    await stage.add(EvidenceRow(complaint_id=1, account="a", sha256=stage.desk.blobs.put(b"\xff\xd8\xff\xe0 foto")))
    await stage.add(
        InboxRow(channel="email", account="a", external_id="1", conversation="", received_at=stage.clock.now, state="quarantined")
    )
    await stage.add(
        OutboxRow(key="k", kind="reply", lane="reply:a", order_key="o", state="dead", created_at=stage.clock.now, due_at=stage.clock.now)
    )
    await stage.add_operator("siti", role, agency="dishub" if role is Role.AGENCY else None)
    await browser.sign_in("siti")
    token = csrf_of((await browser.get("/desk/akun"))[1])
    for page in guarded():
        path = address(page, number)
        status, html = await (browser.get(path) if page.method == "GET" else browser.send(path, {"csrf": token, "to": "verified"}))
        assert page.role is not None
        if page.opens_to(role):
            assert FORBIDDEN not in html, path
            assert status != 403, path
        else:
            if role is Role.AGENCY and page.path == "/":
                assert "Perlu dikerjakan" in html  # sent on to its own list
                continue
            assert status == 403, path
            assert FORBIDDEN in html, path


async def test_without_sign_in_every_route_sends_to_sign_in(stage: Stage) -> None:
    """Nothing of the desk is open but the sign-in pages."""
    number = await stage.add_complaint()
    async with aiohttp.ClientSession() as http:
        for page in guarded():
            async with http.request(page.method, stage.url(address(page, number)), allow_redirects=False) as answer:
                assert answer.status == 303, page.path
                assert answer.headers["Location"].startswith("/desk/login"), page.path


async def test_what_a_viewer_sees_has_no_acts_and_no_secrets(stage: Stage, browser: Browser) -> None:
    """A viewer reads states; a secret report's words, the reporter and the acts are not on the page."""
    number = await stage.add_complaint(confidential=True, title="Pungutan oleh pejabat X", body="Isi rahasia sekali")
    await stage.add_operator("pak", Role.VIEWER)
    await browser.sign_in("pak")
    listed, (_, html) = (await browser.get("/desk/"))[1], await browser.get(f"/desk/pengaduan/{number}")
    for page in (listed, html):
        assert "pejabat X" not in page
        assert "Isi rahasia" not in page
        assert "S•••" not in page
    assert "/langkah" not in html
    assert "/buka" not in html
