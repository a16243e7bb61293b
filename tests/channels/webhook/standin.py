"""Another application for the contract suite and the case runner, on the stand-in that the demo uses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.contract import Button, Reply
from connectors.webhook.client import Settings, WebhookConnector
from demo.webhook import Application
from tests.channels.asking import NOW, Standin

REPLY = Reply(
    key="ack:CMH1234567C",
    channel="webhook",
    account="bot",
    conversation="webhook:bot:warga-17",
    address="warga-17",
    text="Laporan Anda kami catat.",
    in_reply_to="a-1",
    buttons=[Button(text="Laporan baru", command="baru")],
)
GENUINE = {"id": "a-1", "sender": "warga-17", "name": "Rina", "text": "Lampu jalan mati"}


def settings(application: Application, **changed: object) -> Settings:
    given = {"secret": application.secret, "callback_url": application.callback_url, "timeout_seconds": 0.5}
    return Settings.model_validate(given | changed)


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    application = Application(clock=lambda: NOW)
    await application.start()
    connector = WebhookConnector("bot", settings(application), clock=lambda: NOW)

    async def trouble(name: str) -> None:
        if name == "refused":
            await application.stop()
        else:
            application.mood(name)

    try:
        yield Standin(
            account="bot",
            connector=connector,
            reply=REPLY,
            genuine=json.dumps(GENUINE).encode(),
            secrets=[application.secret, application.secret.removeprefix("whsec_")],
            trouble=trouble,
            receiver=connector,
            sign=lambda body: application.signed("a-1", body),
        )
    finally:
        await connector.aclose()
        await application.stop()
