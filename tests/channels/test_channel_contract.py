"""What every connector promises, asked of each through its stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import registry
from connectors.contract import Accepted, Arrival, Checked, Health, Inbound, Puller, Receiver, Request, Sent, Unopened, Unreadable
from connectors.errors import ConnectorError, Forged, Then, Throttled
from connectors.gateway import mount
from tests.channels.asking import NOW, TROUBLES, Standin, opened, providers
from tests.channels.conftest import Ear

NASTY = {
    "empty": b"",
    "html": b"<!doctype html><html><body>502 Bad Gateway</body></html>",
    "broken_utf8": b'{"update_id": 1, "message": "\xff\xfe\x80"}',
    "random": bytes(range(256)) * 8,
    "deep": b"[" * 100_000,
    "null": b"null",
    "number": b"9" * 5000,
    "list": b"[[],{}]",
}
BYTES = st.binary(max_size=300) | st.text(max_size=200).map(str.encode)


@pytest.fixture(params=providers())
async def standin(request: pytest.FixtureRequest, ear: Ear) -> AsyncIterator[Standin]:
    async with opened(request.param) as standin:
        yield standin
        for secret in standin.secrets:
            assert secret not in ear.heard, "a secret was logged"


def read(standin: Standin, raw: bytes) -> Sequence[Arrival]:
    return registry.reader(standin.connector.about.channels[0])(raw, standin.account, NOW)


def keys(arrivals: Sequence[Arrival]) -> list[str]:
    return [arrival.key if isinstance(arrival, Unreadable) else arrival.external_id for arrival in arrivals]


def test_every_provider_is_asked() -> None:
    """A provider without tests/channels/<provider>/standin.py would promise nothing."""
    assert set(providers()) == set(registry.channels().values())


async def test_it_says_what_it_is(standin: Standin) -> None:
    """A connector names its provider, its channels and the limit of a reply."""
    about = standin.connector.about
    assert about.title
    assert about.text_limit > 0
    assert all(registry.channels()[channel] == about.provider for channel in about.channels)


async def test_check_of_a_good_account(standin: Standin) -> None:
    """A check finds a good account well, and tells it in one sentence."""
    checked = await standin.connector.check()
    assert checked.health is not Health.FAILED, checked.sentence
    assert checked.sentence


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_check_in_trouble(standin: Standin, trouble: str) -> None:
    """A check never raises; on a bad day it says so, without secrets."""
    standin.asked("check")
    await standin.trouble(trouble)
    checked = await standin.connector.check()
    assert isinstance(checked, Checked)
    assert checked.health is Health.FAILED
    assert not any(secret in checked.sentence for secret in standin.secrets)


async def test_send(standin: Standin) -> None:
    """A reply goes out."""
    standin.asked("send")
    assert isinstance(await standin.connector.send(standin.reply), Sent)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_send_in_trouble(standin: Standin, trouble: str) -> None:
    """On a bad day a reply fails with one of our errors, which says whether it may have gone out, and nothing secret."""
    standin.asked("send")
    standin.asked(f"send:{trouble}")
    await standin.trouble(trouble)
    with pytest.raises(ConnectorError) as failed:
        await standin.connector.send(standin.reply)
    error = failed.value
    assert error.then is Then.RETRY
    assert not any(secret in f"{error!r} {error.__cause__!r}" for secret in standin.secrets)
    if trouble.startswith("throttled"):
        assert isinstance(error, Throttled)
        assert error.wait > 0
    if trouble == "refused":
        assert error.certain, "a closed port took nothing"
    if trouble in ("hang", "empty", "random"):
        assert not error.certain, "it was asked, and nobody knows"


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_pull_in_trouble(standin: Standin, trouble: str) -> None:
    """On a bad day a pull fails with one of our errors."""
    standin.asked(f"pull:{trouble}")
    puller = standin.connector
    if not isinstance(puller, Puller):
        pytest.skip("nothing to pull")
    await standin.trouble(trouble)
    with pytest.raises(ConnectorError) as failed:
        await puller.pull(None)
    assert failed.value.then is Then.RETRY


async def test_download_of_nothing(standin: Standin) -> None:
    """A reference that leads nowhere is one of our errors."""
    with pytest.raises(ConnectorError) as failed:
        await standin.connector.download("no-such-reference", 1000)
    assert failed.value.then is Then.GIVE_UP


@pytest.mark.parametrize("name", NASTY)
async def test_any_bytes_are_read(standin: Standin, name: str) -> None:
    """Whatever comes is an Inbound or kept unreadable under the right account, never an exception."""
    for arrival in read(standin, NASTY[name]):
        assert isinstance(arrival, Inbound | Unopened | Unreadable)
        assert arrival.account == standin.account


@pytest.mark.parametrize("provider", providers())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=BYTES)
def test_arbitrary_bytes_are_read(provider: str, raw: bytes) -> None:
    """The same for bytes that nobody thought of."""
    for channel, owner in registry.channels().items():
        if owner == provider:
            for arrival in registry.reader(channel)(raw, "a", NOW):
                assert isinstance(arrival, Inbound | Unopened | Unreadable)


async def test_a_message_twice_is_one(standin: Standin) -> None:
    """The same bytes again have the same key."""
    first, second = read(standin, standin.genuine), read(standin, standin.genuine)
    assert keys(first) == keys(second)
    assert all(isinstance(arrival, Inbound | Unopened) for arrival in first)


async def test_unreadable_twice_is_one(standin: Standin) -> None:
    """Broken bytes again have the same key too, and other broken bytes another."""
    assert keys(read(standin, NASTY["random"])) == keys(read(standin, NASTY["random"]))


def receiver(standin: Standin) -> Receiver:
    if standin.receiver is None:
        pytest.skip("nobody calls it")
    return standin.receiver


def request(standin: Standin, headers: dict[str, str], body: bytes, url: str = "https://hub.example/") -> Request:
    lower = {name.lower(): value for name, value in headers.items()}
    return Request(account=standin.account, method="POST", url=url, headers=lower, query={}, body=body, remote="127.0.0.1")


async def test_forged(standin: Standin) -> None:
    """A route lets nothing through that its platform did not sign: without headers, with empty ones, with others."""
    for route in receiver(standin).routes():
        url = standin.url(route.path)
        signed = dict(standin.signed(url, standin.genuine))
        forgeries = [{}, dict.fromkeys(signed, ""), {name: value[:-1] + "X" for name, value in signed.items()}, dict.fromkeys(signed, "é")]
        route.verify(request(standin, signed, standin.genuine, url))
        for headers in forgeries:
            with pytest.raises(Forged) as refused:
                route.verify(request(standin, headers, standin.genuine, url))
            assert refused.value.status in (401, 403)


class Store:
    """What the gateway handed over."""

    def __init__(self) -> None:
        self.kept: list[Arrival] = []

    async def accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        self.kept += arrivals
        return [Accepted(new=True, inbox_id=1) for _ in arrivals]


async def posted(standin: Standin, bodies: Sequence[bytes]) -> tuple[list[int], list[Arrival]]:
    """All bodies at once, through a listener, each with genuine headers."""
    called, store, app = receiver(standin), Store(), web.Application()
    receivers: Any = {standin.account: called}
    mount(app, receivers, store.accept, public_url="https://hub.example", trusted_proxies=0, clock=lambda: NOW)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    path = called.routes()[0].path.replace("{account}", standin.account)
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{path}"

    async def post(session: aiohttp.ClientSession, body: bytes) -> int:
        async with session.post(url, data=body, headers=dict(standin.signed(standin.url(called.routes()[0].path), body))) as answer:
            return answer.status

    try:
        async with aiohttp.ClientSession() as session:
            return list(await asyncio.gather(*(post(session, body) for body in bodies))), store.kept
    finally:
        await runner.cleanup()


async def test_called_twice_at_once(standin: Standin) -> None:
    """The same call twice at the same moment is answered with 200 twice and has one key."""
    statuses, kept = await posted(standin, [standin.genuine] * 2)
    assert statuses == [200, 200]
    assert len(set(keys(kept))) == 1


@pytest.mark.parametrize("name", NASTY)
async def test_called_with_any_bytes(standin: Standin, name: str) -> None:
    """Signed nonsense is kept unreadable and answered with 200; repeating it would not help."""
    statuses, kept = await posted(standin, [NASTY[name]])
    assert statuses == [200]
    assert [arrival.raw for arrival in kept if isinstance(arrival, Unreadable)] == [NASTY[name]]


async def test_closing_twice(standin: Standin) -> None:
    """Closing is final and may be repeated."""
    await standin.connector.aclose()
    await standin.connector.aclose()
