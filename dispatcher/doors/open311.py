"""A city's own complaint system behind Open311 GeoReport v2, JSON. What the protocol's values mean is `geo_report`'s; here is the talking.

The protocol cannot tell a repeat from a second complaint: whoever calls `submit` again after an uncertain end asks `find` first.
Secret reports and the reporter's identity are not sent: GET requests is public by design.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health
from connectors.errors import ConnectorError, CredentialRefused, Misconfigured, Refused, Throttled, TooLarge, Unreachable
from dispatcher.doors import geo_report
from dispatcher.doors.contract import Added, Clock, DoorUpdates, Filing, Receipt
from dispatcher.doors.geo_report import Row

_ANSWER_LIMIT = 32 * 1024 * 1024
"""Bytes: 1,000 rows of 4,000 characters, escaped, fit."""
_SKEW = timedelta(hours=1)
"""The server's clock may differ from ours by this much."""
_OVERLAP = timedelta(days=1)
"""News is read again for this long behind the newest that was seen."""
_LISTS = 500
"""Lists asked for in one search at most."""
_PAGES = frozenset({10, 20, 25, 30, 50, 100, 200, 250, 500})
"""Usual page sizes. A list exactly this long may have been cut, so it is asked for in two halves."""


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    base: str = Field(pattern=r"^https?://\S+$")
    """Everything before /requests.json, for example https://311.example.go.id/open311/v2."""
    api_key: SecretStr | None = None
    jurisdiction_id: str | None = None
    default_service: str
    """service_code for complaints whose category has no open311_code."""
    confidential: bool = False
    """True: the server keeps secret reports secret, so they may be sent."""
    lookup: bool = True
    """False: the server hides new requests from GET for a while (moderation); after a lost answer a person decides."""
    watch_days: int = Field(default=geo_report.DAYS_LIMIT, ge=1, le=geo_report.DAYS_LIMIT)
    """Requests younger than this are asked for news."""
    timeout: float = Field(default=20.0, gt=0)
    """Seconds for one call."""


