"""Twilio for the contract suite and the case runner: an SMS account on the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from connectors.contract import Reply
from connectors.twilio.client import Settings, TwilioConnector
from connectors.twilio.form import pairs
from connectors.twilio.sign import signature
from demo.twilio import Twilio
from tests.channels.asking import Standin

NUMBER = "+6281100000001"
CITIZEN = "+6281234567890"
REPLY = Reply(
    key="k1",
    channel="sms",
    account="bot",
    conversation=f"sms:bot:{CITIZEN}",
    address=CITIZEN,
    text="Laporan Anda kami catat.",
    extra={"to": NUMBER},
)
GENUINE = urlencode({"MessageSid": "SM" + "1" * 32, "From": CITIZEN, "To": NUMBER, "Body": "Lampu jalan mati", "NumMedia": "0"}).encode()


def settings(twilio: Twilio, **changed: object) -> Settings:
    given = {
        "account_sid": twilio.account_sid,
        "auth_token": twilio.token,
        "numbers": [NUMBER],
        "api_base": twilio.address,
        "media_hosts": ["localhost"],
        "answer_seconds": 0.5,
    }
    return Settings.model_validate(given | changed)


def signed(token: str, url: str, body: bytes) -> Mapping[str, str]:
    return {"X-Twilio-Signature": signature(token, url, pairs(body)), "Content-Type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    twilio = Twilio(token="token-rahasia-uji")
    await twilio.start()
    twilio.hooks[NUMBER] = "https://hub.example/hooks/twilio/bot"
    connector = TwilioConnector("bot", "sms", settings(twilio), "https://hub.example", media_pauses=(0.0, 0.0))

    async def trouble(name: str) -> None:
        if name == "refused":
            await twilio.stop()
        else:
            twilio.mood(name, times=1000)

    try:
        yield Standin(
            account="bot",
            connector=connector,
            reply=REPLY,
            genuine=GENUINE,
            secrets=[twilio.token],
            trouble=trouble,
            receiver=connector,
            sign_for=lambda url, body: signed(twilio.token, url, body),
        )
    finally:
        await connector.aclose()
        await twilio.stop()
