"""SP4N-LAPOR! over its legacy API. BELUM DIVERIFIKASI TERHADAP SISTEM PRODUKSI / NOT VERIFIED AGAINST PRODUCTION.

The wire is `lapor_shape`'s. It knows no key against doubling, no look-up, no news and nothing that is added later: a lost answer waits for
a person, news comes by the import of LAPOR!'s own export, and additions are passed on by hand. What can be asked is the list of topics; it
is asked once a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health
from connectors.errors import ConnectorError, Refused, Unreachable
from dispatcher.doors import lapor_shape
from dispatcher.doors.calling import Caller, safe
from dispatcher.doors.contract import Added, Clock, DoorUpdates, Filing, Receipt
from dispatcher.doors.lapor_shape import Topic
from normalizer import privacy

FRESH = timedelta(days=1)
"""Topics are asked for again after this."""
UNVERIFIED = "Pintu ini belum diverifikasi terhadap sistem produksi SP4N-LAPOR!."


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    base: Annotated[str, AfterValidator(safe)]
    """Everything before /api/stream/addstream."""
    token: SecretStr
    """The GUID that LAPOR! gave the office; by environment or secrets file only."""
    confidential: bool = False
    """True: send secret reports too, marked rahasia="1"."""
    identities: bool = False
    """True: send the names of people who asked to be anonymous (marked anonim="1"), and personal data that stands in the words."""
    timeout: float = Field(default=30.0, gt=0)
    """Seconds for one call."""


class LaporDoor:
    """`kind = "lapor"`."""

    kind = "lapor"
    can_find = False
    takes_additions = False
    adds_once = False

    def __init__(self, name: str, settings: Settings, profile: Profile, clock: Clock) -> None:
        self.name = name
        self._settings, self._profile, self._clock = settings, profile, clock
        self._base = settings.base.rstrip("/")
        self._token = settings.token.get_secret_value()
        self._caller = Caller(name, f"doors.{name}.base", f"doors.{name}.token", settings.timeout, clock)
        self._topics: Mapping[str, Topic] = {}
        self._topics_at: datetime | None = None

    async def submit(self, filing: Filing, key: str) -> Receipt:
        complaint = filing.complaint
        if complaint.confidential and not self._settings.confidential:
            raise Refused(f"Laporan rahasia tidak dikirim ke {self.name}: teruskan sendiri, atau atur doors.{self.name}.confidential.")
        whole = self._settings.identities
        body = lapor_shape.report(
            filing,
            self._token,
            self._topic(complaint.category),
            words=complaint.body if whole else privacy.mask(complaint.body, complaint.personal_data),
            reporter=None if complaint.anonymous and not whole else complaint.reporter,
        )
        taken = lapor_shape.taken(await self._caller.post(self._base + lapor_shape.ADD, body, lapor_shape.ADD_HEADERS))
        if taken is None:
            raise Unreachable(f"{self.name} menjawab tanpa trackingid; mungkin sudah diterima.", certain=False)
        notice = f"transaksiid {taken.transaction_id[:64]}" if taken.transaction_id else None
        return Receipt(reference=taken.tracking_id, at=self._clock(), notice=notice)

    async def find(self, key: str, since: datetime) -> Receipt | None:
        raise Unreachable(f"{self.name} tidak dapat ditanya: cari sendiri di SP4N-LAPOR!, lalu catat nomornya.")

    async def add(self, added: Added, key: str) -> None:
        raise Refused(f"API ini tidak mengenal tambahan laporan: sampaikan sendiri lewat {self.name}.")

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """No news can be asked for; the daily look at the topics shows whether the line is there."""
        if self._topics_at is None or self._clock() - self._topics_at >= FRESH:
            await self._synchronise()
        return DoorUpdates(updates=(), cursor=cursor)

    async def check(self) -> Checked:
        try:
            await self._synchronise()
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        mapped = {key: category.lapor_id for key, category in self._profile.categories.items() if category.lapor_id}
        unknown = [f"categories.{key}.lapor_id" for key, number in mapped.items() if number not in self._topics]
        if unknown:
            return Checked(health=Health.WARNING, sentence=f"Topik tidak dikenal {self.name}: {', '.join(unknown)}. {UNVERIFIED}")
        return Checked(health=Health.WARNING, sentence=f"{self.name} menjawab dengan {len(self._topics)} topik. {UNVERIFIED}")

    async def aclose(self) -> None:
        await self._caller.aclose()

    def _topic(self, category: str | None) -> Topic | None:
        found = self._profile.categories.get(category) if category else None
        return self._topics.get(found.lapor_id) if found and found.lapor_id else None

    async def _synchronise(self) -> None:
        form = lapor_shape.topics_form(self._token)
        found = lapor_shape.topics(await self._caller.post(self._base + lapor_shape.TOPICS, form, lapor_shape.TOPICS_HEADERS))
        if found is None:
            raise Unreachable(f"{self.name} tidak menjawab dengan daftar topik; periksa doors.{self.name}.base.")
        self._topics, self._topics_at = {topic.id: topic for topic in found}, self._clock()


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> LaporDoor:
    return LaporDoor(name, Settings.model_validate(options), profile, clock)
