"""Hostile bodies, posted to a real hub's webhooks: none is answered with a 5xx, nothing dies, and the next citizen gets a number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from pydantic import SecretStr
from sqlalchemy import text

from config.settings import Account, Http, Log, Settings, Store
from connectors.twilio.sign import signature
from demo.telegram import Telegram
from demo.twilio import Twilio
from run import Hub, running

SECRET = "kunci-webhook-untuk-uji"
SMS = "+6222000002"
SECONDS = 60.0
GOOD = "Lampu jalan di Jl. Kenanga RT 03 RW 05 Kelurahan Karangmekar mati"


def message(number: int, /, **content: Any) -> dict[str, Any]:
    about = {"message_id": number, "date": 1_763_780_000, "chat": {"id": 7, "type": "private"}, "from": {"id": 7, "is_bot": False}}
    return {"update_id": number, "message": {**about, **content}}


def raw(number: int, inside: str) -> str:
    """A message whose content only text can write: what json.dumps would not."""
    return json.dumps(message(number, content="HERE")).replace('"content": "HERE"', inside)


TELEGRAM: dict[str, bytes | str | dict[str, Any] | list[Any]] = {
    "half an object": '{"update_id": 1',
    "a list": [1, 2, 3],
    "null": "null",
    "a bare word": "lapor",
    "nothing": b"",
    "nested too deep": '{"message":' + "[" * 60_000 + "]" * 60_000 + "}",
    "objects too deep": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "the same key twice": '{"update_id":1,"update_id":2,"message":{"message_id":1},"message":{"message_id":9,"text":"x"}}',
    "a number of 6000 digits": '{"update_id":' + "7" * 6_000 + "}",
    "not a number": raw(21, '"location": {"latitude": NaN, "longitude": Infinity}'),
    "beyond the world": message(22, location={"latitude": 181.5, "longitude": -720.0}, text="jalan rusak"),
    "null island": message(23, location={"latitude": 0.0, "longitude": 0.0}),
    "half a surrogate pair": raw(24, '"text": "jalan \\ud83d rusak \\udc00"'),
    "joined emoji": message(25, text="👨\u200d👩\u200d👧\u200d👦" * 580),
    "zalgo": message(26, text="j" + "\u0301\u0316" * 2_000),
    "right to left": message(27, text="\u202egnp.exe\u202c \u2066lampu\u2069 mati"),
    "null bytes": message(28, text="jalan\x00rusak\x00"),
    "truth as text": message(29, text=True),
    "text of lists": message(30, text=["a", {"b": 1}]),
    "entities out of range": message(31, text="a", entities=[{"type": "bot_command", "offset": -5, "length": 10**9}]),
    "no sender": {"update_id": 32, "message": {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "channel"}, "text": "x"}},
    "a date before time": message(33, text="jalan rusak", date=-(10**15)),
    "a date as text": message(34, text="jalan rusak", date="kemarin"),
    "a path as a name": message(
        35, document={"file_id": "x", "file_unique_id": "y", "file_name": "../../../etc/passwd\x00.jpg", "file_size": 10**13}
    ),
    "photos without sizes": message(36, photo=[]),
    "photos of nothing": message(37, photo=[None, {}, {"file_id": 3}]),
    "a chat id beyond 64 bits": message(38, chat={"id": 2**80, "type": "private"}, text="jalan rusak"),
    "quadratic spaces": message(39, text="Jl. " + " " * 4_000 + "a"),
    "quadratic digits": message(40, text="0812 " * 800),
    "quadratic markers": message(41, text="rt/rw jl gg " * 340),
    "quadratic names": message(42, text="atas nama " * 400),
    "links": message(43, text="https://google.com/maps/" + "/@1.23,1.23" * 350),
    "template braces": message(44, text="{city} {0.__class__} %s %n ${jndi:ldap://x}"),
    "markup": message(45, text="<script>alert(1)</script>' OR 1=1; --"),
}
XML = {
    "entities of entities": "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1 or str()};' * 10}'>" for n in range(1, 10))
    + "]><services>&a9;</services>",
    "a file as an entity": "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><requests>&x;</requests>",
    "a page": "<html><body>502 Bad Gateway</body></html>",
    "an empty list": "<service_requests type='array'/>",
    "two at once": "<requests><request><id>1</id></request><request><id>2</id></request></requests>",
}
FORMS = {
    "ten thousand names": "&".join(f"a{number}=1" for number in range(10_000)),
    "a billion files": "MessageSid=SM1&From=%2B62811&To=%2B6222000002&NumMedia=999999999",
    "files as a word": "MessageSid=SM2&From=%2B62811&To=%2B6222000002&NumMedia=banyak",
    "files of our own machine": "MessageSid=SM3&From=%2B62811&To=%2B6222000002&NumMedia=2&MediaUrl0=http://169.254.169.254/&MediaUrl1=file:///etc/passwd",
    "broken percents": "MessageSid=SM4&From=%2B62811&To=%2B6222000002&Body=%ZZ%ff%fe%",
    "a long text": "MessageSid=SM5&From=%2B62811&To=%2B6222000002&Body=" + "a" * 100_000,
    "a sender of letters": "MessageSid=SM6&From=PROMO-BANK&To=%2B6222000002&Body=diskon",
    "a short code": "MessageSid=SM7&From=9292&To=%2B6222000002&Body=info",
    "no id": "From=%2B62811&To=%2B6222000002&Body=jalan+rusak",
    "the same name twice": "MessageSid=SM8&MessageSid=SM9&From=a&From=b&Body=x&Body=y",
    "nothing but signs": "&&&===&%00=%00",
}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Hub, Telegram, Twilio]]:
    telegram, twilio = Telegram(), Twilio()
    await telegram.start()
    await twilio.start()
    bot = Account(
        channel="telegram", mode="webhook", token=SecretStr(telegram.token), secret_token=SecretStr(SECRET), api_base=telegram.address
    )
    given = {"account_sid": twilio.account_sid, "auth_token": twilio.token, "api_base": twilio.address, "media_hosts": ["localhost"]}
    settings = Settings(
        store=Store(url=f"sqlite:///{folder}/hub.db", blobs=folder / "blobs"),
        http=Http(port=0, public_url="https://lapor.example.go.id"),
        log=Log(level="critical"),
        accounts={"bot": bot, "pesan": Account(channel="sms", numbers=[SMS], **given)},
        profile_overrides={"intake": {"settle_seconds": 0.2}},
    )
    try:
        async with running(settings) as hub:
            yield hub, telegram, twilio
    finally:
        await telegram.stop()
        await twilio.stop()


async def rows(hub: Hub, sql: str) -> list[Any]:
    return await hub.db.read(lambda session: [row._mapping for row in session.connection().execute(text(sql))])


async def settled(hub: Hub) -> None:
    """All that was accepted has become something."""
    async with asyncio.timeout(SECONDS):
        while (await rows(hub, "SELECT count(*) AS n FROM inbox WHERE state = 'new'"))[0]["n"]:
            await asyncio.sleep(0.05)


async def a_citizen_is_heard(hub: Hub, session: aiohttp.ClientSession) -> None:
    """After all of it a plain report gets its number."""
    good = message(9_000, text=GOOD, chat={"id": 99, "type": "private"})
    good["message"]["from"]["id"] = 99
    async with session.post(f"{hub.url}/hooks/telegram/bot", json=good, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}) as answer:
        assert answer.status == 200
    await settled(hub)
    found = await rows(hub, "SELECT conversation FROM complaints")
    assert "telegram:bot:99" in {row["conversation"] for row in found}


async def test_hostile_updates_by_post(tmp_path: Path) -> None:
    """Whatever is posted to Telegram's hook: no 5xx, an outcome for all that was accepted, none of it a crash of the reader."""
    async with opened(tmp_path) as (hub, _, _), aiohttp.ClientSession() as session:
        told = {}
        for name, body in {**TELEGRAM, **XML}.items():
            sent = (
                body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")
            )
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
            async with session.post(f"{hub.url}/hooks/telegram/bot", data=sent, headers=headers) as answer:
                told[name] = answer.status
        assert {name: status for name, status in told.items() if status >= 500} == {}
        await settled(hub)
        lost = await rows(hub, "SELECT external_id, reason FROM inbox WHERE reason IN ('timeout', 'crash') OR state = 'failed'")
        assert lost == []
        await a_citizen_is_heard(hub, session)