class Open311Door:
    """`kind = "open311"`."""

    kind = "open311"
    takes_additions = False
    adds_once = False

    def __init__(self, name: str, settings: Settings, profile: Profile, clock: Clock) -> None:
        self.name = name
        self.can_find = settings.lookup
        self._settings = settings
        self._profile = profile
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def submit(self, filing: Filing, key: str) -> Receipt:
        complaint = filing.complaint
        if complaint.confidential and not self._settings.confidential:
            raise Refused(f"Laporan rahasia tidak dikirim ke {self.name}: teruskan sendiri, atau atur doors.{self.name}.confidential.")
        fields = geo_report.form(filing, key, self._service_code(complaint.category), self._profile.name)
        if self._settings.api_key:
            fields["api_key"] = self._settings.api_key.get_secret_value()
        answer = await self._call("POST", "requests.json", fields | self._jurisdiction())
        taken = geo_report.reference_in(answer)
        if taken is None:
            raise Unreachable(f"{self.name} menjawab tanpa nomor permintaan; mungkin sudah diterima.", certain=False)
        return Receipt(reference=taken[0], at=self._clock(), notice=taken[1])

    async def find(self, key: str, since: datetime) -> Receipt | None:
        """Looks through every request since then, 90 days at a time; ours is the one whose description opens with our number."""
        end = self._clock() + _SKEW
        start = since - _SKEW
        while start < end:
            upto = min(start + timedelta(days=geo_report.DAYS_LIMIT), end)
            async for row in self._rows(start, upto):
                if geo_report.key_of(row, self._profile.prefix) == key:
                    return Receipt(reference=row.reference, at=row.requested_at or since)
            start = upto
        return None

    async def add(self, added: Added, key: str) -> None:
        raise Refused(f"GeoReport v2 tidak mengenal tambahan laporan: sampaikan sendiri kepada {self.name}.")

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """Cursor: {"updated": newest updated_datetime seen}. Rows without that time are told every time, under the same external id."""
        now = self._clock()
        newest = datetime.fromisoformat(str(cursor["updated"])) if cursor else datetime(1970, 1, 2, tzinfo=UTC)
        horizon = newest - _OVERLAP
        rows = [
            row
            for status in ("closed", "open")
            async for row in self._rows(now - timedelta(days=self._settings.watch_days) + _SKEW, now + _SKEW, status)
            if row.updated_at is None or row.updated_at >= horizon
        ]
        news = (geo_report.update(row, self._profile.prefix, now) for row in rows)
        latest = max((row.updated_at for row in rows if row.updated_at), default=newest)
        return DoorUpdates(updates=[one for one in news if one], cursor={"updated": max(latest, newest).isoformat()})

    async def check(self) -> Checked:
        try:
            codes = geo_report.codes_in(await self._call("GET", "services.json", self._jurisdiction()))
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        if codes is None:
            return Checked(health=Health.FAILED, sentence=f"doors.{self.name}.base tidak menjawab seperti GeoReport v2; periksa alamatnya.")
        mapped = {key: category.open311_code for key, category in self._profile.categories.items() if category.open311_code}
        unknown = [f"categories.{key}.open311_code" for key, code in mapped.items() if code not in codes]
        if self._settings.default_service not in codes:
            unknown.append(f"doors.{self.name}.default_service")
        if unknown:
            return Checked(health=Health.WARNING, sentence=f"Kode layanan tidak dikenal {self.name}: {', '.join(unknown)}.")
        return Checked(health=Health.OK, sentence=f"{self.name} menjawab dan mengenal semua kode layanan.")

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _service_code(self, category: str | None) -> str:
        found = self._profile.categories.get(category) if category else None
        return (found and found.open311_code) or self._settings.default_service

    def _jurisdiction(self) -> dict[str, str]:
        return {"jurisdiction_id": self._settings.jurisdiction_id} if self._settings.jurisdiction_id else {}

    async def _rows(self, start: datetime, end: datetime, status: str | None = None) -> AsyncIterator[Row]:
        """Every row requested in [start, end]. The protocol has no pages: a list that may have been cut is asked for in two halves.

        Raises Unreachable when the server cannot be made to list everything: then a missing row proves nothing.
        """
        waiting, asked = [(start, end)], 0
        while waiting:
            since, upto = waiting.pop()
            if (asked := asked + 1) > _LISTS:
                raise Unreachable(f"{self.name} punya terlalu banyak permintaan untuk dicari satu per satu.")
            rows = await self._list(since, upto, status)
            for row in rows:
                yield row
            if len(rows) < geo_report.ROWS_LIMIT and len(rows) not in _PAGES:
                continue
            if any(row.requested_at and not since - _OVERLAP <= row.requested_at <= upto + _OVERLAP for row in rows):
                raise Unreachable(f"{self.name} mengabaikan start_date dan end_date; daftarnya tidak lengkap.")
            if upto - since > timedelta(seconds=2):
                middle = since + (upto - since) / 2
                waiting += [(since, middle), (middle, upto)]

    async def _list(self, since: datetime, upto: datetime, status: str | None) -> Sequence[Row]:
        fields = {"start_date": geo_report.stamp(since), "end_date": geo_report.stamp(upto)} | ({"status": status} if status else {})
        rows = geo_report.rows_in(await self._call("GET", "requests.json", fields | self._jurisdiction()))
        if rows is None:
            raise Unreachable(f"{self.name} tidak menjawab dengan daftar permintaan.")
        return rows

    async def _call(self, method: str, path: str, fields: Mapping[str, str]) -> bytes:
        """The body of a 2xx answer. The key travels in the body of a POST only, never in a URL that somebody logs."""
        url = f"{self._settings.base.rstrip('/')}/{path}"
        carried: dict[str, Any] = {"data": fields} if method == "POST" else {"params": fields}
        try:
            async with self._open().request(method, url, allow_redirects=False, **carried) as answer:
                body = b"".join([chunk async for chunk in _within(_ANSWER_LIMIT, answer.content.iter_chunked(65536))])
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreachable(f"doors.{self.name}.base tidak dapat dihubungi.") from None
        except aiohttp.InvalidURL:
            raise Misconfigured(f"doors.{self.name}.base bukan alamat yang benar.") from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise Unreachable(f"{self.name} tidak menjawab sampai selesai.", certain=False) from None
        if answer.status in (200, 201):
            return body
        raise self._error(answer.status, answer.headers, body)

    def _open(self) -> aiohttp.ClientSession:
        """One connection a call: a kept one that the server has just closed would make a certain failure look like a lost answer."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._settings.timeout, connect=self._settings.timeout / 2)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True))
        return self._session

    def _error(self, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        blamed = geo_report.blamed(body)
        where = f"{self.name} menjawab {status}" + (f" ({', '.join(blamed)})" if blamed else "")
        if status == 429 or (status == 503 and "Retry-After" in headers):
            return Throttled(f"{where}: minta menunggu.", wait=_wait(headers.get("Retry-After"), self._clock()))
        if status in (401, 403):
            return CredentialRefused(f"{where}: periksa doors.{self.name}.api_key.")
        if "duplicate" in blamed or status == 409:
            return Unreachable(f"{where}: sudah pernah diterima.", certain=False)
        if "jurisdiction_id" in blamed or (status == 404 and not blamed) or status in (301, 302, 303, 307, 308, 405):
            return Misconfigured(f"{where}: periksa doors.{self.name}.base dan jurisdiction_id.")
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


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> Open311Door:
    return Open311Door(name, Settings.model_validate(options), profile, clock)
