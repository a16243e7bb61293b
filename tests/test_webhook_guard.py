"""The way out to addresses that people typed in leads nowhere inside."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.errors import Throttled, Unreachable
from dispatcher.subscribing.guard import Caller, allowed, fits

INSIDE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:a00:1::"),
    *("64:ff9b::a9fe:a9fe", "2001:0:a00:1::", "192.0.2.1", "2001:db8::1"),
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("address", INSIDE)
def test_inner_addresses_are_never_called(address: str) -> None:
    """Loopback, private, link-local with the clouds' metadata, multicast, documentation, and IPv6 forms of the same."""
    assert not allowed(address, 443, ())


def test_what_may_be_called() -> None:
    """Public addresses on two ports; what the city allows, on any."""
    assert allowed("8.8.8.8", 443, ())
    assert allowed("2606:4700::1111", 8443, ())
    assert not allowed("8.8.8.8", 22, ())
    inner = (ip_network("10.20.0.0/16"),)
    assert allowed("10.20.3.4", 9000, inner)
    assert allowed("::ffff:10.20.3.4", 9000, inner)
    assert not allowed("10.21.3.4", 443, inner)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://dasbor.example.go.id/kabar", True),
        ("https://dasbor.example.go.id:8443/kabar?x=1", True),
        ("https://8.8.8.8/", True),
        ("http://dasbor.example.go.id/kabar", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[::1]/", False),
        ("https://localhost/", False),
        ("http://127.0.0.1:9000/", False),
        ("https://siapa:saja@dasbor.example.go.id/", False),
        ("https://dasbor.example.go.id/#x", False),
        ("https://[", False),
        ("https://dasbor.example.go.id:99999/", False),
        ("ftp://dasbor.example.go.id/", False),
        ("", False),
    ],
)
def test_what_an_admin_may_type_in(url: str, good: bool) -> None:
    """What can be seen without asking a name server is refused before it is kept."""
    assert fits(url, ()) is good


async def test_the_very_address_is_looked_at() -> None:
    """A name that leads inside, and an address written out, are refused without a byte being sent; where it is allowed they are called.
    A redirect is an answer like any other, 429 says how long to wait, and of a body without end nothing is read."""
    asked: list[str] = []
    answers = [
        web.Response(status=204),
        web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        web.Response(status=429, headers={"Retry-After": "7"}),
    ]

    async def take(request: web.Request) -> web.Response:
        asked.append(request.path)
        return answers.pop(0)

    app = web.Application()
    left = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 65536)
        finally:
            left.set()

    app.router.add_post("/tanpa-akhir", endless)
    app.router.add_post("/{path}", take)
    async with TestServer(app, host="127.0.0.1") as server:
        port = server.port
        walled = Caller((), now)
        for host in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(Unreachable, match="webhook_networks"):
                await walled.post(f"http://{host}:{port}/dalam", b"{}", {})
        await walled.aclose()
        assert asked == []
        open_ = Caller((ip_network("127.0.0.0/8"),), now)
        assert await open_.post(f"http://localhost:{port}/satu", b"{}", {}) == 204
        assert await open_.post(f"http://127.0.0.1:{port}/dua", b"{}", {}) == 302
        with pytest.raises(Throttled) as told:
            await open_.post(f"http://127.0.0.1:{port}/tiga", b"{}", {})
        assert told.value.wait == 7
        assert await open_.post(f"http://127.0.0.1:{port}/tanpa-akhir", b"{}", {}) == 200
        await open_.aclose()
        assert asked == ["/satu", "/dua", "/tiga"]
        async with asyncio.timeout(10):
            await left.wait()
