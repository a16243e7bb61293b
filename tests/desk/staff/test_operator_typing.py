"""While an operator writes an answer, the chat that it is for shows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from chat_hub import Hub, numbered, running
from staging import Browser, Stage, csrf_of

from normalizer.complaint import State
from store.operators import Role

LAMP = "Lampu jalan di Jalan Gandawijaya RT 02 RW 05 mati sejak seminggu lalu, gelap sekali"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(tmp_path) as hub:
        hub.work()
        yield hub


@pytest.fixture
async def desk(hub: Hub) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(Stage(hub.desk, hub.desk.clock, hub.server, None), http)  # type: ignore[arg-type]


@pytest.fixture
async def citizen() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


async def sign_in(desk: Browser, name: str, role: Role) -> dict[str, str]:
    """The header that the desk's own script sends."""
    await desk.stage.add_operator(name, role)
    await desk.sign_in(name)
    return {"X-CSRF-Token": csrf_of((await desk.get("/desk/"))[1])}


async def heard(stream: aiohttp.ClientResponse, line: bytes) -> None:
    """Reads until the line came."""
    async with asyncio.timeout(10):
        async for each in stream.content:
            if each.strip() == line:
                return
    raise AssertionError("the stream ended")


async def test_only_the_chat_of_the_complaint_hears_that_somebody_writes(hub: Hub, desk: Browser, citizen: aiohttp.ClientSession) -> None:
    """The typing event reaches the stream of that session, and no other session's."""
    token = await sign_in(desk, "rina", Role.OPERATOR)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as stranger:
        number = (await numbered(citizen, hub, "a1", LAMP))["tracking_number"]
        await numbered(stranger, hub, "a1", LAMP)
        async with citizen.get(f"{hub.url}/chat/events") as own, stranger.get(f"{hub.url}/chat/events") as other:
            await heard(own, b"event: state")
            await heard(other, b"event: state")
            assert await desk.send(f"/desk/pengaduan/{number}/mengetik", None, headers=token) == (204, "")
            await heard(own, b"event: typing")
            assert (await own.content.readline()).strip() == b"data: {}"
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await heard(other, b"event: typing")


async def test_a_viewer_or_a_foreign_page_cannot_say_so(hub: Hub, desk: Browser, citizen: aiohttp.ClientSession) -> None:
    """Below an operator's role and without the form's token it is refused."""
    number = (await numbered(citizen, hub, "a1", LAMP))["tracking_number"]
    token = await sign_in(desk, "siti", Role.VIEWER)
    assert (await desk.send(f"/desk/pengaduan/{number}/mengetik", None, headers=token))[0] == 403
    await sign_in(desk, "rina", Role.OPERATOR)
    assert (await desk.send(f"/desk/pengaduan/{number}/mengetik", None))[0] == 403


async def test_only_answers_to_the_chat_have_the_mark(hub: Hub, desk: Browser, citizen: aiohttp.ClientSession) -> None:
    """The page asks for it where the citizen is in the chat, and not on other channels."""
    number = (await numbered(citizen, hub, "a1", LAMP))["tracking_number"]
    await sign_in(desk, "rina", Role.OPERATOR)
    by_telegram = await desk.stage.add_complaint(state="assigned")
    await hub.move(1, State.VERIFIED)
    await hub.move(1, State.ASSIGNED, agency=next(iter(hub.desk.profile.agencies)))
    assert f'data-typing="/desk/pengaduan/{number}/mengetik"' in (await desk.get(f"/desk/pengaduan/{number}"))[1]
    html = (await desk.get(f"/desk/pengaduan/{by_telegram}"))[1]
    assert 'id="text-answered"' in html
    assert "data-typing" not in html
