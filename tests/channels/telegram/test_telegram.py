"""The Telegram account against a stand-in of the Bot API: positions, answers, files, set-up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from connectors.contract import Accepted, Arrival, Button, Cursor, Health, Inbound, Prepares, Puller, Receiver, Unopened
from connectors.errors import (
    ConnectorError,
    CredentialRefused,
    Forged,
    Misconfigured,
    RecipientGone,
    Refused,
    StoreAway,
    TooLarge,
    Unreachable,
)
from connectors.gateway import mount
from connectors.poller import Poller
from connectors.telegram import wire
from connectors.telegram.receive import Polling, Webhook, connect
from connectors.telegram.settings import Settings
from demo.telegram import Telegram
from tests.channels.asking import NOW
from tests.channels.telegram.standin import REPLY, SECRET, settings

CHAT = 81001


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


class Store:
    """Keeps each key once, and can be away."""

    def __init__(self) -> None:
        self.kept: dict[str, Inbound] = {}
        self.arrived = 0
        self.away = 0
        self.cursor: Cursor = None
        self.change = asyncio.Event()

    async def accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        if self.away:
            self.away -= 1
            raise StoreAway("full")
        for arrived in arrivals:
            (arrival,) = wire.read(arrived.raw, account=arrived.account, now=NOW) if isinstance(arrived, Unopened) else (arrived,)
            assert isinstance(arrival, Inbound)
            self.arrived += 1
            self.kept.setdefault(arrival.external_id, arrival)
        self.change.set()
        return [Accepted(new=True, inbox_id=1) for _ in arrivals]

    async def load(self) -> Cursor:
        return self.cursor

    async def save(self, cursor: Cursor) -> None:
        self.cursor = cursor

    async def until(self, count: int) -> None:
        async with asyncio.timeout(15):
            while len(self.kept) < count:
                self.change.clear()
                await self.change.wait()


async def yes() -> bool:
    return True


async def nothing(_: object) -> None:
    return None


def polling(bot: Polling, store: Store) -> asyncio.Task[None]:
    poller = Poller(
        "bot",
        bot,
        store.accept,
        store.load,
        store.save,
        yes,
        nothing,
        lambda: datetime.now(UTC),
        random.random,
        sleep=lambda seconds: asyncio.sleep(0),
    )
    return asyncio.create_task(poller.run())


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_what_it_satisfies(bot: Polling, telegram: Telegram) -> None:
    """A polling account is pulled and a webhook account is called, never both."""
    webhook = Webhook("bot", settings(telegram), b"s", "https://hub.example")
    assert isinstance(bot, Puller)
    assert not isinstance(bot, Receiver)
    assert isinstance(webhook, Receiver)
    assert not isinstance(webhook, Puller)
    assert isinstance(bot, Prepares)
    assert isinstance(webhook, Prepares)
    await webhook.aclose()


async def test_the_offset_moves_only_after_the_store(bot: Polling, telegram: Telegram) -> None:
    """While the store is away Telegram keeps every update; afterwards each is kept once."""
    store = Store()
    store.away = 3
    for number in range(5):
        telegram.say(CHAT, f"laporan {number}")
    task = polling(bot, store)
    await store.until(5)
    async with asyncio.timeout(10):
        while telegram.waiting:
            await asyncio.sleep(0.01)
    await ended(task)
    asked = [call.parameters["offset"] for call in telegram.called("getUpdates")]
    assert asked[:4] == [0, 0, 0, 0], "nothing is confirmed before it is durable"
    assert store.arrived == 5


async def test_a_backlog_comes_in_pages(bot: Polling, telegram: Telegram) -> None:
    """More updates than one answer holds are fetched at once, page after page."""
    store = Store()
    for number in range(250):
        telegram.say(CHAT, f"laporan {number}")
    task = polling(bot, store)
    await store.until(250)
    await ended(task)
    assert store.arrived == 250


async def test_numbers_that_start_anew_lose_nothing(bot: Polling, telegram: Telegram) -> None:
    """After a quiet week Telegram may number lower than before; an old offset must not throw the new messages away."""
    telegram.say(CHAT, "pertama")
    first = await bot.pull(None)
    assert first.cursor == {"offset": 1002}
    quiet = await bot.pull(first.cursor)
    assert (quiet.arrivals, quiet.more) == ([], False)
    telegram.push({"update_id": 7, "message": {"message_id": 99, "date": 1, "chat": {"id": CHAT, "type": "private"}, "text": "baru"}})
    later = await bot.pull(quiet.cursor)
    assert [arrival.text for arrival in later.arrivals if isinstance(arrival, Inbound)] == ["baru"]


async def test_one_bad_update_does_not_hide_the_others(bot: Polling, telegram: Telegram) -> None:
    """What cannot be read is kept unreadable, and its neighbours are read."""
    telegram.say(CHAT, "satu")
    telegram.push({"message": {"message_id": "x"}})
    telegram.say(CHAT, "dua")
    batch = await bot.pull(None)
    assert [type(arrival).__name__ for arrival in batch.arrivals] == ["Inbound", "Unreadable", "Inbound"]
    assert batch.cursor == {"offset": 1004}


async def test_polling_prepares_itself(telegram: Telegram) -> None:
    """The first question takes a left-over webhook down, and learns the bot's name for groups."""
    webhook = Webhook("bot", settings(telegram), b"s", "https://hub.example")
    await webhook.prepare()
    bot = Polling("bot", settings(telegram, username=None))
    try:
        assert (await bot.check()).health is Health.WARNING
        assert telegram.hook.url, "a check changes nothing"
        await bot.pull(None)
        assert not telegram.hook.url
        assert bot.bot.username == telegram.username
        assert (await bot.check()).health is Health.OK
    finally:
        await bot.aclose()
        await webhook.aclose()


