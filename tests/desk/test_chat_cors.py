"""Scripts of the sites that the office named may use the chat; those of others may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from chat_hub import Hub, running

CITY = "https://www.cimahikota.example"
TOKEN = "C" * 30


@pytest.fixture
async def named(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(tmp_path, embed_origins=(CITY,)) as hub:
        yield hub


async def test_a_named_site_may_write_with_a_token_of_its_own(named: Hub, citizen: aiohttp.ClientSession) -> None:
    """Asked beforehand, allowed for exactly this site, without cookies."""
    url = f"{named.url}/chat/messages"
    asked = await citizen.options(url, headers={"Origin": CITY, "Access-Control-Request-Method": "POST"})
    assert (asked.status, asked.headers["Access-Control-Allow-Origin"]) == (204, CITY)
    assert "X-Chat-Session" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
    answer = await citizen.post(url, json={"id": "a1", "text": "Lampu mati"}, headers={"Origin": CITY, "X-Chat-Session": TOKEN})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]) == (200, CITY, "Origin")
    assert "Set-Cookie" not in answer.headers
    history = await citizen.get(f"{named.url}/chat/history", headers={"Origin": CITY, "X-Chat-Session": TOKEN})
    assert [one["text"] for one in (await history.json())["messages"]] == ["Lampu mati"]


async def test_a_named_site_may_not_use_the_citizens_cookie(named: Hub, citizen: aiohttp.ClientSession) -> None:
    """A neighbouring host name counts as the same site for cookies; its script still has to bring a token."""
    await citizen.get(f"{named.url}/")
    answer = await citizen.post(f"{named.url}/chat/messages", json={"id": "a1", "text": "Lampu mati"}, headers={"Origin": CITY})
    assert answer.status == 403


@pytest.mark.parametrize("origin", ["https://jahat.example", "null", f"{CITY}.jahat.example", "http://www.cimahikota.example"])
async def test_another_site_gets_no_permission(named: Hub, citizen: aiohttp.ClientSession, origin: str) -> None:
    url, headers = f"{named.url}/chat/messages", {"Origin": origin, "X-Chat-Session": TOKEN}
    asked = await citizen.options(url, headers={**headers, "Access-Control-Request-Method": "POST"})
    answer = await citizen.post(url, json={"id": "a1", "text": "Lampu mati"}, headers=headers)
    assert (asked.status, answer.status) == (403, 403)
    assert not any("Access-Control-Allow-Origin" in one.headers for one in (asked, answer))


async def test_without_named_sites_nothing_is_said_of_origins(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    answer = await citizen.get(f"{hub.url}/chat/history", headers={"Origin": CITY})
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_pages_outside_the_chat_are_never_shared(named: Hub, citizen: aiohttp.ClientSession) -> None:
    for path in ("/", "/lacak", "/desk/login"):
        answer = await citizen.get(named.url + path, headers={"Origin": CITY})
        assert "Access-Control-Allow-Origin" not in answer.headers
