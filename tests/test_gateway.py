"""The gateway over a real listener: what is refused, what is kept, and what is answered when."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connectors.contract import About, Accepted, Arrival, Inbound, Request, Sender, Unreadable
from connectors.errors import Forged, StoreAway
from connectors.gateway import mount

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
LIMIT = 1000


@dataclass
class Hook:
    """A route that keeps what it was asked; the secret is the word `ours`."""

    seen: list[Request] = field(default_factory=list)
    method: str = "POST"
    path: str = "/hooks/test/{account}"
    limit: int = LIMIT

    def verify(self, request: Request) -> None:
        if request.headers.get("x-secret") == "odd":
            raise TypeError("a check that breaks")
        if request.headers.get("x-secret") != "ours":
            raise Forged("not signed", status=401)

    def read(self, request: Request, now: datetime) -> Sequence[Arrival]:
        self.seen.append(request)
        if request.body == b"break":
            raise RuntimeError("a fault of ours")
        if request.body == b"nothing":
            return ()
        if not request.body.isascii():
            return (Unreadable(channel="test", account=request.account, raw=request.body, reason="charset"),)
        text = request.body.decode()
        sender = Sender(id="1")
        return (
            Inbound(
                channel="test", account=request.account, external_id=text, conversation="test:1", sender=sender, sent_at=now, text=text
            ),
        )


class Receiver:
    about = About(provider="test", channels=("test",), title="Uji")

    def __init__(self, hook: Hook) -> None:
        self.hook = hook

    def routes(self) -> Sequence[Hook]:
        return (self.hook,)


class Hub:
    """A listener with the gateway, and a store that can be away."""

    def __init__(self) -> None:
        self.hook = Hook()
        self.kept: list[Arrival] = []
        self.forged: list[str] = []
        self.trouble: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.url = ""

    async def accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        self.kept += arrivals
        return [Accepted(new=True, inbox_id=len(self.kept)) for _ in arrivals]

    async def post(self, body: Any = b"halo", account: str = "one", path: str = "", **headers: str) -> int:
        sent = {"X-Secret": "ours"} | {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/hooks/test/{account}{path}", data=body, headers=sent) as answer,
        ):
            return answer.status


async def open_hub(public_url: str = "", trusted_proxies: int = 0) -> tuple[Hub, web.AppRunner]:
    hub, app = Hub(), web.Application()
    receivers: Any = {"one": Receiver(hub.hook), "two": Receiver(hub.hook)}
    mount(app, receivers, hub.accept, public_url=public_url, trusted_proxies=trusted_proxies, clock=lambda: NOW, forged=hub.forged.append)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return hub, runner


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub, runner = await open_hub()
    yield hub
    await runner.cleanup()


async def test_a_signed_message_is_kept_and_answered(hub: Hub) -> None:
    """A genuine request is read with the time of the clock, kept, and answered with 200."""
    assert await hub.post(b"lampu mati") == 200
    (kept,) = hub.kept
    assert isinstance(kept, Inbound)
    assert (kept.text, kept.account, kept.sent_at) == ("lampu mati", "one", NOW)


async def test_two_accounts_share_a_path(hub: Hub) -> None:
    """The account in the path decides whose message it is."""
    assert await hub.post(account="two") == 200
    assert [arrival.account for arrival in hub.kept] == ["two"]


async def test_an_unknown_account_is_404(hub: Hub) -> None:
    """Nothing is read for an account that nobody configured."""
    assert await hub.post(account="three") == 404
    assert not hub.hook.seen


@pytest.mark.parametrize(("secret", "status"), [("theirs", 401), ("", 401), ("odd", 403)])
async def test_forged_requests_are_counted_and_nothing_is_kept(hub: Hub, secret: str, status: int) -> None:
    """A wrong signature, none, and one that breaks the check are all refused before anything is read."""
    assert await hub.post(X_Secret=secret) == status
    assert hub.forged == ["one"]
    assert not hub.kept
    assert not hub.hook.seen


async def test_over_the_cap_by_its_own_word(hub: Hub) -> None:
    """A Content-Length over the cap is 413 before the body is read or the signature looked at."""
    assert await hub.post(b"x" * (LIMIT + 1)) == 413
    assert not hub.hook.seen


async def test_at_the_cap_is_fine(hub: Hub) -> None:
    """The cap itself is allowed."""
    assert await hub.post(b"x" * LIMIT) == 200


async def test_over_the_cap_while_streaming(hub: Hub) -> None:
    """A body without a length is cut off at the cap: an endless one is never collected."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 500

    with suppress(aiohttp.ClientConnectionError):  # the answer may come while we still write, and then the line closes
        assert await hub.post(endless()) == 413
    assert not hub.hook.seen