async def test_the_webhook_from_end_to_end(telegram: Telegram) -> None:
    """Telegram calls the gateway with the secret it was given; what a store that is away refuses comes again."""
    store, app = Store(), web.Application()
    runner = web.AppRunner(app)
    webhook = Webhook("bot", settings(telegram, mode="webhook"), b"the hub's secret", "http://127.0.0.1:0")
    receivers: Any = {"bot": webhook}
    mount(app, receivers, store.accept, public_url="", trusted_proxies=0, clock=lambda: datetime.now(UTC))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    webhook._url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/telegram/bot"
    try:
        assert (await webhook.check()).health is Health.WARNING
        await webhook.prepare()
        assert (await webhook.check()).health is Health.OK
        store.away = 1
        telegram.say(CHAT, "lampu mati")
        telegram.press(CHAT, "baru")
        await store.until(2)
        assert [inbound.command for inbound in store.kept.values()] == [None, "baru"]
    finally:
        await webhook.aclose()
        await runner.cleanup()


async def test_the_secret_is_never_optional(telegram: Telegram) -> None:
    """Without a secret_token of its own an account has one that only this hub can derive."""
    given = {"token": "1:a", "mode": "webhook", "api_base": telegram.address}
    one = Webhook("one", Settings.model_validate(given), b"secret", "https://hub.example")
    two = Webhook("two", Settings.model_validate(given), b"secret", "https://hub.example")
    assert one._secret != two._secret
    assert len(one._secret) == 64
    await one.aclose()
    await two.aclose()


def test_a_webhook_needs_an_address_that_telegram_calls() -> None:
    """Telegram calls https only; the account says so at once, and names the settings."""
    given = Settings.model_validate({"token": "1:a", "mode": "webhook"})
    with pytest.raises(Misconfigured, match=r"http.public_url.*accounts.bot.mode"):
        connect("bot", given, b"s", "http://127.0.0.1:8080")


async def test_an_answer_as_the_citizen_sees_it(bot: Polling, telegram: Telegram) -> None:
    """Threaded, with buttons and topic, without formatting and previews; digits stay text."""
    sent = await bot.send(replace(REPLY, text="*12345*"))
    (call,) = telegram.called("sendMessage")
    assert call.parameters == {
        "chat_id": CHAT,
        "text": "*12345*",
        "message_thread_id": 3,
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": {"message_id": 15, "allow_sending_without_reply": True},
        "reply_markup": {"inline_keyboard": [[{"text": "Laporan baru", "callback_data": "baru"}]]},
    }
    assert sent.message_id == "1"
    assert [call.parameters for call in telegram.called("answerCallbackQuery")] == [{"callback_query_id": "77"}]


@pytest.mark.parametrize(
    ("in_reply_to", "number"),
    [("15", 15), ("-100:15", 15), ("7:business:15", 15), ("7:15:edit:99", 15), ("7:callback:15", None), (None, None)],
)
async def test_what_an_answer_answers(bot: Polling, telegram: Telegram, in_reply_to: str | None, number: int | None) -> None:
    """A bare message id and our own key both name the message; a pressed button names none."""
    await bot.send(replace(REPLY, in_reply_to=in_reply_to))
    (call,) = telegram.called("sendMessage")
    assert call.parameters.get("reply_parameters", {}).get("message_id") == number


async def test_a_button_too_long_is_left_out(bot: Polling, telegram: Telegram) -> None:
    """Telegram would refuse the whole answer for one long command."""
    await bot.send(replace(REPLY, buttons=[Button(text="x", command="é" * 33), Button(text="Baru", command="baru")]))
    (call,) = telegram.called("sendMessage")
    assert call.parameters["reply_markup"] == {"inline_keyboard": [[{"text": "Baru", "callback_data": "baru"}]]}


