"""How the Bot API's stand-in reads parameters and answers. https://core.telegram.org/bots/api#making-requests"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

AS_JSON = frozenset(
    {
        "allowed_updates",
        "chat_id",
        "commands",
        "drop_pending_updates",
        "limit",
        "link_preview_options",
        "message_thread_id",
        "offset",
        "reply_markup",
        "reply_parameters",
        "timeout",
    }
)
"""Parameters that are no strings: inside a form they travel as JSON."""


class Refusal(Exception):
    """The Bot API says no: HTTP status, description, and what it adds (retry_after)."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        self.status, self.description, self.parameters = status, description, parameters


async def parameters_of(request: web.Request) -> Mapping[str, Any]:
    """Query, form or JSON, as the Bot API takes them."""
    if request.content_type == "application/json":
        return dict(await request.json())
    return {name: _value(name, str(value)) for name, value in {**request.query, **(await request.post())}.items()}


def _value(name: str, value: str) -> Any:
    if name in AS_JSON:
        with suppress(ValueError):
            return json.loads(value)
    return value


def answer_with(result: Any) -> web.Response:
    if isinstance(result, Refusal):
        body = {"ok": False, "error_code": result.status, "description": result.description}
        return web.json_response(body | ({"parameters": result.parameters} if result.parameters else {}), status=result.status)
    return web.json_response({"ok": True, "result": result})


MOODS: Mapping[str, Callable[[], web.Response]] = {
    "throttled": lambda: answer_with(Refusal(429, "Too Many Requests: retry after 7", retry_after=7)),
    "throttled_no_wait": lambda: answer_with(Refusal(429, "Too Many Requests")),
    "error_500": lambda: answer_with(Refusal(500, "Internal Server Error")),
    "unauthorized": lambda: answer_with(Refusal(401, "Unauthorized")),
    "blocked": lambda: answer_with(Refusal(403, "Forbidden: bot was blocked by the user")),
    "not_found": lambda: answer_with(Refusal(400, "Bad Request: chat not found")),
    "bad_request": lambda: answer_with(Refusal(400, "Bad Request: can't parse entities")),
    "no_topic": lambda: answer_with(Refusal(400, "Bad Request: message thread not found")),
    "gone": lambda: answer_with(Refusal(404, "Not Found")),
    "html": lambda: web.Response(text="<html><body>Internet positif</body></html>", content_type="text/html"),
    "broken_utf8": lambda: web.Response(body=b'{"ok": true, "result": "\xff\xfe', content_type="application/json"),
    "random": lambda: web.Response(body=bytes(range(256)), content_type="application/octet-stream"),
    "empty": lambda: web.Response(body=b""),
}
"""Answers that a bad day brings, by name."""
