"""What a door is sent as media_url leads to the cleaned file, for a while, and to nothing else; over both engines."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image
from town import Town

from config.settings import Http, Settings
from connectors.contract import Attachment
from desk.app import build
from desk.context import Desk

HOLE = "Jalan berlubang besar, sudah dua motor jatuh, mohon diperbaiki"


def photo() -> bytes:
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0110] = "SM-A155F"
    Image.new("RGB", (32, 32), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
async def hub(town: Town) -> AsyncIterator[TestServer]:
    desk = Desk(
        settings=Settings(http=Http(public_url="https://lapor.example")),
        profile=town.profile,
        db=town.db,
        blobs=town.blobs,
        bell=town.bell,
        acts=town.acts,
        intake=town.intake,
        connectors={},
        secret=b"s" * 32,
        clock=town.clock,
    )
    async with TestServer(build(desk), host="127.0.0.1") as running:
        yield running


async def linked(town: Town) -> str:
    """The path of the one link that the door got."""
    sha256 = town.blobs.put(photo())
    await town.say(HOLE, attachments=(Attachment(sha256=sha256, filename="foto “1”.jpg", media_type="image/jpeg", kind="image"),))
    town.later(minutes=20)
    await town.pay(town.forward_lane)
    [filing] = town.city.filings
    [link] = filing.media
    assert link.startswith("https://lapor.example/berkas/")
    return urlsplit(link).path


async def test_a_link_opens_the_cleaned_copy_and_no_browser_runs_it(town: Town, hub: TestServer) -> None:
    """The bytes without the camera's data; as a file to keep, in a sandbox, kept by no cache."""
    path = await linked(town)
    async with aiohttp.ClientSession() as session, session.get(hub.make_url(path)) as answer:
        content = await answer.read()
        assert answer.status == 200
        assert answer.content_type == "image/jpeg"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]
    assert b"SM-A155F" not in content
    assert Image.open(io.BytesIO(content)).size == (32, 32)


async def test_anything_else_is_not_found(town: Town, hub: TestServer) -> None:
    """A changed letter, a shorter token, a made-up one, one that ran out: 404, all alike."""
    path = await linked(town)
    token = path.rpartition("/")[2]
    wrong = [token[:-1] + ("A" if token[-1] != "A" else "B"), "B" + token[1:], token[:-4], "x", "=" * 64, "é" * 64, "A" * 64]
    async with aiohttp.ClientSession() as session:
        for one in wrong:
            async with session.get(hub.make_url(f"/berkas/{one}")) as answer:
                assert answer.status == 404, one
        town.later(days=29)
        async with session.get(hub.make_url(path)) as answer:
            assert answer.status == 200
        town.later(days=2)
        async with session.get(hub.make_url(path)) as answer:
            assert answer.status == 404


async def test_a_link_made_before_the_complaint_became_secret_opens_nothing(town: Town, hub: TestServer) -> None:
    """Only a door that may have secret reports gets links that open theirs."""
    path = await linked(town)
    await town.db.write(lambda connection: connection.exec_driver_sql("UPDATE complaints SET confidential = true"))
    async with aiohttp.ClientSession() as session, session.get(hub.make_url(path)) as answer:
        assert answer.status == 404
    [complaint] = await town.complaints()
    [file] = await town.rows("SELECT id FROM evidence")
    for_such_a_door = urlsplit(town.links.to(file["id"], secret=True)).path
    assert complaint["confidential"]
    async with aiohttp.ClientSession() as session, session.get(hub.make_url(for_such_a_door)) as answer:
        assert answer.status == 200


async def test_what_could_not_be_cleaned_has_no_link(town: Town) -> None:
    """The original never leaves, not even by its name."""
    sha256 = town.blobs.put(b"\xff\xd8\xff\xe0 not really a picture")
    await town.say(HOLE, attachments=(Attachment(sha256=sha256, media_type="image/jpeg", kind="image"),))
    town.later(minutes=20)
    await town.pay(town.forward_lane)
    assert list(town.city.filings[0].media) == []
