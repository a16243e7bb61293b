"""One HTTP call to a door that has no protocol of its own for failures: sizes, seconds, and what each end of a call means to us.

No redirect is followed, no cookie kept, no connection used twice: a kept one that the server has just closed would make a certain failure
look like a lost answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from connectors.errors import ConnectorError, CredentialRefused, Misconfigured, Refused, Throttled, TooLarge, Unreachable
from dispatcher.doors.contract import Clock

ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer that we read; LAPOR!'s thousand topics are 100 kB."""
WAIT_SECONDS = 60.0
"""When a 429 names no time."""
LONGEST_WAIT = 3600.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Caller:
    """`setting`: the key in hub.toml that holds the address, `secret`: the one that the other side checks; both stand in errors."""

    def __init__(self, door: str, setting: str, secret: str, seconds: float, clock: Clock) -> None:
        self._door, self._setting, self._secret, self._seconds, self._clock = door, setting, secret, seconds, clock
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The body of a 2xx answer. Raises ConnectorError; `certain` False when they may have taken it."""
        status, answer, given = await self._asked("POST", url, body, headers)
        if 200 <= status < 300:
            return answer
        raise self._refusal(status, given)

    async def get(self, url: str, headers: Mapping[str, str]) -> bytes | None:
        """The body of a 2xx answer, None for a 404. Raises ConnectorError."""
        status, answer, given = await self._asked("GET", url, None, headers)
        if status == 404:
            return None
        if 200 <= status < 300:
            return answer
        raise self._refusal(status, given)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _asked(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
        try:
            async with self._opened().request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status, await _limited(answer), answer.headers
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreachable(f"{self._setting} tidak dapat dihubungi.") from None
        except aiohttp.InvalidURL:
            raise Misconfigured(f"{self._setting} bukan alamat yang benar.") from None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            raise Unreachable(f"{self._door} tidak menjawab sampai selesai.", certain=False) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._seconds, connect=self._seconds / 2),
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _refusal(self, status: int, given: Mapping[str, str]) -> ConnectorError:
        where = f"{self._door} menjawab {status}"
        if status == 429 or (status == 503 and "Retry-After" in given):
            return Throttled(f"{where}: minta menunggu.", wait=waiting(given.get("Retry-After"), self._clock()))
        if status in (401, 403):
            return CredentialRefused(f"{where}: periksa {self._secret}.")
        if status in (404, 405, 410) or 300 <= status < 400:
            return Misconfigured(f"{where}: periksa {self._setting}; pengalihan tidak diikuti.")
        if status == 413:
            return TooLarge(f"{where}: laporan terlalu besar.")
        if status in (408, 409, 425):
            return Unreachable(f"{where}: mungkin sudah diterima.", certain=False)
        if 400 <= status < 500:
            return Refused(f"{where}: laporan tidak diterima.")
        return Unreachable(f"{where}: gangguan di sana.", certain=False)


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(65536):
        content += chunk
        if len(content) > ANSWER_LIMIT:
            raise aiohttp.ClientPayloadError
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


def safe(url: str) -> str:
    """The address, where what is sent there stays unread on the way: https, or this very machine. Raises ValueError."""
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return url
    raise ValueError("harus alamat https:// (http:// hanya di mesin ini)")