async def test_hostile_forms_by_post(tmp_path: Path) -> None:
    """The same for Twilio's forms, signed as Twilio would; no file of a foreign host is fetched."""
    async with opened(tmp_path) as (hub, _, twilio), aiohttp.ClientSession() as session:
        url = "https://lapor.example.go.id/hooks/twilio/pesan"
        told = {}
        for name, body in FORMS.items():
            headers = {
                "X-Twilio-Signature": signature(twilio.token, url, parse_qsl(body, keep_blank_values=True, errors="replace")),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            async with session.post(f"{hub.url}/hooks/twilio/pesan", data=body.encode(), headers=headers) as answer:
                told[name] = answer.status
        assert {name: status for name, status in told.items() if status >= 500} == {}
        await settled(hub)
        assert await rows(hub, "SELECT id FROM evidence WHERE sha256 IS NOT NULL") == []
        await a_citizen_is_heard(hub, session)


async def test_hostile_bodies_at_the_chat(tmp_path: Path) -> None:
    """The open chat route takes the same bodies without a 5xx."""
    async with opened(tmp_path) as (hub, _, _), aiohttp.ClientSession() as session:
        told = {}
        for name, body in {**TELEGRAM, **XML, **FORMS}.items():
            sent = (
                body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")
            )
            for media_type in ("application/json", "multipart/form-data; boundary=x"):
                async with session.post(f"{hub.url}/chat/messages", data=sent, headers={"Content-Type": media_type}) as answer:
                    told[f"{name}, {media_type}"] = answer.status
        assert {name: status for name, status in told.items() if status >= 500} == {}
        await a_citizen_is_heard(hub, session)
