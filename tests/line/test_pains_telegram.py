"""Telegram's pains, each a test that is named after it: the real connector, gateway and line against a stand-in of the Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from test_taking import LAMP, value
from town import Town

from connectors.gateway import mount
from connectors.telegram.pace import Pace
from connectors.telegram.receive import Polling, Webhook
from demo.telegram import Telegram
from dispatcher.paying import FetchPayer, ReplyPayer
from dispatcher.workers import Lane
from normalizer.tracking import printed
from store.database import Database
from store.tables import Work
from tests.channels.telegram.standin import SECRET, settings

STORIES = (LAMP, "Sampah menumpuk di Pasar Antri sejak minggu lalu", "Jalan berlubang di Jl. Amir Machmud depan sekolah")


@dataclass
class Office:
    """A town whose account `bot` is a real Telegram connector."""

    town: Town
    telegram: Telegram
    bot: Polling
    cursor: Any = None
    replies: Lane = field(init=False)
    files: Lane = field(init=False)

    def __post_init__(self) -> None:
        self.bot.pace = Pace(lambda: self.town.now.timestamp())
        self.replies = Lane(Work.REPLY, "bot", ReplyPayer("bot", self.bot), self.town.tools)
        readers: Any = None
        self.files = Lane(
            Work.FETCH, "bot", FetchPayer(self.bot, self.town.db, self.town.blobs, readers, self.town.cleaner), self.town.tools
        )

    async def pull(self) -> None:
        """Everything that waits at Telegram, kept and taken."""
        while (batch := await self.bot.pull(self.cursor)).more:
            await self.town.intake.accept(batch.arrivals)
            self.cursor = batch.cursor
        await self.town.take()

    async def turn(self) -> None:
        """In, and out again, after the two seconds that an album may take."""
        await self.pull()
        self.town.later(seconds=2)
        await self.town.pay(self.replies)


@pytest.fixture
async def office(db: Database, tmp_path: Path) -> AsyncIterator[Office]:
    town = Town(db, tmp_path)
    telegram = Telegram(clock=town.clock)
    await telegram.start()
    bot = Polling("bot", settings(telegram), clock=town.clock)
    yield Office(town, telegram, bot)
    await bot.aclose()
    await telegram.stop()


@pytest.fixture
async def hook(office: Office) -> AsyncIterator[str]:
    """The address that Telegram calls."""
    app = web.Application()
    webhook = Webhook("bot", settings(office.telegram, mode="webhook", secret_token=SECRET), b"s", "https://hub.example")
    receivers: Any = {"bot": webhook}
    mount(app, receivers, office.town.intake.accept, public_url="", trusted_proxies=0, clock=office.town.clock)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/telegram/bot"
    await runner.cleanup()
    await webhook.aclose()


def update(office: Office, number: int = 1, **message: Any) -> dict[str, Any]:
    about = {"message_id": number, "date": int(office.town.now.timestamp()), "chat": {"id": 7, "type": "private"}}
    return {"update_id": number, "message": {**about, "from": {"id": 7, "is_bot": False, "first_name": "Siti"}, **message}}


async def test_retried_webhook_duplicates(office: Office, hook: str):
    """Telegram repeats an update until it is answered: five at once and one later are one complaint and one answer."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with ClientSession(headers=headers) as platform:

        async def call() -> int:
            async with platform.post(hook, json=update(office, text=LAMP)) as answer:
                return answer.status

        assert set(await asyncio.gather(*(call() for _ in range(5)))) == {200}
        await office.town.take()
        assert await call() == 200
    await office.turn()
    assert len(await office.town.complaints()) == 1
    assert len(office.telegram.answers(7)) == 1


async def test_webhook_without_secret_let_in(office: Office, hook: str):
    """Without the secret 401, with a wrong one 403; nothing of it is kept."""
    async with ClientSession() as stranger:
        for headers, status in (({}, 401), ({"X-Telegram-Bot-Api-Secret-Token": "tebakan"}, 403)):
            async with stranger.post(hook, json=update(office, text=LAMP), headers=headers) as answer:
                assert answer.status == status
    assert await office.town.rows("SELECT id FROM inbox") == []


async def test_album_split_into_n_cases(office: Office):
    """Three photos, the words under the second, the last one a poll later: one complaint, three files, one answer that suits."""
    for number, caption in enumerate(("", LAMP)):
        photo = [{"file_id": office.telegram.keep(f"foto-{number}".encode()), "width": 9, "height": 9}]
        office.telegram.message({"photo": photo, "media_group_id": "A1", **({"caption": caption} if caption else {})}, chat_id=7)
        await office.pull()
    office.telegram.message(
        {"photo": [{"file_id": office.telegram.keep(b"foto-2"), "width": 9, "height": 9}], "media_group_id": "A1"}, chat_id=7
    )
    await office.turn()
    [complaint] = await office.town.complaints()
    assert complaint["first_words"] == LAMP
    assert len(await office.town.rows("SELECT id FROM evidence WHERE complaint_id = :id", id=complaint["id"])) == 3
    [answer] = office.telegram.answers(7)
    assert printed(complaint["tracking_number"]) in answer
    assert "Boleh ceritakan" not in answer


