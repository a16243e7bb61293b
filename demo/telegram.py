"""A loopback stand-in of Telegram's Bot API for tests and `run.py demo`. It records every call and deduplicates nothing.

Offers only what Telegram offers: updates by long polling or by webhook with the secret token, messages out, files, buttons. Told so
(`mood`), it throttles, fails, hangs, or takes a message and cuts the line. https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from demo.bot_api import MOODS, Refusal, answer_with, parameters_of

TEXT_LIMIT = 4096
WEBHOOK_PAUSE = 0.2
"""Seconds before a refused webhook call is repeated; Telegram waits longer."""


@dataclass(frozen=True)
class Call:
    """One call as it came: the method as Telegram writes it, and its parameters with JSON read."""

    method: str
    parameters: Mapping[str, Any]


@dataclass
class Hook:
    url: str = ""
    secret: str = ""
    last_error: str = ""


class Telegram:
    """Start it, give its address as `api_base` and `token` as the token, and let citizens `say` something."""

    def __init__(
        self,
        token: str = "4001:stand-in-token",
        username: str = "kota_lapor_bot",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.token, self.username, self._clock = token, username, clock
        self.calls: list[Call] = []
        self.hook = Hook()
        self.files: dict[str, bytes] = {}
        self.blocked: set[int] = set()
        """Chats whose citizen blocked the bot."""
        self.migrated: dict[int, int] = {}
        """Groups that became supergroups: old id to new."""
        self._sent: list[dict[str, Any]] = []
        self._updates: deque[dict[str, Any]] = deque()
        self._moods: list[tuple[str, str | None]] = []
        self._news = asyncio.Event()
        self._heard = asyncio.Event()
        self._last_update, self._last_message = 1000, 0
        self._runner: web.AppRunner | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._methods = {
            "getme": self._get_me,
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "setmycommands": self._yes,
            "answercallbackquery": self._yes,
            "sendmessage": self._send_message,
            "getfile": self._get_file,
        }
        self.address = ""

    # What citizens do

    def say(self, chat_id: int, text: str, name: str = "Siti Aminah") -> int:
        """A citizen writes in private; the message's id."""
        return self.message({"text": text}, chat_id=chat_id, name=name)

    def message(self, content: Mapping[str, Any], *, chat_id: int, name: str = "Siti Aminah") -> int:
        first, _, last = name.partition(" ")
        author = {"id": chat_id, "is_bot": False, "first_name": first, **({"last_name": last} if last else {})}
        self._last_message += 1
        about = {"message_id": self._last_message, "date": int(self._clock().timestamp()), "chat": {"id": chat_id, "type": "private"}}
        self.push({"message": {**about, "from": author, **content}})
        return self._last_message

    def press(self, chat_id: int, command: str) -> None:
        """A citizen presses a button under one of our answers."""
        self.push(
            {
                "callback_query": {
                    "id": str(self._last_update + 1),
                    "from": {"id": chat_id, "is_bot": False, "first_name": "Siti"},
                    "chat_instance": "1",
                    "message": {"message_id": self._last_message, "date": 0, "chat": {"id": chat_id, "type": "private"}},
                    "data": command,
                }
            }
        )

    def push(self, update: Mapping[str, Any]) -> int:
        """Any update; its number is added unless it has one."""
        self._last_update += 1
        number = update.get("update_id", self._last_update)
        self._updates.append({"update_id": number, **update})
        self._news.set()
        return int(number)

    def keep(self, content: bytes) -> str:
        """A file on Telegram's side; its file_id."""
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    # What came of it

    def answers(self, chat_id: int) -> Sequence[str]:
        return [message["text"] for message in self._sent if message["chat_id"] == chat_id]

    async def answered(self, chat_id: int, count: int = 1, seconds: float = 15.0) -> Sequence[str]:
        """The answers to a chat, once there are `count`. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.answers(chat_id)) < count:
                self._heard.clear()
                await self._heard.wait()
        return self.answers(chat_id)

    def called(self, method: str) -> Sequence[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    @property
    def waiting(self) -> int:
        """Updates that nobody has confirmed."""
        return len(self._updates)

    def mood(self, mood: str, times: int = 1, method: str | None = None) -> None:
        """What the next calls (of one method) meet.

        throttled, throttled_no_wait, error_500, html, broken_utf8, empty, random; hang: no answer; cut: taken, then the line breaks;
        unauthorized, blocked, not_found, bad_request, no_topic, gone.
        """
        if mood not in MOODS and mood not in ("hang", "cut"):
            raise ValueError(f"no mood {mood!r}; known: hang, cut, {', '.join(MOODS)}")
        self._moods += [(mood, method.lower() if method else None)] * times

    def calm(self) -> None:
        self._moods.clear()

    # The server

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen; the address for `api_base`."""
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._take)
        app.router.add_get("/file/bot{token}/{file_id}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.address = f"http://{host}:{self._runner.addresses[0][1]}"
        self._delivery = asyncio.create_task(self._deliver())
        return self.address

    async def stop(self) -> None:
        if self._delivery:
            self._delivery.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivery
        if self._runner:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        method, parameters = request.match_info["method"], await parameters_of(request)
        if request.match_info["token"] != self.token:
            return answer_with(Refusal(401, "Unauthorized"))
        self.calls.append(Call(method, parameters))
        mood = self._mood(method.lower())
        if mood == "hang":
            await asyncio.sleep(3600)
        if mood and mood != "cut":
            return MOODS[mood]()
        act = self._methods.get(method.lower())
        try:
            result = await act(parameters) if act else None
        except Refusal as refusal:
            return answer_with(refusal)
        if mood == "cut" and request.transport:
            request.transport.abort()
        return answer_with(result) if act else answer_with(Refusal(404, "Not Found"))

    def _mood(self, method: str) -> str | None:
        for index, (mood, only) in enumerate(self._moods):
            if only in (None, method):
                del self._moods[index]
                return mood
        return None

    async def _get_me(self, parameters: Mapping[str, Any]) -> Any:
        return {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Lapor", "username": self.username}

    async def _get_updates(self, parameters: Mapping[str, Any]) -> Any:
        if self.hook.url:
            raise Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        while self._updates and self._updates[0]["update_id"] < parameters.get("offset", 0):
            self._updates.popleft()
        if not self._updates:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(parameters.get("timeout", 0)):
                    await self._news.wait()
        return list(self._updates)[: parameters.get("limit", 100)]

    async def _set_webhook(self, parameters: Mapping[str, Any]) -> Any:
        self.hook = Hook(str(parameters.get("url", "")), str(parameters.get("secret_token", "")))
        self._news.set()
        return True

    async def _delete_webhook(self, parameters: Mapping[str, Any]) -> Any:
        self.hook = Hook()
        return True

    async def _webhook_info(self, parameters: Mapping[str, Any]) -> Any:
        info = {"url": self.hook.url, "has_custom_certificate": False, "pending_update_count": len(self._updates)}
        return info | (
            {"last_error_message": self.hook.last_error, "last_error_date": int(self._clock().timestamp())} if self.hook.last_error else {}
        )

    async def _yes(self, parameters: Mapping[str, Any]) -> Any:
        return True

    async def _send_message(self, parameters: Mapping[str, Any]) -> Any:
        chat_id, text = parameters.get("chat_id"), parameters.get("text")
        if not isinstance(chat_id, int):
            raise Refusal(400, "Bad Request: chat not found")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text) > TEXT_LIMIT:
            raise Refusal(400, "Bad Request: message is too long")
        if chat_id in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat_id in self.migrated:
            moved = self.migrated[chat_id]
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=moved)
        self._last_message += 1
        self._sent.append(dict(parameters))
        self._heard.set()
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
        return {"message_id": self._last_message, "date": int(self._clock().timestamp()), "chat": chat, "text": text}

    async def _get_file(self, parameters: Mapping[str, Any]) -> Any:
        file_id = str(parameters.get("file_id"))
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": len(self.files[file_id]), "file_path": file_id}

    async def _file(self, request: web.Request) -> web.Response:
        file_id, mood = request.match_info["file_id"], self._mood("file")
        if mood:
            return MOODS[mood]()
        if request.match_info["token"] != self.token or file_id not in self.files:
            return answer_with(Refusal(404, "Not Found"))
        return web.Response(body=self.files[file_id], content_type="application/octet-stream")

    async def _deliver(self) -> None:
        """Call the webhook, one update after the other, each until it is taken."""
        async with aiohttp.ClientSession() as session:
            while True:
                if not (self.hook.url and self._updates):
                    self._news.clear()
                    await self._news.wait()
                    continue
                hook = self.hook
                try:
                    async with session.post(
                        hook.url, json=self._updates[0], headers={"X-Telegram-Bot-Api-Secret-Token": hook.secret}
                    ) as answer:
                        taken, hook.last_error = answer.ok, "" if answer.ok else f"Wrong response from the webhook: {answer.status}"
                except aiohttp.ClientError as error:
                    taken, hook.last_error = False, type(error).__name__
                if taken:
                    self._updates.popleft()
                else:
                    await asyncio.sleep(WEBHOOK_PAUSE)
