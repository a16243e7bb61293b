"""How fast the bot writes, what a 429 does, and the keyboard that asks for the place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connectors.contract import ASK_PLACE, Button
from connectors.errors import Throttled
from connectors.telegram import pace
from connectors.telegram.pace import Pace
from connectors.telegram.receive import Polling
from demo.telegram import Telegram
from tests.channels.telegram.standin import REPLY, settings

CHAT = 81001


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    telegram = Telegram()
    await telegram.start()
    yield telegram
    await telegram.stop()


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Polling]:
    bot = Polling("bot", settings(telegram))
    yield bot
    await bot.aclose()


async def test_after_a_429_nothing_goes_out_until_the_time_is_over(bot: Polling, telegram: Telegram) -> None:
    """Telegram named seven seconds: no call until then, neither answers nor files; asking for news goes on."""
    clock = Clock()
    bot.pace = Pace(clock)
    telegram.mood("throttled", method="sendMessage")
    with pytest.raises(Throttled) as first:
        await bot.send(REPLY)
    assert first.value.wait == 7
    clock.now += 4
    with pytest.raises(Throttled) as second:
        await bot.send(replace(REPLY, address="81002"))
    assert second.value.wait == 3
    with pytest.raises(Throttled):
        await bot.download(telegram.keep(b"foto"), 100)
    assert len(telegram.called("sendMessage")) == 1
    assert not telegram.called("getFile")
    telegram.say(CHAT, "Lampu mati")
    assert (await bot.pull(None)).arrivals
    clock.now += 3
    assert (await bot.send(REPLY)).message_id


async def test_one_chat_waits_while_others_are_served(bot: Polling, telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second message to one chat has to wait; the first to another has not."""
    await bot.pace.turn(CHAT)
    assert not bot.pace._of(CHAT)[0].has_capacity()
    assert bot.pace._of(81002)[0].has_capacity()
    await bot.pace.turn(81002)


async def test_a_group_has_its_minute(bot: Polling) -> None:
    """Twenty a minute in a group, besides one a second."""
    second, minute = bot.pace._of(-100)
    assert (second.max_rate, second.time_period, minute.max_rate, minute.time_period) == (1, 1, 20, 60)
    assert (bot.pace._all.max_rate, bot.pace._all.time_period) == (30, 1)


async def test_a_city_of_chats_is_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays the same however many citizens write."""
    monkeypatch.setattr(pace, "CHATS_KEPT", 3)
    kept = Pace()
    for chat in range(10):
        await kept.turn(chat + 1)
    assert list(kept._chats) == [8, 9, 10]


async def test_the_position_is_asked_for_by_the_phones_keyboard(bot: Polling, telegram: Telegram) -> None:
    """Only such a button can ask for it, and only in a private chat; in a group there is none."""
    ask = replace(REPLY, buttons=[Button(text="Kirim lokasi", command=ASK_PLACE)])
    await bot.send(ask)
    await bot.send(replace(ask, address="-4001"))
    private, group = [call.parameters.get("reply_markup") for call in telegram.called("sendMessage")]
    assert private["keyboard"] == [[{"text": "Kirim lokasi", "request_location": True}]]
    assert private["one_time_keyboard"] is True
    assert group is None


async def test_short_labels_stand_side_by_side(bot: Polling, telegram: Telegram) -> None:
    """Two short ones share a row; a long one has its own."""
    labels = ["Cek status", "Rahasiakan", "Batalkan", "Sembunyikan nama saya dari umum", "Baru"]
    await bot.send(replace(REPLY, buttons=[Button(text=label, command="baru") for label in labels]))
    (call,) = telegram.called("sendMessage")
    rows = call.parameters["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [labels[:2], labels[2:3], labels[3:4], labels[4:]]


async def test_a_group_that_moved_is_asked_once(bot: Polling, telegram: Telegram) -> None:
    """The new id is remembered; every further answer goes straight there."""
    telegram.migrated[-4001] = -1004001
    await bot.send(replace(REPLY, address="-4001"))
    await bot.send(replace(REPLY, address="-4001"))
    assert [call.parameters["chat_id"] for call in telegram.called("sendMessage")] == [-4001, -1004001, -1004001]