async def test_a_streamed_body_arrives_whole(hub: Hub) -> None:
    """Chunks make one body."""

    async def parts() -> AsyncIterator[bytes]:
        for part in (b"lampu ", b"jalan ", b"mati"):
            yield part

    assert await hub.post(parts()) == 200
    assert hub.hook.seen[0].body == b"lampu jalan mati"


async def test_a_bomb_counts_unpacked(hub: Hub) -> None:
    """A small compressed body that unpacks over the cap is 413."""
    assert await hub.post(gzip.compress(b"x" * 1_000_000), Content_Encoding="gzip") == 413
    assert not hub.hook.seen


async def test_broken_compression_is_400(hub: Hub) -> None:
    """No platform sends it, so nobody would repeat it; it is no fault of ours."""
    assert await hub.post(b"not gzip at all", Content_Encoding="gzip") == 400


async def test_unreadable_bytes_are_kept_and_answered(hub: Hub) -> None:
    """What cannot be read goes to quarantine and is answered with 200: repeating it would not help."""
    assert await hub.post(b"\xff\xfe") == 200
    assert hub.kept == [Unreadable(channel="test", account="one", raw=b"\xff\xfe", reason="charset")]


async def test_a_fault_while_reading_keeps_the_bytes(hub: Hub) -> None:
    """A mistake in our own reader costs no message and starts no endless repetition."""
    assert await hub.post(b"break") == 200
    assert hub.kept == [Unreadable(channel="test", account="one", raw=b"break", reason="fault")]


async def test_an_empty_reading_is_200(hub: Hub) -> None:
    """A request that says nothing (a status, a ping) is taken."""
    assert await hub.post(b"nothing") == 200
    assert not hub.kept


@pytest.mark.parametrize("trouble", [StoreAway("full"), OSError("disk")])
async def test_a_store_that_is_away_is_503(hub: Hub, trouble: Exception) -> None:
    """Never 2xx before a message is durable; the platform is asked to come again."""
    hub.trouble = trouble
    assert await hub.post() == 503
    hub.trouble = None
    assert await hub.post() == 200


async def test_the_answer_waits_for_the_store(hub: Hub) -> None:
    """While the store has not said yes, there is no answer."""
    hub.gate.clear()
    answer = asyncio.create_task(hub.post())
    async with asyncio.timeout(10):
        while not hub.hook.seen:
            await asyncio.sleep(0.01)
    assert not answer.done()
    hub.gate.set()
    assert await answer == 200


EVIL = {"X_Forwarded_For": "9.9.9.9", "X_Forwarded_Host": "evil", "X_Forwarded_Proto": "https"}
PROXY = {"X_Forwarded_For": "6.6.6.6, 9.9.9.9", "X_Forwarded_Host": "kota.example", "X_Forwarded_Proto": "https"}
CHAIN = {"X_Forwarded_For": "6.6.6.6, 9.9.9.9, 10.0.0.1", "X_Forwarded_Proto": "javascript"}


@pytest.mark.parametrize(
    ("public_url", "proxies", "headers", "url", "remote"),
    [
        ("", 0, {}, "{own}", "127.0.0.1"),
        ("", 0, EVIL, "{own}", "127.0.0.1"),
        ("https://lapor.example", 0, EVIL, "https://lapor.example", "127.0.0.1"),
        ("", 1, PROXY, "https://kota.example", "9.9.9.9"),
        ("", 2, CHAIN, "{own}", "9.9.9.9"),
        ("", 1, {}, "{own}", "127.0.0.1"),
    ],
)
async def test_who_called_and_how(public_url: str, proxies: int, headers: dict[str, str], url: str, remote: str) -> None:
    """Forwarded headers are believed exactly as far as there are trusted proxies; the path stays byte for byte."""
    hub, runner = await open_hub(public_url, proxies)
    try:
        assert await hub.post(path="?a=%7E1&b=dua%20kata", **headers) == 200
    finally:
        await runner.cleanup()
    request = hub.hook.seen[0]
    assert request.url.replace("%7E", "~") == url.format(own=hub.url) + "/hooks/test/one?a=~1&b=dua%20kata"
    assert request.remote == remote
    assert request.query == {"a": "~1", "b": "dua kata"}
