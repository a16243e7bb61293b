"""Telegram for the contract suite and the case runner: a webhook account and a polling one on the same stand-in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.contract import Button, Reply
from connectors.telegram.receive import Polling, Webhook
from connectors.telegram.settings import Settings
from demo.telegram import Telegram
from tests.channels.asking import Standin

SECRET = "rahasia-webhook-uji"
REPLY = Reply(
    key="k1",
    channel="telegram",
    account="bot",
    conversation="telegram:bot:81001",
    address="81001",
    text="Laporan Anda kami catat.",
    in_reply_to="81001:15",
    buttons=[Button(text="Laporan baru", command="baru")],
    extra={"message_thread_id": 3, "callback_id": "77"},
)
GENUINE = {
    "update_id": 5001,
    "message": {
        "message_id": 15,
        "date": 1767322800,
        "chat": {"id": 81001, "type": "private", "first_name": "Rina"},
        "from": {"id": 81001, "is_bot": False, "first_name": "Rina"},
        "text": "Lampu jalan mati",
    },
}


def settings(telegram: Telegram, **changed: object) -> Settings:
    given = {"token": telegram.token, "api_base": telegram.address, "username": telegram.username, "poll_seconds": 0, "answer_seconds": 0.5}
    return Settings.model_validate(given | changed)


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    telegram = Telegram(token="4001:token-rahasia-uji")
    await telegram.start()
    polling = Polling("bot", settings(telegram))
    webhook = Webhook("bot", settings(telegram, mode="webhook", secret_token=SECRET), b"", "https://hub.example")

    async def trouble(name: str) -> None:
        if name == "refused":
            await telegram.stop()
        else:
            telegram.mood(name, times=1000)

    try:
        yield Standin(
            account="bot",
            connector=polling,
            reply=REPLY,
            genuine=json.dumps(GENUINE).encode(),
            secrets=[telegram.token, telegram.token.partition(":")[2], SECRET],
            trouble=trouble,
            receiver=webhook,
            sign=lambda body: {"X-Telegram-Bot-Api-Secret-Token": SECRET},
        )
    finally:
        await polling.aclose()
        await webhook.aclose()
        await telegram.stop()
