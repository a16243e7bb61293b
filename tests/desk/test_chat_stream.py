"""What a browser hears of its own talk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from chat_hub import Hub, numbered, until
from sqlmodel import select

from normalizer.complaint import State
from store.tables import ComplaintRow, OutboxRow

LAMP = "Lampu jalan di Jalan Gandawijaya RT 02 RW 05 mati sejak seminggu lalu, gelap sekali"


async def say(http: aiohttp.ClientSession, hub: Hub, **message: object) -> dict:
    answer = await http.post(f"{hub.url}/chat/messages", json=message)
    assert answer.status == 200
    return await answer.json()


class Listener:
    """Reads one stream, event by event, as {"event", "event_id", …data}; comments are left out."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._events = self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> AsyncIterator[dict]:
        rest = ""
        async for chunk in answer.content.iter_any():
            *blocks, rest = (rest + chunk.decode()).split("\n\n")
            for block in blocks:
                fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
                if "data" in fields:
                    yield {"event": fields.get("event", "message"), "event_id": fields.get("id"), **json.loads(fields["data"])}

    async def next(self, event: str) -> dict:
        async with asyncio.timeout(10):
            async for told in self._events:
                if told["event"] == event:
                    return told
        raise AssertionError("the stream ended")


async def complaint_id(hub: Hub) -> int:
    async def look() -> int | None:
        return await hub.desk.db.read(lambda session: session.exec(select(ComplaintRow.id)).first())

    return await until(look, "a complaint")


async def test_the_number_comes_by_the_stream_when_the_answer_had_none(idle_hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Null in the answer; then a state event with the number, and the acknowledgement with it too."""
    told = await say(citizen, idle_hub, id="a1", text=LAMP)
    assert told["tracking_number"] is None
    async with citizen.get(f"{idle_hub.url}/chat/events") as stream:
        ear = Listener(stream)
        assert stream.content_type == "text/event-stream"
        idle_hub.work()
        state = await ear.next("state")
        reply = await ear.next("message")
    assert state["id"] == "a1"
    assert state["tracking_number"] == reply["tracking_number"]
    assert reply["tracking_number"] in reply["text"]
    assert reply["event_id"] == str(reply["id"])


async def test_a_state_set_at_the_desk_appears_in_the_chat(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """An open stream hears the operator's act; nothing was reloaded."""
    await say(citizen, hub, id="a1", text=LAMP)
    async with citizen.get(f"{hub.url}/chat/events") as stream:
        ear = Listener(stream)
        acknowledgement = await ear.next("message")
        await hub.move(await complaint_id(hub), State.VERIFIED)
        news = await ear.next("message")
    assert news["id"] > acknowledgement["id"]
    assert "sudah kami periksa" in news["text"]


async def test_a_stream_resumes_behind_the_last_event(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Last-Event-ID: what was heard is not told again, what was missed is."""
    await say(citizen, hub, id="a1", text=LAMP)
    async with citizen.get(f"{hub.url}/chat/events") as stream:
        ear = Listener(stream)
        acknowledgement = await ear.next("message")
    await hub.move(await complaint_id(hub), State.VERIFIED)
    async with citizen.get(f"{hub.url}/chat/events", headers={"Last-Event-ID": acknowledgement["event_id"]}) as stream:
        ear = Listener(stream)
        missed = await ear.next("message")
    assert missed["id"] > acknowledgement["id"]


async def test_history_has_both_sides_in_order(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """After a reload the page shows the same talk."""
    number = (await numbered(citizen, hub, "a1", LAMP))["tracking_number"]
    await hub.move(await complaint_id(hub), State.VERIFIED)
    messages = (await (await citizen.get(f"{hub.url}/chat/history")).json())["messages"]
    assert [one["from"] for one in messages] == ["me", "us", "us"]
    assert messages[0]["text"] == LAMP
    assert messages[0]["state"] == "settled"
    assert messages[0]["tracking_number"] == number
    assert messages[1]["automatic"]


async def test_nobody_hears_another_session(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Without a session there is no stream; with another one it stays empty."""
    await say(citizen, hub, id="a1", text=LAMP)
    async with aiohttp.ClientSession() as stranger:
        assert (await stranger.get(f"{hub.url}/chat/events")).status == 401
        async with stranger.get(f"{hub.url}/chat/events", headers={"X-Chat-Session": "S" * 30}) as stream:
            await hub.move(await complaint_id(hub), State.VERIFIED)
            await say(citizen, hub, id="a2", text="Tiangnya juga miring")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await Listener(stream).next("message")


@pytest.mark.parametrize("header", ["x", "-1", "1" * 19, "1.5"])
async def test_a_nonsense_position_is_400(hub: Hub, citizen: aiohttp.ClientSession, header: str) -> None:
    await citizen.get(f"{hub.url}/")
    assert (await citizen.get(f"{hub.url}/chat/events", headers={"Last-Event-ID": header})).status == 400


async def test_stopping_the_hub_ends_the_streams(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """An open browser does not hold up a restart."""
    await say(citizen, hub, id="a1", text=LAMP)
    async with citizen.get(f"{hub.url}/chat/events") as stream:
        ear = Listener(stream)
        await ear.next("message")
        async with asyncio.timeout(5):
            await hub.server.close()


async def test_many_reloads_do_not_lock_a_session_out(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """The newest stream is the one that counts."""
    await say(citizen, hub, id="a1", text=LAMP)
    streams = [await citizen.get(f"{hub.url}/chat/events") for _ in range(12)]
    assert [stream.status for stream in streams] == [200] * 12
    assert (await Listener(streams[-1]).next("message"))["tracking_number"]
    for stream in streams:
        stream.close()


async def test_every_reply_is_owed_to_the_talk(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """The stored reply is the message: one row, one event."""
    await numbered(citizen, hub, "a1", LAMP)
    owed = await hub.desk.db.read(lambda session: list(session.exec(select(OutboxRow).where(OutboxRow.kind == "reply"))))
    assert len(owed) == 1
    assert owed[0].conversation.startswith("webchat:chat:")
