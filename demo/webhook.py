"""A loopback stand-in of another application that speaks Standard Webhooks, for tests and `run.py demo`.

It signs and checks with its own few lines, records every call and deduplicates nothing. Told so (`mood`), it throttles, fails or hangs.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

SECRET = "whsec_" + base64.b64encode(b"kunci-peragaan-aplikasi-kota-32b").decode()
MOODS: Mapping[str, Callable[[], web.Response]] = {
    "throttled": lambda: web.json_response({"error": "slow down"}, status=429, headers={"Retry-After": "7"}),
    "throttled_no_wait": lambda: web.json_response({"error": "slow down"}, status=429),
    "error_500": lambda: web.json_response({"error": "oops"}, status=500),
    "unauthorized": lambda: web.json_response({"error": "signature"}, status=401),
    "gone": lambda: web.json_response({"error": "gone"}, status=410),
    "bad_request": lambda: web.json_response({"error": "shape"}, status=400),
    "moved": lambda: web.Response(status=302, headers={"Location": "/masuk"}),
    "html": lambda: web.Response(text="<html><body>Internet positif</body></html>", content_type="text/html"),
    "broken_utf8": lambda: web.Response(body=b'{"ok": "\xff\xfe', content_type="application/json"),
    "random": lambda: web.Response(body=bytes(range(256)), content_type="application/octet-stream"),
    "empty": lambda: web.Response(body=b""),
}
"""Answers that a bad day brings, by name."""


@dataclass(frozen=True)
class Call:
    """One call as it came. `signed`: its signature is right."""

    headers: Mapping[str, str]
    content: Mapping[str, Any]
    signed: bool


class Application:
    """Start it, give `callback_url` and `secret` to the account, and let citizens `say` something to the hub."""

    def __init__(self, secret: str = SECRET, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.secret, self._clock = secret, clock
        self.calls: list[Call] = []
        self.files: dict[str, bytes] = {}
        self.address = ""
        self._mood: str | None = None
        self._runner: web.AppRunner | None = None

    @property
    def callback_url(self) -> str:
        return f"{self.address}/balasan"

    def answers(self, to: str) -> Sequence[str]:
        """What one citizen was told."""
        return [call.content["text"] for call in self.calls if call.signed and call.content.get("to") == to]

    def keep(self, content: bytes) -> str:
        """A file on the application's side; its address."""
        name = f"{len(self.files) + 1}"
        self.files[name] = content
        return f"{self.address}/berkas/{name}"

    def signed(self, message_id: str, body: bytes) -> dict[str, str]:
        """The headers of a call with this body, now."""
        seconds = str(int(self._clock().timestamp()))
        return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": self._signature(message_id, seconds, body)}

    async def say(self, hook: str, message: Mapping[str, Any]) -> int:
        """Hands a message over to the hub's address for this account; the status of its answer."""
        body = json.dumps(message).encode()
        headers = self.signed(str(message.get("id")), body)
        async with aiohttp.ClientSession() as session, session.post(hook, data=body, headers=headers) as answer:
            return answer.status

    def mood(self, mood: str | None) -> None:
        """What every further call meets: one of MOODS, or `hang`; None: all is well again."""
        if mood is not None and mood != "hang" and mood not in MOODS:
            raise ValueError(f"no mood {mood!r}; known: hang, {', '.join(MOODS)}")
        self._mood = mood

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        app = web.Application()
        app.router.add_post("/balasan", self._take)
        app.router.add_get("/berkas/{name}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.address = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.address

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body, headers = await request.read(), {name.lower(): value for name, value in request.headers.items()}
        expected = self._signature(headers.get("webhook-id", ""), headers.get("webhook-timestamp", ""), body)
        call = Call(headers, json.loads(body), hmac.compare_digest(expected, headers.get("webhook-signature", "")))
        self.calls.append(call)
        if self._mood == "hang":
            await asyncio.sleep(3600)
        if self._mood:
            return MOODS[self._mood]()
        return web.json_response({"id": f"m-{len(self.calls)}"}) if call.signed else MOODS["unauthorized"]()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)

    def _signature(self, message_id: str, seconds: str, body: bytes) -> str:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{message_id}.{seconds}.".encode() + body
        return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
