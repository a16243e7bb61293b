"""A city's own complaint system behind Open311 GeoReport v2, XML or JSON. What the protocol's values mean is `geo_report`'s, the talking
`geo_calls`'; here is what is asked in which order.

The protocol cannot tell a repeat from a second complaint: whoever calls `submit` again after an uncertain end asks `find` first.
Secret reports and the reporter's identity are not sent, GET requests is public by design, unless the settings say that they may be.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health
from connectors.errors import ConnectorError, Misconfigured, Refused, Unreachable
from dispatcher.doors import geo_attributes, geo_report
from dispatcher.doors.contract import Added, Clock, DoorUpdates, Filing, Receipt
from dispatcher.doors.geo_attributes import Attribute
from dispatcher.doors.geo_calls import Calls, Format
from dispatcher.doors.geo_report import Row

_FRESH = timedelta(hours=1)
"""Services and their definitions are asked for again after this."""
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
    format: Literal["auto", "json", "xml"] = "auto"
    """auto: JSON where the server has it, else XML, which every server must have."""
    attributes: dict[str, str] = {}
    """Answers to required attributes, by their code; {number}, {title}, {address}, {rt} and {rw} are filled in."""
    attribute_default: str = "tidak disebutkan"
    """Answer to a required attribute in words that `attributes` does not have; empty: such a complaint waits for a person."""
    identities: bool = False
    """True: the receiver may know who complains; of those who want to be anonymous it is never told."""
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
        self._calls = Calls(name, settings.base, settings.jurisdiction_id, settings.timeout, clock)
        self._format: Format | None = None if settings.format == "auto" else settings.format
        self._services: tuple[datetime, Mapping[str, bool]] | None = None
        self._asked: dict[str, tuple[datetime, Sequence[Attribute]]] = {}

    async def submit(self, filing: Filing, key: str) -> Receipt:
        complaint = filing.complaint
        if complaint.confidential and not self._settings.confidential:
            raise Refused(f"Laporan rahasia tidak dikirim ke {self.name}: teruskan sendiri, atau atur doors.{self.name}.confidential.")
        code = self._service_code(complaint.category)
        fields = geo_report.form(filing, key, code, self._profile.name)
        fields |= geo_report.identity(filing) if self._settings.identities else {}
        fields |= await self._attributes(filing, code)
        if self._settings.api_key:
            fields["api_key"] = self._settings.api_key.get_secret_value()
        try:
            return await self._post(fields)
        except Unreachable as error:
            if complaint.confidential and not error.certain:  # GET never lists it, so find would say "not there" of one that is
                raise Refused(f"{error.sentence} Laporan rahasia tidak dapat dicari di sana: tanyakan dulu.", certain=False) from None
            raise

    async def _post(self, fields: Mapping[str, str]) -> Receipt:
        taken = geo_report.reference_in(await self._call("POST", "requests", fields))
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
            codes = await self._known()
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        if not codes:
            return Checked(health=Health.FAILED, sentence=f"doors.{self.name}.base tidak menjawab seperti GeoReport v2; periksa alamatnya.")
        mapped = {key: category.open311_code for key, category in self._profile.categories.items() if category.open311_code}
        unknown = [f"categories.{key}.open311_code" for key, code in mapped.items() if code not in codes]
        if self._settings.default_service not in codes:
            unknown.append(f"doors.{self.name}.default_service")
        if unknown:
            return Checked(health=Health.WARNING, sentence=f"Kode layanan tidak dikenal {self.name}: {', '.join(unknown)}.")
        return Checked(health=Health.OK, sentence=f"{self.name} menjawab dan mengenal semua kode layanan.")

    async def aclose(self) -> None:
        await self._calls.aclose()

    def _service_code(self, category: str | None) -> str:
        found = self._profile.categories.get(category) if category else None
        return (found and found.open311_code) or self._settings.default_service

    async def ticket(self, token: str) -> str | None:
        """GET tokens/{token}: the request's number once it has one."""
        return geo_report.number_in(await self._call("GET", f"tokens/{quote(token.removeprefix(geo_report.TOKEN), safe='')}", {}))

    async def _attributes(self, filing: Filing, code: str) -> dict[str, str]:
        """What this service asks beside the words. Raises what the asking raises."""
        asked = await self._required(code) if (await self._known()).get(code) else ()
        given = self._settings.attributes
        return geo_attributes.answers(self.name, asked, given, self._settings.attribute_default, filing)

    async def _required(self, code: str) -> Sequence[Attribute]:
        known, now = self._asked.get(code), self._clock()
        if known is None or now - known[0] > _FRESH:
            found = geo_attributes.required_in(await self._call("GET", f"services/{quote(code, safe='')}", {}))
            if found is None:
                raise Unreachable(f"{self.name} tidak menjelaskan isian layanan {code}.")
            known = self._asked[code] = (now, found)
        return known[1]

    async def _known(self) -> Mapping[str, bool]:
        """The server's services, and whether they ask for attributes; empty where it has no such list. Learns the format on the way."""
        now = self._clock()
        if self._services is not None and now - self._services[0] <= _FRESH:
            return self._services[1]
        formats: Sequence[Format] = (self._format,) if self._format else ("json", "xml")
        for format in formats:
            try:
                found = geo_report.services_in(await self._calls.call("GET", "services", format, {}))
            except (Misconfigured, Refused):
                continue  # not in this format, or no such list at all
            if found is not None:
                self._format, self._services = format, (now, found)
                return found
        return {}

    async def _call(self, method: str, path: str, fields: Mapping[str, str]) -> bytes:
        """In the server's format. A POST is never tried twice to find it out: the list of services is asked for first."""
        if self._format is None:
            await self._known()
        return await self._calls.call(method, path, self._format or "json", fields)

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
        rows = geo_report.rows_in(await self._call("GET", "requests", fields))
        if rows is None:
            raise Unreachable(f"{self.name} tidak menjawab dengan daftar permintaan.")
        return rows


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> Open311Door:
    return Open311Door(name, Settings.model_validate(options), profile, clock)