async def test_429_drops_messages(office: Office):
    """Told to wait seven seconds, nothing is tried meanwhile, no attempt is used up, and every citizen is answered once."""
    for chat, story in zip((7, 8, 9), STORIES, strict=True):
        office.telegram.say(chat, story)
    office.telegram.mood("throttled", method="sendMessage")
    await office.turn()
    await office.turn()
    assert len(office.telegram.called("sendMessage")) <= 3
    [pulse] = await office.town.rows("SELECT last_error, paused_until FROM pulses WHERE name = 'bot'")
    assert pulse["last_error"].startswith("throttled:")
    assert pulse["paused_until"] is not None
    assert all(row["attempts"] <= 1 for row in await office.town.owed())
    for _ in range(3):
        office.town.later(seconds=8)
        await office.town.pay(office.replies)
    assert [len(office.telegram.answers(chat)) for chat in (7, 8, 9)] == [1, 1, 1]
    assert {row["state"] for row in await office.town.owed()} == {"done"}


async def test_one_bad_file_blocks_the_bots_queue(office: Office):
    """A file that is gone, one too large and an update that no one can read: the words before and after are registered and answered."""
    office.telegram.say(7, STORIES[0])
    office.telegram.message({"photo": [{"file_id": "tidak-ada", "width": 9, "height": 9}], "caption": STORIES[1]}, chat_id=8)
    office.telegram.push({"message": {"message_id": "rusak"}})
    office.telegram.message({"video": {"file_id": "besar", "file_size": 50_000_000}, "caption": STORIES[2]}, chat_id=9)
    office.telegram.say(10, "Air PDAM di RW 11 Cibeureum keruh dan sering mati pagi hari")
    await office.turn()
    await office.town.pay(office.files)
    assert len(await office.town.complaints()) == 4
    assert [len(office.telegram.answers(chat)) for chat in (7, 8, 9, 10)] == [1, 1, 1, 1]
    assert "20 MB" in office.telegram.answers(9)[0]
    assert sorted(str(row["error"]) for row in await office.town.rows("SELECT error FROM evidence")) == ["recipient_gone", "too_large"]


async def test_a_citizen_who_blocked_the_bot_stops_nobody(office: Office):
    """Given up at once and shown as such; the account goes on."""
    office.telegram.say(7, STORIES[0])
    office.telegram.say(8, STORIES[1])
    office.telegram.blocked.add(7)
    await office.turn()
    assert len(office.telegram.answers(8)) == 1
    states = {value(row["payload"])["address"]: (row["state"], row["attempts"]) for row in await office.town.owed()}
    assert states == {"7": ("dead", 1), "8": ("done", 1)}


async def test_buttons_change_the_complaint_and_are_settled_once(office: Office):
    """The buttons of the answer itself, pressed one after the other; each press ends its clock once, and later news ends none."""
    office.telegram.say(7, LAMP)
    await office.turn()
    offered = office.telegram.called("sendMessage")[0].parameters["reply_markup"]["inline_keyboard"]
    commands = [button["callback_data"] for row in offered for button in row]
    for command in commands:
        if command.startswith(("anonim", "rahasia", "status")):
            office.telegram.press(7, command)
    await office.turn()
    [complaint] = await office.town.complaints()
    assert (bool(complaint["anonymous"]), bool(complaint["confidential"])) == (True, True)
    assert len(office.telegram.called("answerCallbackQuery")) == 3
    await office.town.acts.move(complaint["id"], "verified", operator="sari")
    await office.town.pay(office.replies)
    assert len(office.telegram.called("answerCallbackQuery")) == 3
    assert len(office.telegram.answers(7)) == 5


async def test_a_group_that_became_a_supergroup_keeps_its_complaints(office: Office):
    """The citizen asks under the new id and is told of the complaint; news of it go to the new id too."""
    citizen = {"id": 7, "is_bot": False, "first_name": "Siti"}

    def say(chat: int, **content: Any) -> None:
        office.telegram._last_message += 1
        about = {"message_id": office.telegram._last_message, "date": int(office.town.now.timestamp()), "from": citizen}
        office.telegram.push({"message": {**about, "chat": {"id": chat, "type": "supergroup"}, **content}})

    say(-4001, text=f"/lapor@{office.telegram.username} {LAMP}")
    await office.turn()
    say(-4001, migrate_to_chat_id=-1004001)
    await office.turn()
    say(-1004001, text=f"/status@{office.telegram.username}")
    await office.turn()
    [complaint] = await office.town.complaints()
    assert printed(complaint["tracking_number"]) in office.telegram.answers(-1004001)[0]
    await office.town.acts.move(complaint["id"], "verified", operator="sari")
    await office.town.pay(office.replies)
    assert len(office.telegram.answers(-1004001)) == 2


async def test_a_business_chat_is_answered_in_its_name(office: Office):
    """What came by a business connection goes back by it, also later news."""
    office.telegram.push({"business_message": update(office, text=LAMP, business_connection_id="B1")["message"]})
    await office.turn()
    [complaint] = await office.town.complaints()
    await office.town.acts.move(complaint["id"], "verified", operator="sari")
    await office.town.pay(office.replies)
    assert [call.parameters["business_connection_id"] for call in office.telegram.called("sendMessage")] == ["B1", "B1"]


async def test_a_topic_is_answered_in_its_topic(office: Office):
    """Also later news of the complaint."""
    topic = {"message_thread_id": 3, "is_topic_message": True, "chat": {"id": -1005, "type": "supergroup", "is_forum": True}}
    office.telegram.push(update(office, number=2001, text=f"/lapor@{office.telegram.username} {LAMP}", **topic))
    await office.turn()
    [complaint] = await office.town.complaints()
    await office.town.acts.move(complaint["id"], "verified", operator="sari")
    await office.town.pay(office.replies)
    assert [call.parameters["message_thread_id"] for call in office.telegram.called("sendMessage")] == [3, 3]
