"""A city's own system that takes signed events, and calls us back with receipts and news, signed likewise.

Out: CloudEvents 1.0 JSON, signed by Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks); webhook-id is our key, the
same on every attempt, so that the receiver can tell a repeat. In: POST /hooks/door/{name}, the same signature, the same secret.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from standardwebhooks import Webhook

from config.profile import Profile
from connectors.contract import Checked, Cursor, Health, Request
from connectors.errors import ConnectorError, Forged, Unreachable
from dispatcher.doors import cloud_events
from dispatcher.doors.calling import Caller, safe
from dispatcher.doors.contract import Added, Clock, DoorUpdate, DoorUpdates, Filing, Receipt
from dispatcher.doors.published import Receiver, extended, published

TOKEN = "token:"  # noqa: S105  their number follows
SHORTEST = 24
"""Bytes of a secret, by the specification; 64 at most."""
LONGEST_ID = 256


def _believable(secret: SecretStr) -> SecretStr:
    bare = secret.get_secret_value().strip()
    try:
        key = base64.b64decode(bare.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise ValueError("harus whsec_ dan base64") from None
    if not bare.startswith("whsec_") or not SHORTEST <= len(key) <= 64:
        raise ValueError(f"harus whsec_ dan {SHORTEST} sampai 64 bita dalam base64")
    return SecretStr(bare)


Secret = Annotated[SecretStr, AfterValidator(_believable)]
Address = Annotated[str, AfterValidator(safe)]


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    url: Address
    """Where events are POSTed."""
    secret: Secret
    """whsec_… for both directions; by environment or secrets file only."""
    previous_secret: Secret | None = None
    """The one before, still believed in calls to us while the other side changes over."""
    lookup: Address | None = None
    """Asked as GET <lookup>?key=NUMBER after a lost answer: 200 {"reference": …} or 404; without it a person decides."""
    source: str = ""
    """`source` of our events; the hub's public address when not set."""
    confidential: bool = False
    """True: they keep secret reports secret, so they may be sent."""
    identities: bool = False
    """True: they may have the names of people who asked to be anonymous, and personal data that stands in the words."""
    timeout: float = Field(default=20.0, gt=0)
    """Seconds for one call."""


class WebhookDoor:
    """`kind = "webhook"`."""

    kind = "webhook"
    takes_additions = True
    adds_once = False

    def __init__(self, name: str, settings: Settings, profile: Profile, clock: Clock) -> None:
        self.name = name
        self.can_find = settings.lookup is not None
        self._settings, self._profile, self._clock = settings, profile, clock
        self._source = settings.source or f"urn:satu-pintu:{profile.prefix.lower()}"
        self._receiver = Receiver(confidential=settings.confidential, identities=settings.identities)
        self._signer = Webhook(settings.secret.get_secret_value())
        secrets = (settings.secret, settings.previous_secret)
        self._believed = [Webhook(one.get_secret_value()) for one in secrets if one is not None]
        self._caller = Caller(name, f"doors.{name}.url", f"doors.{name}.secret di kedua sisi", settings.timeout, clock)

    async def submit(self, filing: Filing, key: str) -> Receipt:
        event = cloud_events.registered(published(filing, self._receiver, self.name), self._source)
        answer = await self._post(event, key)
        return Receipt(reference=_reference(answer) or TOKEN + key, at=self._clock())

    async def find(self, key: str, since: datetime) -> Receipt | None:
        if self._settings.lookup is None:
            raise Unreachable(f"{self.name} tidak dapat ditanya: doors.{self.name}.lookup tidak diisi.")
        glue = "&" if "?" in self._settings.lookup else "?"
        answer = await self._caller.get(f"{self._settings.lookup}{glue}key={quote(key)}", self._signed(f"find:{key}", b""))
        if answer is None:
            return None
        found = _object(answer)
        if found is None or not (reference := _reference(found)):
            raise Unreachable(f"doors.{self.name}.lookup tidak menjawab dengan reference.")
        return Receipt(reference=reference, at=since)

    async def add(self, added: Added, key: str) -> None:
        await self._post(cloud_events.added(extended(added, self._receiver, self.name), key, self._source), key)

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """Nothing to fetch: they call us."""
        return DoorUpdates(updates=(), cursor=cursor)

    async def check(self) -> Checked:
        """A signed event of the type `check`, which every receiver answers with 2xx and forgets."""
        now = self._clock()
        key = f"check:{self.name}:{int(now.timestamp())}"
        try:
            await self._post(cloud_events.trying(key, self._source, now), key)
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        if not self.can_find:
            sentence = f"{self.name} menjawab. Tanpa doors.{self.name}.lookup, kiriman yang tidak jelas hasilnya menunggu petugas."
            return Checked(health=Health.OK, sentence=sentence)
        return Checked(health=Health.OK, sentence=f"{self.name} menjawab dan tanda tangannya cocok.")

    async def aclose(self) -> None:
        await self._caller.aclose()

    def verify(self, request: Request) -> None:
        """The library compares in constant time and allows five minutes between the clocks; whatever it raises, nothing was proven."""
        given = {name: request.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
        if not all(given.values()) or len(given["webhook-id"]) > LONGEST_ID:
            raise Forged("Tanpa webhook-id, webhook-timestamp atau webhook-signature.")
        for key in self._believed:
            try:
                key.verify(request.body, given, json_parse=False)
            except Exception:  # noqa: S112  odd headers break it in many ways
                continue
            return
        raise Forged(f"Tanda tangan tidak cocok dengan doors.{self.name}.secret, atau jamnya meleset.")

    def read(self, request: Request, now: datetime) -> DoorUpdate | None:
        return cloud_events.news(request.body, self._profile.prefix, now)

    async def _post(self, event: bytes, key: str) -> dict[str, Any]:
        headers = {"Content-Type": f"{cloud_events.MEDIA_TYPE}; charset=utf-8", **self._signed(key, event)}
        answer = await self._caller.post(self._settings.url, event, headers)
        found = _object(answer or b"{}")
        if found is None:  # a captive portal or a login page says 200 too
            raise Unreachable(f"Jawaban doors.{self.name}.url bukan objek JSON; minimal {{}}.", certain=False)
        return found

    def _signed(self, key: str, body: bytes) -> dict[str, str]:
        now = self._clock()
        signature = self._signer.sign(key, now, body.decode())
        return {"webhook-id": key, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def _object(answer: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _reference(answer: dict[str, Any]) -> str | None:
    value = answer.get("reference")
    return str(value).strip()[:200] or None if isinstance(value, str | int) and not isinstance(value, bool) else None


def build(name: str, options: dict[str, Any], profile: Profile, clock: Clock) -> WebhookDoor:
    return WebhookDoor(name, Settings.model_validate(options), profile, clock)