async def test_a_stale_button_costs_no_answer(bot: Polling, telegram: Telegram) -> None:
    """The answer counts, not the clock on the button."""
    telegram.mood("bad_request", method="answerCallbackQuery")
    assert (await bot.send(REPLY)).message_id == "1"


@pytest.mark.parametrize(
    ("mood", "error", "certain"),
    [
        ("unauthorized", CredentialRefused, True),
        ("blocked", RecipientGone, True),
        ("not_found", RecipientGone, True),
        ("bad_request", Refused, True),
        ("error_500", Unreachable, False),
        ("cut", Unreachable, False),
        ("html", Unreachable, False),
    ],
)
async def test_what_a_refusal_means(bot: Polling, telegram: Telegram, mood: str, error: type[ConnectorError], certain: bool) -> None:
    """Each of Telegram's answers becomes the error that says what follows."""
    telegram.mood(mood, method="sendMessage")
    with pytest.raises(ConnectorError) as failed:
        await bot.send(REPLY)
    assert (type(failed.value), failed.value.certain) == (error, certain)


async def test_a_cut_line_may_have_sent(bot: Polling, telegram: Telegram) -> None:
    """Telegram took the message and the line broke: it is uncertain, and we do not send it again by ourselves."""
    telegram.mood("cut", method="sendMessage")
    with pytest.raises(Unreachable):
        await bot.send(REPLY)
    assert len(telegram.answers(CHAT)) == 1
    assert len(telegram.called("sendMessage")) == 1


async def test_a_group_that_moved_is_followed(bot: Polling, telegram: Telegram) -> None:
    """Telegram says where the group went; the answer goes there once."""
    telegram.migrated[-4001] = -1004001
    await bot.send(replace(REPLY, address="-4001"))
    assert (len(telegram.answers(-4001)), len(telegram.answers(-1004001))) == (0, 1)


async def test_a_topic_that_is_gone_is_left(bot: Polling, telegram: Telegram) -> None:
    """When the topic was deleted the answer goes to the group."""
    telegram.mood("no_topic", method="sendMessage")
    await bot.send(REPLY)
    assert len(telegram.answers(CHAT)) == 1
    assert "message_thread_id" not in telegram.called("sendMessage")[1].parameters


@pytest.mark.parametrize("address", ["", "warga@contoh.id", "@kanal", "12 34"])
async def test_an_address_that_is_no_chat(bot: Polling, telegram: Telegram, address: str) -> None:
    """Nothing is sent to what is no chat."""
    with pytest.raises(RecipientGone):
        await bot.send(replace(REPLY, address=address))
    assert not telegram.calls


async def test_a_file_is_fetched(bot: Polling, telegram: Telegram) -> None:
    """Byte for byte."""
    content = bytes(range(256)) * 100
    assert await bot.download(telegram.keep(content), len(content)) == content


async def test_a_file_over_the_limit_is_not_fetched(bot: Polling, telegram: Telegram) -> None:
    """Its announced size is enough."""
    with pytest.raises(TooLarge):
        await bot.download(telegram.keep(b"x" * 101), 100)


async def test_a_file_that_is_gone(bot: Polling, telegram: Telegram) -> None:
    """A 404 for a file is about the file; it must not stop the account."""
    file_id = telegram.keep(b"x")
    telegram.mood("gone", method="file")
    with pytest.raises(RecipientGone):
        await bot.download(file_id, 100)


async def test_a_wrong_token_is_named(telegram: Telegram) -> None:
    """The check names the setting, and never the token."""
    bot = Polling("bot", settings(telegram, token="9:salah-sekali"))
    checked = await bot.check()
    assert checked.health is Health.FAILED
    assert "accounts.bot.token" in checked.sentence
    assert "salah-sekali" not in checked.sentence
    with pytest.raises(CredentialRefused):
        await bot.pull(None)
    await bot.aclose()


async def test_check_tells_of_a_failing_webhook(telegram: Telegram) -> None:
    """What Telegram last met when it called us is shown."""
    webhook = Webhook("bot", settings(telegram), b"s", "https://hub.example")
    await webhook.prepare()
    telegram.hook.last_error = "Wrong response from the webhook: 503"
    checked = await webhook.check()
    assert checked.health is Health.WARNING
    assert "503" in checked.sentence
    await webhook.aclose()


async def test_forged_is_refused_before_reading(telegram: Telegram) -> None:
    """The secret is compared whole."""
    webhook = Webhook("bot", settings(telegram, secret_token=SECRET), b"s", "https://hub.example")
    (route,) = webhook.routes()
    from connectors.contract import Request

    for wrong in ("", SECRET[:-1], SECRET + "x", SECRET.upper()):
        headers = {"x-telegram-bot-api-secret-token": wrong}
        with pytest.raises(Forged):
            route.verify(Request(account="bot", method="POST", url="", headers=headers, query={}, body=b"", remote=""))
    await webhook.aclose()
