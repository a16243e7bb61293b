"""A setting changed at the desk of a running hub: in force within seconds, in the same process, while nobody is turned away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import create_engine

from store import setting_changes
from tests.kill.hub import until
from tests.kill.line import Line, hook, update

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(tmp_path, "webhook")
    await made.begin()
    yield made
    await made.end()


async def test_the_next_citizen_reads_the_new_text(line: Line) -> None:
    """The text changes, the process stays the same one, and every call before, during and after is answered."""
    hub = await line.hub(born=False)
    pid = hub.process.pid if hub.process else 0
    statuses: list[int] = []
    done = asyncio.Event()

    async def knocking() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
            while not done.is_set():
                try:
                    async with http.get(f"{hub.url}/healthz") as answer:
                        statuses.append(answer.status)
                except aiohttp.ClientConnectorError:
                    statuses.append(0)
                except aiohttp.ClientError:
                    pass  # one that was open when the inside stopped
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), 0.1)

    calling = asyncio.create_task(knocking())
    line.complain(1, photo=False)
    await line.settled()
    engine = create_engine(f"sqlite:///{line.store}")
    with engine.begin() as connection:  # as the page does it, whose own test is elsewhere; the hub finds it without a ring
        text = "Sudah kami catat: {number}. Terima kasih."
        setting_changes.add(connection, at=datetime.now(UTC), operator="ani", area="text", key="id.ack", value=text, seen=0, was=None)
    await until(lambda: "dimulai lagi" in hub.output(), 75, "the hub notices the change")
    assert await hook(hub.url, update(77, 7777, "Jembatan di Jl. Cihanjuang nomor 7 retak, mohon diperiksa.")) == 200
    await until(lambda: bool(line.telegram.answers(7777)), 30, "the citizen has an answer")
    done.set()
    await calling
    assert "Sudah kami catat: CMH-" in line.telegram.answers(7777)[0]
    assert hub.running
    assert hub.process
    assert hub.process.pid == pid
    assert hub.output().count("sudah buka") == 2
    assert set(statuses) == {200}
