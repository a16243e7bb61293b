"""The chat's own address: what a browser is told, and what must not happen."""

from __future__ import annotations

import asyncio
import re

import aiohttp
import pytest
from aiohttp import FormData
from chat_hub import Hub, numbered, until
from sqlmodel import select

from store.tables import ComplaintRow, EvidenceRow, InboxRow

NUMBER = re.compile(r"CMH-[0-9A-Z]{4}-[0-9A-Z]{4}")
LAMP = "Lampu jalan di Jalan Gandawijaya RT 02 RW 05 mati sejak seminggu lalu, gelap sekali"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x07" * 400 + b"\xff\xd9"


async def say(http: aiohttp.ClientSession, hub: Hub, **message: object) -> aiohttp.ClientResponse:
    return await http.post(f"{hub.url}/chat/messages", json=message)


async def rows(hub: Hub, table: type) -> list:
    return await hub.desk.db.read(lambda session: list(session.exec(select(table))))


async def test_a_complaint_gets_its_number_in_the_answer(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """A message is answered with its id, the session, and the tracking number of the complaint that it became."""
    told = await numbered(citizen, hub, "a1", LAMP)
    assert told["id"] == "a1"
    assert NUMBER.fullmatch(told["tracking_number"])
    assert len(told["session"]) >= 22
    (complaint,) = await rows(hub, ComplaintRow)
    assert complaint.first_words == LAMP
    assert complaint.conversation.startswith("webchat:chat:")


async def test_the_same_id_twice_is_one_complaint_and_one_number(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """A browser that heard nothing sends again; also twice at the same moment."""
    await citizen.get(f"{hub.url}/")
    answers = await asyncio.gather(*(say(citizen, hub, id="a1", text=LAMP) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    number = (await numbered(citizen, hub, "a1", LAMP))["tracking_number"]
    assert {(await answer.json())["tracking_number"] for answer in answers} <= {number, None}
    assert len(await rows(hub, ComplaintRow)) == 1
    assert len(await rows(hub, InboxRow)) == 1


async def test_without_a_pipeline_the_number_is_null_after_a_second(idle_hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Durable is enough for an answer; the number comes later by the event stream."""
    told = await (await say(citizen, idle_hub, id="a1", text=LAMP)).json()
    assert told["tracking_number"] is None
    assert len(await rows(idle_hub, InboxRow)) == 1


async def test_rows_hold_no_session_token(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Who reads the database or a log cannot enter a citizen's talk."""
    token = (await (await say(citizen, hub, id="a1", text=LAMP)).json())["session"]
    dump = [*await rows(hub, InboxRow), *await rows(hub, ComplaintRow)]
    assert token not in repr(dump)


async def test_a_guessed_id_reveals_nothing(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """The same client id from another session is another message, and history is empty for it."""
    first = await numbered(citizen, hub, "a1", LAMP)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as stranger:
        second = await numbered(stranger, hub, "a1", "Sampah menumpuk di Pasar Atas, sudah tiga hari tidak diangkut")
        history = await (await stranger.get(f"{hub.url}/chat/history")).json()
        page = await stranger.get(f"{hub.url}/kirim/a2")
    assert second["tracking_number"] not in (None, first["tracking_number"])
    assert LAMP not in repr(history)
    assert page.status == 404


async def test_a_frame_sends_its_token_in_a_header_and_gets_no_cookie(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Inside another site's page cookies do not come along."""
    token = "T" * 32
    answer = await citizen.post(f"{hub.url}/chat/messages", json={"id": "a1", "text": LAMP}, headers={"X-Chat-Session": token})
    assert (await answer.json())["session"] == token
    assert "Set-Cookie" not in answer.headers
    history = await citizen.get(f"{hub.url}/chat/history", headers={"X-Chat-Session": token})
    assert LAMP in await history.text()


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    answer = await citizen.get(f"{hub.url}/")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


async def test_photos_and_a_place_come_along(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Several files in one message; their kind is told by their bytes, their names are made harmless."""
    form = FormData()
    form.add_field("id", "a1")
    form.add_field("text", LAMP)
    form.add_field("lat", "-6.8722")
    form.add_field("lon", "107.5425")
    form.add_field("file", JPEG, filename="../../etc/lampu.exe", content_type="application/x-msdownload")
    form.add_field("file", b"%PDF-1.4\nsurat", filename="surat.pdf")
    answer = await citizen.post(f"{hub.url}/chat/messages", data=form)
    assert answer.status == 200, await answer.text()
    message = (await (await citizen.get(f"{hub.url}/chat/history")).json())["messages"][0]
    photo, letter = message["files"]
    assert (photo["type"], letter["type"]) == ("image/jpeg", "application/pdf")
    assert "/" not in photo["name"]
    assert message["place"] == {"lat": -6.8722, "lon": 107.5425}
    shown = await citizen.get(hub.url + photo["url"])
    assert await shown.read() == JPEG
    assert shown.headers["Content-Type"] == "image/jpeg"
    saved = await citizen.get(hub.url + letter["url"])
    assert saved.headers["Content-Disposition"].startswith("attachment")
    await until(lambda: rows(hub, EvidenceRow), "the evidence of the complaint")
    assert {each.sha256 for each in await rows(hub, EvidenceRow)} == {photo["url"][-64:], letter["url"][-64:]}


async def test_a_file_is_shown_only_to_the_session_that_sent_it(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Knowing the hash of a photo is not enough."""
    form = FormData({"id": "a1", "text": LAMP})
    form.add_field("file", JPEG, filename="lampu.jpg")
    await citizen.post(f"{hub.url}/chat/messages", data=form)
    message = (await (await citizen.get(f"{hub.url}/chat/history")).json())["messages"][0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as stranger:
        await stranger.get(f"{hub.url}/")
        assert (await stranger.get(hub.url + message["files"][0]["url"])).status == 404


async def test_a_page_of_html_is_never_served_as_one(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """What a citizen uploads cannot run on our address."""
    form = FormData({"id": "a1", "text": LAMP})
    form.add_field("file", b"<html><script>alert(1)</script>", filename="foto.jpg", content_type="image/jpeg")
    await citizen.post(f"{hub.url}/chat/messages", data=form)
    message = (await (await citizen.get(f"{hub.url}/chat/history")).json())["messages"][0]
    got = await citizen.get(hub.url + message["files"][0]["url"])
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": "a1"}, "empty"),
        ({"id": "a1", "text": "   "}, "empty"),
        ({"text": LAMP}, "id"),
        ({"id": "a b", "text": LAMP}, "id"),
        ({"id": "x" * 65, "text": LAMP}, "id"),
        ({"id": 7, "text": LAMP}, "id"),
        ({"id": "a1", "text": ["daftar"]}, "shape"),
        ({"id": "a1", "text": "x" * 8001}, "shape"),
        ({"id": "a1", "lat": 1.0}, "shape"),
        ({"id": "a1", "lat": 91, "lon": 107}, "shape"),
    ],
)
async def test_nonsense_is_400_and_nothing_is_kept(hub: Hub, citizen: aiohttp.ClientSession, message: dict, code: str) -> None:
    answer = await citizen.post(f"{hub.url}/chat/messages", json=message)
    assert (answer.status, await answer.json()) == (400, {"error": code})
    assert await rows(hub, InboxRow) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"halo"', b"\xff\xfe", b'{"id":"a","text":"\xed\xa0\x80"}'])
async def test_bytes_that_are_no_message_are_400(hub: Hub, citizen: aiohttp.ClientSession, body: bytes) -> None:
    answer = await citizen.post(f"{hub.url}/chat/messages", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert await rows(hub, InboxRow) == []


async def test_broken_multipart_is_400_and_other_kinds_415(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    broken = await citizen.post(f"{hub.url}/chat/messages", data=b"--x\r\nno", headers={"Content-Type": "multipart/form-data; boundary=x"})
    bare = await citizen.post(f"{hub.url}/chat/messages", data=b"a=b", headers={"Content-Type": "multipart/form-data"})
    other = await citizen.post(f"{hub.url}/chat/messages", data={"id": "a1", "text": LAMP})
    assert (broken.status, bare.status, other.status) == (400, 400, 415)


async def test_over_the_caps_is_413(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """An announced body is refused before it is read; a file and a count of files while reading."""
    reader, writer = await asyncio.open_connection("127.0.0.1", hub.server.port)
    writer.write(b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 30000001\r\n\r\n")
    announced = await reader.readline()
    writer.close()
    big = FormData({"id": "a1"})
    big.add_field("file", b"x" * 20_000_001, filename="besar.bin")
    many = FormData({"id": "a2"})
    for number in range(11):
        many.add_field("file", b"x", filename=f"{number}.txt")
    statuses = [int(announced.split()[1])]
    for form in (big, many):
        statuses.append((await citizen.post(f"{hub.url}/chat/messages", data=form)).status)
    assert statuses == [413, 413, 413]
    assert await rows(hub, InboxRow) == []


async def test_another_site_may_not_write_in_a_citizens_name(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    for headers in ({"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = await citizen.post(f"{hub.url}/chat/messages", json={"id": "a1", "text": LAMP}, headers=headers)
        assert answer.status == 403
    own = await citizen.post(f"{hub.url}/chat/messages", json={"id": "a1", "text": LAMP}, headers={"Origin": hub.url})
    assert own.status == 200


async def test_thirty_messages_a_minute_then_wait(idle_hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """The thirty-first is told when to come again, and is welcome from another citizen."""
    await citizen.get(f"{idle_hub.url}/")
    answers = await asyncio.gather(*(say(citizen, idle_hub, id=f"a{number}", text=LAMP) for number in range(31)))
    (refused,) = [answer for answer in answers if answer.status != 200]
    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    other = await citizen.post(f"{idle_hub.url}/chat/messages", json={"id": "a1", "text": LAMP}, headers={"X-Chat-Session": "O" * 30})
    assert other.status == 200


async def test_a_store_that_is_away_is_503_and_never_200(hub: Hub, citizen: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.errors import StoreAway

    async def away(_: object) -> None:
        raise StoreAway("disk full")

    monkeypatch.setattr(hub.desk.db, "write", away)
    answer = await say(citizen, hub, id="a1", text=LAMP)
    assert answer.status == 503
    assert answer.headers["Retry-After"]


async def test_a_second_thought_joins_the_open_complaint(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Later words within the window are a supplement: same number."""
    first = await numbered(citizen, hub, "a1", LAMP)
    second = await numbered(citizen, hub, "a2", "Tiangnya juga sudah miring dan hampir roboh")
    assert first["tracking_number"] == second["tracking_number"]
    assert len(await rows(hub, ComplaintRow)) == 1


async def test_on_a_shared_computer_a_talk_can_be_left(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    await say(citizen, hub, id="a1", text=LAMP)
    assert (await citizen.post(f"{hub.url}/chat/forget")).status == 204
    assert (await (await citizen.get(f"{hub.url}/chat/history")).json()) == {"messages": []}
