"""API keys at the desk: made, shown once, used, switched off, and told in the trail."""

from __future__ import annotations

import re

import aiohttp
from sqlmodel import select
from staging import Browser, Stage

from store.operators import Role, digest
from store.people import ApiKeyRow, AuditRow


async def test_a_key_is_shown_once_works_and_is_switched_off(stage: Stage, browser: Browser) -> None:
    """The key of the page opens the API until it is switched off; the store has its hash only, the trail who did both."""
    await stage.add_operator("ani", Role.ADMIN)
    await browser.sign_in("ani")
    status, html = await browser.post("/desk/kunci", {"name": "Dasbor", "scope": "api:read"})
    assert status == 200
    found = re.search(r'<code class="link">([\w-]{43})</code>', html)
    assert found
    key = found.group(1)
    assert key not in (await browser.get("/desk/kunci"))[1]
    [row] = await stage.read(select(ApiKeyRow))
    assert (row.name, row.scope, row.key_sha256) == ("Dasbor", "api:read", digest(key))

    async def stats() -> int:
        headers = {"Authorization": f"Bearer {key}"}
        async with aiohttp.ClientSession() as http, http.get(stage.url("/api/v1/stats"), headers=headers) as answer:
            return answer.status

    assert await stats() == 200
    status, html = await browser.post(f"/desk/kunci/{row.id}", {}, page="/desk/kunci")
    assert "Kunci Dasbor sudah dimatikan." in html
    assert await stats() == 401
    deeds = [(one.operator, one.action, one.detail) for one in await stage.read(select(AuditRow).order_by(AuditRow.id))]
    assert deeds == [("ani", "key_add", f"{row.id} Dasbor (api:read)"), ("ani", "key_disable", f"{row.id} Dasbor (api:read)")]
    assert key not in str(deeds)


async def test_a_key_needs_a_name_and_a_known_scope(stage: Stage, browser: Browser) -> None:
    """Nothing is made otherwise, and what was typed stays."""
    await stage.add_operator("ani", Role.ADMIN)
    await browser.sign_in("ani")
    status, html = await browser.post("/desk/kunci", {"name": "  ", "scope": "open311"})
    assert status == 422
    assert "Tulis nama sistem" in html
    assert '<option value="open311" selected>' in html
    status, _ = await browser.post("/desk/kunci", {"name": "x", "scope": "segala"})
    assert status == 400
    assert await stage.read(select(ApiKeyRow)) == []
