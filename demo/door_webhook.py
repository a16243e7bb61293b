"""A loopback stand-in of a city's own system behind a `webhook` door: takes signed events, offers a look-up, calls back.

It signs and checks with its own few lines, records every call and deduplicates nothing.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

SECRET = "whsec_" + base64.b64encode(b"kunci-peragaan-sistem-kota-32-b!").decode()


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came. `signed`: its signature is right."""

    key: str
    event: Mapping[str, Any]
    signed: bool


class CitySystem:
    """`lose`: so many answers get lost after the event was taken. `silent`: numbers come by a receipt, not in the answer."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret, self.base = secret, ""
        self.lose, self.silent = 0, False
        self.calls: list[Call] = []
        self.lookups: list[str] = []
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        app = web.Application()
        app.router.add_post("/laporan", self._take)
        app.router.add_get("/laporan/cari", self._find)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.base

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def reference(self, key: str) -> str | None:
        """Our number for a complaint: the place of its first arrival."""
        keys = [call.key for call in self.calls]
        return f"A-{keys.index(key) + 1}" if key in keys else None

    def signed(self, message_id: str, body: bytes, at: datetime | None = None) -> dict[str, str]:
        """The headers of a call with this body."""
        seconds = str(int((at or datetime.now(UTC)).timestamp()))
        return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": self._signature(message_id, seconds, body)}

    async def call_back(self, hook: str, event: Mapping[str, Any]) -> int:
        """Tells the hub news; the status of its answer."""
        body = json.dumps(event).encode()
        headers = self.signed(str(event.get("id")), body)
        async with aiohttp.ClientSession() as session, session.post(hook, data=body, headers=headers) as answer:
            return answer.status

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not self._believed(request, body):
            self.calls.append(Call("", {}, False))
            return web.json_response({"error": "signature"}, status=401)
        call = Call(request.headers["webhook-id"], json.loads(body), True)
        if call.event["type"].endswith(".check"):
            return web.json_response({})
        self.calls.append(call)
        if self.lose > 0:
            self.lose -= 1
            if request.transport:
                request.transport.abort()
        return web.json_response({} if self.silent else {"reference": self.reference(call.key)})

    async def _find(self, request: web.Request) -> web.StreamResponse:
        if not self._believed(request, b""):
            return web.json_response({"error": "signature"}, status=401)
        self.lookups.append(request.query["key"])
        found = self.reference(request.query["key"])
        return web.json_response({"reference": found}) if found else web.json_response({}, status=404)

    def _believed(self, request: web.Request, body: bytes) -> bool:
        given = [request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")]
        return hmac.compare_digest(self._signature(given[0], given[1], body), given[2])

    def _signature(self, message_id: str, seconds: str, body: bytes) -> str:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{message_id}.{seconds}.".encode() + body
        return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
