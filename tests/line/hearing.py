"""A receiver of events on loopback, that checks every signature with the library of Standard Webhooks and does what it is told to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import time_machine
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook


@dataclass
class Ear:
    """`heard`: (webhook-id, event) of every call that it answered with 2xx; `refused`: webhook-ids of the others."""

    clock: Callable[[], datetime]
    secret: str = ""
    answers: list[web.Response] = field(default_factory=list)
    heard: list[tuple[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    status: int = 204
    server: Any = None
    hold: asyncio.Event | None = None
    """While it is not set, nobody gets an answer."""
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/kabar", self._take)
        self.server = TestServer(app, host="127.0.0.1")
        await self.server.start_server()

    async def stop(self) -> None:
        await self.server.close()

    @property
    def url(self) -> str:
        return str(self.server.make_url("/kabar"))

    @property
    def kinds(self) -> list[str]:
        return [event["type"].removeprefix("id.go.satupintu.") for _, event in self.heard]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        with time_machine.travel(self.clock(), tick=False):  # the library asks the machine's clock
            Webhook(self.secret).verify(body, dict(request.headers))
        assert request.content_type == "application/cloudevents+json"
        event = orjson.loads(body)
        assert event["id"] == request.headers["webhook-id"]
        if self.hold is not None:
            await self.hold.wait()
        answer = self.answers.pop(0) if self.answers else web.Response(status=self.status)
        if 200 <= answer.status < 300:
            self.heard.append((event["id"], event))
            self.rung.set()
        else:
            self.refused.append(event["id"])
        return answer
