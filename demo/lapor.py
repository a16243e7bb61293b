"""A loopback stand-in of the legacy SP4N-LAPOR! API, in exactly the shape that public clients show, for tests and `run.py demo`.

It records every call, takes everything, deduplicates nothing and offers only what the vendor offers: no look-up, no news. Nothing here was
compared with production.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from defusedxml.ElementTree import ParseError, fromstring

TOKEN = "{0F8FAD5B-D9CB-469F-A165-70867728950E}"
TOPICS: Sequence[Mapping[str, str]] = (
    {"id": "3", "parent": "0", "topic_name": "Perhubungan"},
    {"id": "13", "parent": "3", "topic_name": "Penerangan Jalan Umum"},
    {"id": "20", "parent": "0", "topic_name": "Topik Lainnya"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One report as it was posted."""

    tracking_id: str
    words: str
    confidential: bool
    anonymous: bool
    reporter: Mapping[str, str]


class Lapor:
    """`lose` is how many answers get lost after the report was taken. `elements`: the ids come as elements, not as attributes."""

    def __init__(self, token: str = TOKEN, *, elements: bool = False) -> None:
        self.token, self.base = token, ""
        self.lose = 0
        self.taken: list[Taken] = []
        self.calls: list[Mapping[str, Any]] = []
        self._elements = elements
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        app = web.Application()
        app.router.add_post("/api/stream/addstream", self._add)
        app.router.add_post("/api/services/f01/gettopics", self._topics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.base

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _add(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls.append({"call": "addstream", "type": request.headers.get("Content-Type"), "body": body.decode()})
        try:
            root = fromstring(body)
        except ParseError:
            return web.Response(status=400)
        if root.get("token") != self.token:
            return web.Response(status=401)
        said, who = root.find("laporan"), root.find("pelapor")
        if said is None or who is None or not said.findtext("isi"):
            return web.Response(status=400)
        one = Taken(
            tracking_id=str(1_000_001 + len(self.taken)),
            words=said.findtext("isi") or "",
            confidential=said.get("rahasia") == "1",
            anonymous=said.get("anonim") == "1",
            reporter={each.tag: each.text or "" for each in who},
        )
        self.taken.append(one)
        if self.lose > 0:
            self.lose -= 1
            if request.transport:
                request.transport.abort()
            raise asyncio.CancelledError
        return web.Response(text=self._answer(one.tracking_id), content_type="text/xml")

    def _answer(self, number: str) -> str:
        if self._elements:
            return f"<lapor><trackingid>{number}</trackingid><transaksiid>T{number}</transaksiid></lapor>"
        return f'<lapor trackingid="{number}" transaksiid="T{number}"/>'

    async def _topics(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.calls.append({"call": "gettopics"})
        return web.json_response(list(TOPICS)) if form.get("KEYTOKEN") == self.token else web.Response(status=401)
