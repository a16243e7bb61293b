"""A backup of a hub that goes on taking messages, put back elsewhere and served: what was promised before is kept after."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from normalizer import tracking
from tests.kill.hub import ROOT, SECRET, until
from tests.kill.line import PIXEL, Line

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(tmp_path / "lama", "webhook")
    made.folder.mkdir()
    await made.begin()
    yield made
    await made.end()


async def command(*arguments: str) -> str:
    """A command of run.py; what it says on standard output."""
    environment = {"SATUPINTU__SECRET": SECRET, "SATUPINTU__ACCOUNTS__BOT__TOKEN": "x"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "run.py", *arguments, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode().strip()


async def test_a_running_hub_lives_on_elsewhere(line: Line, tmp_path: Path) -> None:
    """Backed up while messages come in, restored into an empty place and served: numbers and evidence are there, nothing is sent twice."""
    await line.hub()
    line.complain(4)
    await line.settled()
    before = {row["tracking_number"] for row in line.complaints()}
    making = asyncio.create_task(command("backup", "--config", str(line.folder / "hub.toml"), str(tmp_path / "c.tar.gz")))
    while not making.done():
        line.complain(1)
        await asyncio.sleep(0)
        await asyncio.wait([making], timeout=0.7)
    assert await making == str(tmp_path / "c.tar.gz")
    await line.settled()
    await line.lives[-1].stop()
    told = {chat: len(line.telegram.answers(chat)) for chat in line.chats[:4]}
    forwarded = line.city.taken()

    line.folder = tmp_path / "baru"
    line.folder.mkdir()
    line.store = line.folder / "hub.db"
    (line.folder / "hub.toml").write_text((tmp_path / "lama" / "hub.toml").read_text().replace(str(tmp_path / "lama"), str(line.folder)))
    await command("restore", "--config", str(line.folder / "hub.toml"), str(tmp_path / "c.tar.gz"))
    await line.hub()
    after = {row["tracking_number"]: row for row in line.complaints()}
    assert before <= set(after)
    async with aiohttp.ClientSession() as http:
        for number in before:
            async with http.get(f"{line.lives[-1].url}/lacak/{tracking.printed(number)}") as answer:
                assert answer.status == 200
    [photo] = {path for path in (line.folder / "blobs").rglob("*") if path.is_file() and path.read_bytes() == PIXEL}
    assert photo.name == photo.name.lower()
    # a new citizen's message goes the whole way, so whatever else was owed had its turn
    line.complain(1, photo=False)
    newest = line.chats[-1]
    await until(lambda: bool(line.telegram.answers(newest)) and not line.owed(), 60, "the new citizen has an answer, and nothing is owed")
    assert {chat: len(line.telegram.answers(chat)) for chat in line.chats[:4]} == told
    printed = {tracking.printed(number) for number in before}
    assert [number for number in line.city.taken() if number in printed] == [number for number in forwarded if number in printed]
