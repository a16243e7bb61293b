"""The whole hub with Twilio beside it: the pains of WhatsApp and SMS that broke its peers, each by its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from config.settings import Account, Http, Log, Settings, Store
from demo.twilio import Twilio
from normalizer import tracking
from run import Hub, running

WA, SMS = "+6222000001", "+6222000002"
CITIZEN = "+6281234567890"
COMPLAINT = "Lampu jalan di Jl. Kenanga RT 03 RW 05 Kelurahan Karangmekar mati"
SECONDS = 20.0
LETTERHEAD = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "lapor.example.go.id", "X-Forwarded-For": "3.3.3.3"}


@dataclass
class Town:
    """`wa` and `pesan` are accounts of the same Twilio account."""

    twilio: Twilio
    hub: Hub

    async def rows(self, sql: str) -> list[Any]:
        return await self.hub.db.read(lambda session: [row._mapping for row in session.connection().execute(text(sql))])

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(SECONDS):
            while not (found := await look()):
                await asyncio.sleep(0.05)
        return found

    async def answers(self, to: str, count: int = 1) -> list[str]:
        async def look() -> list[str] | None:
            told = self.twilio.answers(to)
            return told if len(told) >= count else None

        found: list[str] = await self.until(look)
        return found

    async def settled(self) -> None:
        """Everything that came was taken, and nothing is owed."""

        async def look() -> bool:
            inbox = await self.rows("SELECT count(*) AS n FROM inbox WHERE state = 'new'")
            owed = await self.rows("SELECT count(*) AS n FROM outbox WHERE state = 'owed' AND kind <> 'forward'")
            return not inbox[0]["n"] and not owed[0]["n"]

        await self.until(look)


@asynccontextmanager
async def opened(folder: Path, twilio: Twilio, *, proxies: int = 0, **account: Any) -> AsyncIterator[Town]:
    given = {
        "account_sid": twilio.account_sid,
        "auth_token": twilio.token,
        "api_base": twilio.address,
        "media_hosts": ["localhost"],
        **account,
    }
    settings = Settings(
        store=Store(url=f"sqlite:///{folder}/hub.db", blobs=folder / "blobs"),
        http=Http(port=0, trusted_proxies=proxies),
        log=Log(level="error"),
        accounts={"wa": Account(channel="whatsapp", numbers=[WA], **given), "pesan": Account(channel="sms", numbers=[SMS], **given)},
        profile_overrides={"intake": {"settle_seconds": 0.2}, "fallbacks": {"whatsapp": ["sms"]}},
    )
    async with running(settings) as hub:
        twilio.hooks.update({f"whatsapp:{WA}": f"{hub.url}/hooks/twilio/wa", SMS: f"{hub.url}/hooks/twilio/pesan"})
        yield Town(twilio, hub)


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    twilio = Twilio()
    await twilio.start()
    yield twilio
    await twilio.stop()


async def test_retried_webhook_duplicates(tmp_path: Path, twilio: Twilio) -> None:
    """The same message handed over three times, twice at once, is one complaint and one answer; its news arrive in any order."""
    async with opened(tmp_path, twilio) as town:
        same = {"MessageSid": "SM" + "a" * 32, "name": "Siti Aminah"}
        calls = [town.twilio.write(f"whatsapp:{CITIZEN}", f"whatsapp:{WA}", COMPLAINT, **same) for _ in range(3)]
        assert await asyncio.gather(*calls) == [200, 200, 200]
        (answer,) = await town.answers(f"whatsapp:{CITIZEN}")
        await town.settled()
        (complaint,) = await town.rows("SELECT * FROM complaints")
        assert tracking.find(town.hub.profile.prefix, answer) == complaint["tracking_number"]
        assert town.twilio.answers(f"whatsapp:{CITIZEN}") == [answer]

        async def told() -> bool:
            found = await town.rows("SELECT state FROM deliveries ORDER BY state")
            return [row["state"] for row in found] == ["accepted", "delivered", "read", "sent"]

        await town.until(told)


async def test_two_quick_messages_make_two_cases(tmp_path: Path, twilio: Twilio) -> None:
    """A citizen who writes in short lines has one complaint."""
    async with opened(tmp_path, twilio) as town:
        for words in (COMPLAINT, "sudah tiga hari", "gelap sekali kalau malam"):
            await town.twilio.write(CITIZEN, SMS, words)
        await town.answers(CITIZEN)
        await town.settled()
        assert len(await town.rows("SELECT id FROM complaints")) == 1
        assert len(await town.rows("SELECT id FROM supplements")) == 2


async def test_webhook_without_secret_let_in(tmp_path: Path, twilio: Twilio) -> None:
    """Unsigned and wrongly signed calls are 403 and leave nothing; they are counted where operators look."""
    async with opened(tmp_path, twilio) as town, aiohttp.ClientSession() as session:
        for path in ("/hooks/twilio/wa", "/hooks/twilio/wa/status"):
            for headers in ({}, {"X-Twilio-Signature": "salah"}):
                form = {"MessageSid": "SM1", "From": CITIZEN, "Body": "x", "MessageStatus": "failed"}
                async with session.post(town.hub.url + path, data=form, headers=headers) as answer:
                    assert answer.status == 403
            async with session.post(town.hub.url + path, json={"a": 1}, headers={"X-Twilio-Signature": "x"}) as answer:
                assert answer.status == 403
        assert not await town.rows("SELECT id FROM inbox")
        assert not await town.rows("SELECT state FROM deliveries")

        async def counted() -> bool:
            return [row["forged"] for row in await town.rows("SELECT forged FROM pulses WHERE name = 'wa'")] == [6]

        await town.until(counted)


async def test_signature_refused_behind_a_proxy(tmp_path: Path, twilio: Twilio) -> None:
    """Twilio signed the public https address; behind one proxy of ours the hub knows it, and believes it of no second one."""
    async with opened(tmp_path, twilio, proxies=1) as town, aiohttp.ClientSession() as session:
        form = {"MessageSid": "SM1", "From": CITIZEN, "To": SMS, "Body": COMPLAINT}
        signed = {"X-Twilio-Signature": twilio.sign("https://lapor.example.go.id/hooks/twilio/pesan", form)}
        url = f"{town.hub.url}/hooks/twilio/pesan"
        async with session.post(url, data=form, headers=signed) as answer:
            assert answer.status == 403, "without the proxy's word the address is another"
        async with session.post(url, data=form, headers=signed | LETTERHEAD) as answer:
            assert answer.status == 200
        spoofed = LETTERHEAD | {"X-Forwarded-Host": "lapor.example.go.id, lain.example"}
        async with session.post(url, data=form, headers=signed | spoofed) as answer:
            assert answer.status == 403


async def test_media_failure_that_makes_the_message_unrecoverable(tmp_path: Path, twilio: Twilio) -> None:
    """The photo is gone at Twilio: the complaint has its number all the same, the desk shows why, and asking again brings it."""
    async with opened(tmp_path, twilio) as town:
        await town.twilio.photograph(CITIZEN, SMS, COMPLAINT, b"\xff\xd8\xff foto", hook=False)
        sid = town.twilio.messages[-1]["sid"]
        files = town.twilio.files.pop(sid)
        url = f"{town.twilio.address}/2010-04-01/Accounts/{twilio.account_sid}/Messages/{sid}/Media/0"
        more = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/jpeg", "MessageSid": sid}
        await town.twilio.write(CITIZEN, SMS, COMPLAINT, **more)
        assert tracking.find(town.hub.profile.prefix, (await town.answers(CITIZEN))[0])

        async def dead() -> Any:
            return await town.rows("SELECT id FROM outbox WHERE kind = 'fetch' AND state = 'dead'")

        (debt,) = await town.until(dead)
        (evidence,) = await town.rows("SELECT * FROM evidence")
        assert evidence["error"] == "recipient_gone"
        town.twilio.files[sid] = files
        from dispatcher.acts import Acts
        from dispatcher.replies import Replies
        from dispatcher.tracking import draw

        hub = town.hub
        acts = Acts(hub.db, hub.tools.bell, hub.profile, Replies(hub.profile, hub.url), draw, hub.tools.clock)
        await acts.redrive_outbox(debt["id"], operator="sari")

        async def here() -> Any:
            return await town.rows("SELECT sha256 FROM evidence WHERE sha256 IS NOT NULL AND error IS NULL")

        assert await town.until(here)


async def test_messages_of_an_hour_away_are_taken_in(tmp_path: Path, twilio: Twilio) -> None:
    """Twilio calls once and gives up: what was written while the hub was away comes by the list, photo and all, and only once."""
    await twilio.photograph(CITIZEN, SMS, COMPLAINT, b"\xff\xd8\xff foto", hook=False)
    async with opened(tmp_path, twilio, reconcile_minutes=0.005) as town:
        assert tracking.find(town.hub.profile.prefix, (await town.answers(CITIZEN))[0])

        async def here() -> Any:
            return await town.rows("SELECT sha256 FROM evidence WHERE sha256 IS NOT NULL")

        await town.until(here)
        asked = len(twilio.calls)

        async def again() -> bool:
            return len(twilio.calls) > asked + 4

        await town.until(again)
        assert len(await town.rows("SELECT id FROM inbox")) == 1


async def test_24_hour_window_refusal_with_an_empty_error(tmp_path: Path, twilio: Twilio) -> None:
    """WhatsApp takes the answer and loses it with a bare number: the row is dead and visible, the citizen gets it by SMS."""
    twilio.lost[CITIZEN] = 63016
    async with opened(tmp_path, twilio) as town:
        await town.twilio.write(f"whatsapp:{CITIZEN}", f"whatsapp:{WA}", COMPLAINT, name="Siti")
        (sms,) = await town.answers(CITIZEN)
        assert sms == town.twilio.answers(f"whatsapp:{CITIZEN}")[0]
        (dead,) = await town.rows("SELECT last_error FROM outbox WHERE state = 'dead' AND lane = 'reply:wa'")
        assert dead["last_error"].startswith("window_closed: ")
        assert "63016" in dead["last_error"]


async def test_429_drops_messages(tmp_path: Path, twilio: Twilio) -> None:
    """A throttled account waits as long as Twilio says; the answer is still owed, no attempt is used up, nothing is dropped."""
    async with opened(tmp_path, twilio) as town:

        async def first_looks() -> bool:
            return len(twilio.calls) >= 4  # both accounts were checked and have asked for what they missed

        await town.until(first_looks)
        twilio.mood("throttled", method="POST")  # sending, not one of the looks for what was missed
        await town.twilio.write(CITIZEN, SMS, COMPLAINT)

        async def owed() -> Any:
            return await town.rows("SELECT attempts, last_error FROM outbox WHERE lane = 'reply:pesan' AND last_error IS NOT NULL")

        (row,) = await town.until(owed)
        assert row["last_error"].startswith("throttled: ")
        assert row["attempts"] == 0
        (answer,) = await town.answers(CITIZEN)
        assert tracking.find(town.hub.profile.prefix, answer)
