"""Talking HTTP with a GeoReport v2 server: one call, in the server's format, and what each refusal means. Knows no complaint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import aiohttp

from connectors.errors import ConnectorError, CredentialRefused, Misconfigured, Refused, Throttled, TooLarge, Unreachable
from dispatcher.doors import geo_report

_ANSWER_LIMIT = 32 * 1024 * 1024
"""Bytes: 1,000 rows of 4,000 characters, escaped, fit."""
Format = Literal["json", "xml"]


class Calls:
    """name: the door's, for sentences. One connection a call: a kept one that the server has just closed would make a certain failure
    look like a lost answer."""

    def __init__(self, name: str, base: str, jurisdiction_id: str | None, timeout: float, clock: Callable[[], datetime]) -> None:
        self._name, self._base, self._timeout, self._clock = name, base.rstrip("/"), timeout, clock
        self._city = {"jurisdiction_id": jurisdiction_id} if jurisdiction_id else {}
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, path: str, format: Format, fields: Mapping[str, str]) -> bytes:
        """The body of a 2xx answer. The key travels in the body of a POST only, never in a URL that somebody logs."""
        url, given = f"{self._base}/{path}.{format}", {**fields, **self._city}
        carried: dict[str, Any] = {"data": given} if method == "POST" else {"params": given}
        try:
            async with self._open().request(method, url, allow_redirects=False, **carried) as answer:
                body = b"".join([chunk async for chunk in _within(_ANSWER_LIMIT, answer.content.iter_chunked(65536))])
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreachable(f"doors.{self._name}.base tidak dapat dihubungi.") from None
        except aiohttp.InvalidURL:
            raise Misconfigured(f"doors.{self._name}.base bukan alamat yang benar.") from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise Unreachable(f"{self._name} tidak menjawab sampai selesai.", certain=False) from None
        if answer.status in (200, 201):
            return body
        raise self._error(answer.status, answer.headers, body)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout, connect=self._timeout / 2)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True))
        return self._session

    def _error(self, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        blamed = geo_report.blamed(body)
        where = f"{self._name} menjawab {status}" + (f" ({', '.join(blamed)})" if blamed else "")
        if status == 429 or (status == 503 and "Retry-After" in headers):
            return Throttled(f"{where}: minta menunggu.", wait=_wait(headers.get("Retry-After"), self._clock()))
        if status in (401, 403):
            return CredentialRefused(f"{where}: periksa doors.{self._name}.api_key.")
        if "duplicate" in blamed or status == 409:
            return Unreachable(f"{where}: sudah pernah diterima.", certain=False)
        if "jurisdiction_id" in blamed or (status == 404 and not blamed) or status in (301, 302, 303, 307, 308, 405):
            return Misconfigured(f"{where}: periksa doors.{self._name}.base dan jurisdiction_id.")
        if status == 413:
            return TooLarge(f"{where}: laporan terlalu besar.")
        if 400 <= status < 500:
            return Refused(f"{where}: laporan tidak diterima; periksa kode layanan dan isiannya.")
        return Unreachable(f"{where}: gangguan di sana.", certain=False)


async def _within(limit: int, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks, or ClientPayloadError when they are more than `limit` bytes."""
    size = 0
    async for chunk in chunks:
        if (size := size + len(chunk)) > limit:
            raise aiohttp.ClientPayloadError
        yield chunk


def _wait(header: str | None, now: datetime) -> float:
    """Seconds from Retry-After, which is a number or an HTTP date; a minute when it is neither, an hour at most."""
    try:
        seconds = float(header or "")
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header or "") - now).total_seconds()
        except (ValueError, TypeError):
            seconds = 60.0
    return min(max(seconds, 1.0), 3600.0)
