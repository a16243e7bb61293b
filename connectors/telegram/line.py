"""The line to the Bot API: python-telegram-bot's requests, and what its errors mean to us.

Neither a token nor a citizen's words may get into a log or an error: the Bot API has the token in every address, httpx logs
addresses, and python-telegram-bot logs answers that it cannot read.
"""

from __future__ import annotations

import logging
from typing import Any

import httpx
from telegram import error
from telegram.request import HTTPXRequest

from connectors.errors import (
    ConnectorError,
    CredentialRefused,
    RecipientGone,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
)
from connectors.telegram.guards import loads

WAIT_SECONDS = 30
"""When a 429 names no time."""
CONNECT_SECONDS, READ_SECONDS = 10.0, 20.0

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
GONE = (
    "chat not found",
    "user is deactivated",
    "bot was kicked",
    "bot was blocked",
    "peer_id_invalid",
    "have no rights to send",
    "chat_write_forbidden",
)
FILE_GONE = ("wrong file_id", "wrong file id", "file is temporarily unavailable", "file_id_invalid", "file reference")
LONG = ("file is too big", "message is too long", "message_too_long")


class Line(HTTPXRequest):
    """Two differences from the library's own: a 429 without a time still waits, and broken JSON is not logged."""

    def __init__(self, read_seconds: float = READ_SECONDS) -> None:
        for name in ("httpx", "httpcore", "telegram"):
            logging.getLogger(name).setLevel(logging.WARNING)
        super().__init__(connection_pool_size=32, connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds, write_timeout=READ_SECONDS)

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **named)
        if status == httpx.codes.TOO_MANY_REQUESTS and b"retry_after" not in payload:
            raise error.RetryAfter(WAIT_SECONDS)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as an object; a byte that is no UTF-8 costs one letter, not the answer."""
        try:
            answer = loads(payload)
        except UnicodeDecodeError:
            answer = _loose(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise error.TelegramError("answer is not a JSON object")
        return answer


def _loose(payload: bytes) -> Any:
    try:
        return loads(payload.decode(errors="replace").encode())
    except ValueError:
        return None


def meaning(fault: error.TelegramError, *, account: str) -> ConnectorError:
    """The library's error as ours. Sentences are our own: the library's can contain the token."""
    if isinstance(fault, error.RetryAfter):
        wait = fault._retry_after.total_seconds()  # the public property warns of its own change of type
        return Throttled(f"Telegram meminta menunggu {wait:.0f} detik.", wait=wait)
    if isinstance(fault, error.InvalidToken):
        return CredentialRefused(f"Telegram menolak token. Periksa accounts.{account}.token; token baru ada pada @BotFather.")
    if isinstance(fault, error.Forbidden):
        return RecipientGone("Warga memblokir bot, atau bot dikeluarkan dari grup.")
    if isinstance(fault, error.Conflict):
        return Unreachable(f"Token accounts.{account}.token juga dipakai program lain, atau webhook masih terpasang.")
    if isinstance(fault, error.EndPointNotFound):
        return Refused(f"Server pada accounts.{account}.api_base tidak mengenal metode ini.")
    if isinstance(fault, error.BadRequest):
        return _refusal(fault.message.lower())
    sure = isinstance(fault.__cause__, NOT_SENT)
    if isinstance(fault, error.TimedOut):
        return Unreachable("Telegram tidak menjawab pada waktunya.", certain=sure)
    return Unreachable(
        "Telegram tidak dapat dihubungi." if sure else "Telegram menjawab dengan galat atau jawaban yang rusak.", certain=sure
    )


def _refusal(text: str) -> ConnectorError:
    """A 400: its text is the only thing that tells these apart (https://core.telegram.org/bots/api#making-requests)."""
    if any(part in text for part in GONE):
        return RecipientGone("Obrolan ini tidak ada lagi, atau bot tidak boleh menulis di sana.")
    if any(part in text for part in FILE_GONE):
        return RecipientGone("Berkas ini tidak ada lagi di Telegram.")
    if any(part in text for part in LONG):
        return TooLarge("Pesan atau berkas melebihi batas Telegram.")
    return Refused("Telegram menolak permintaan ini.")
