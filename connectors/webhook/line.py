"""The line to the other application: signed POSTs out, files in, and what its answers mean to us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from connectors.errors import ConnectorError, CredentialRefused, RecipientGone, Refused, Throttled, TooLarge, Unreachable
from connectors.webhook import signing

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that we read; all that is wanted of it is an id."""
WAIT_SECONDS = 30.0
"""When a 429 names no time."""
LONGEST_WAIT = 3600.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Line:
    """Opens its connections when they are first needed."""

    def __init__(self, account: str, key: bytes, seconds: float, clock: Callable[[], datetime]) -> None:
        self._account, self._key, self._seconds, self._clock = account, key, seconds, clock
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, message_id: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer's JSON object, empty for 204. Raises ConnectorError; `certain` False when the application may have taken it."""
        body = orjson.dumps(content)
        headers = {"Content-Type": "application/json", **signing.headers(self._key, message_id, self._clock(), body)}
        status, answer, given = await self._asked("POST", url, headers, body, ANSWER_LIMIT)
        if status == 204:
            return {}
        if not 200 <= status < 300:
            raise self._refusal(status, given)
        try:
            found = orjson.loads(answer)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):  # a captive portal or a login page says 200 too
            raise Unreachable(f"Jawaban accounts.{self._account}.callback_url bukan objek JSON; minimal {{}}.", certain=False)
        return found

    async def get(self, url: str, limit: int) -> bytes:
        """Raises TooLarge, RecipientGone, Unreachable ..."""
        status, content, given = await self._asked("GET", url, {}, None, limit)
        if 200 <= status < 300:
            return content
        if status in (401, 403, 404, 410):
            raise RecipientGone("Berkas ini tidak ada lagi di aplikasi asalnya.")
        raise self._refusal(status, given)

    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, limit: int
    ) -> tuple[int, bytes, Mapping[str, str]]:
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._opened().request(method, url, headers=headers, data=body, allow_redirects=False) as answer,
            ):
                return answer.status, await _limited(answer, limit), answer.headers
        except aiohttp.ClientConnectorError:
            raise Unreachable("Aplikasi di seberang tidak dapat dihubungi.") from None
        except TimeoutError:
            raise Unreachable("Aplikasi di seberang tidak menjawab pada waktunya.", certain=False) from None
        except aiohttp.InvalidURL:
            raise Refused("Alamat ini tidak dapat dipanggil.") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unreachable("Sambungan ke aplikasi di seberang terputus.", certain=False) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        return self._session

    def _refusal(self, status: int, given: Mapping[str, str]) -> ConnectorError:
        where = f"accounts.{self._account}.callback_url"
        if status == 429:
            wait = waiting(given.get("Retry-After"), self._clock())
            return Throttled(f"Aplikasi di seberang meminta menunggu {wait:.0f} detik.", wait=wait)
        if status in (401, 403):
            return CredentialRefused(
                f"{where} menolak tanda tangan kita ({status}). Samakan accounts.{self._account}.secret di kedua sisi."
            )
        if status == 410:
            return RecipientGone("Aplikasi di seberang tidak lagi mengenal warga ini.")
        if status == 413:
            return TooLarge("Balasan melebihi batas aplikasi di seberang.")
        if status == 404 or 300 <= status < 400:
            return Unreachable(f"{where} tidak ada di sana ({status}). Periksa alamatnya; pengalihan tidak diikuti.")
        if 400 <= status < 500 and status not in (408, 425):
            return Refused(f"{where} menolak balasan ini ({status}).")
        return Unreachable(f"Aplikasi di seberang menjawab {status}.", certain=False)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _limited(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"Berkas atau jawaban melebihi batas {limit} bita.")
    return bytes(content)


def waiting(written: str | None, now: datetime) -> float:
    """Seconds of a Retry-After, which is a number or a date (RFC 9110, 10.2.3); at least one, an hour at most."""
    try:
        seconds = float(written or WAIT_SECONDS)
    except ValueError:
        seconds = _until(written or "", now)
    return min(max(seconds, 1.0), LONGEST_WAIT) if seconds == seconds else WAIT_SECONDS


def _until(written: str, now: datetime) -> float:
    try:
        then = parsedate_to_datetime(written)
    except ValueError:
        return WAIT_SECONDS
    return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()


def safe(url: str) -> bool:
    """https, or this very machine: what is sent there are citizens' answers."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    except ValueError:
        return False
