"""The one interface at the outer edge: what comes in from a platform, what goes out, and who carries it.

Every value is frozen, slotted and keyword-only; every datetime is aware. Nothing here knows a platform, the store or the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.about import About as About
from connectors.about import FollowUp as FollowUp
from connectors.delivery import Delivery as Delivery
from connectors.enclosure import Enclosure as Enclosure

Cursor = Mapping[str, str | int] | None
"""Where a puller stands on its platform, as JSON that only the puller reads; the store keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, as the platform names them."""

    id: str
    """The platform's own stable id (chat user id, phone in E.164, mail address in lower case, chat session)."""
    name: str | None = None
    address: str | None = None
    """Mail address, phone in E.164 or handle; None where the platform gives none."""
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Evidence by reference. Either `ref` (fetch later with `Connector.download`) or `sha256` (already in the blob store)."""

    ref: str | None = None
    sha256: str | None = None
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    """Bytes, as announced by the platform; None when unknown."""
    kind: str = "file"
    """image, audio, voice, video, document, sticker or file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point or address that the platform itself delivered (a pin, a venue), WGS84 degrees."""

    lat: float | None = None
    lon: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing a citizen sent.

    (channel, account, external_id) is its key for ever. `conversation` names the line of talk in which order matters and to
    which replies go (a chat, a phone, a mail address, a session); two Inbounds of one conversation are taken one after the other.
    """

    channel: str
    account: str
    external_id: str
    message_id: str = ""
    """The platform's own id, bare."""
    conversation: str
    sender: Sender
    sent_at: datetime
    subject: str | None = None
    text: str = ""
    attachments: Sequence[Attachment] = ()
    place: Place | None = None
    reply_address: str | None = None
    """Where an answer goes, in the connector's own notation; None: nobody to answer."""
    in_reply_to: str | None = None
    group: str | None = None
    """Messages of one group are one complaint (an album)."""
    edit_of: str | None = None
    """external_id of the message that this one corrects."""
    command: str | None = None
    """A command or button of the platform, bare and in lower case: start, lapor, status, bantuan, batal, cabut, baru, anonim,
    rahasia, lokasi; a button's may be followed by a blank and the number of the complaint that it is about."""
    service: str | None = None
    """Set when the platform itself speaks or nobody complains: the reason in one word. Kept, and set aside."""
    staff: bool = False
    """An operator wrote it: a forward, or an entry at the front desk."""
    extra: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    """What the connector needs again when it answers or downloads; never shown to people."""
    raw: bytes = b""
    """The bytes as they came. Kept beside the row; never printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Bytes that arrived properly and could not be read. Kept for a person, and replayable."""

    channel: str
    account: str
    raw: bytes
    reason: str
    """A stable code, never the content: `json`, `shape`, `charset`, `mime` ..."""
    external_id: str | None = None

    @property
    def key(self) -> str:
        """The platform's id where one could be read, else a hash of the bytes: the same bytes twice are one."""
        return self.external_id or "unreadable:" + hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unopened:
    """A message of which the route looked at the key and the conversation only: the line opens it with the wire's `read` when it
    takes it up, so that a flood is accepted at the speed of keeping.

    An offer, no duty (docs/decisions/0015): for plain short messages of a channel that comes in bursts, whose `read` says the same
    external_id and conversation, and needs nothing but these bytes.
    """

    channel: str
    account: str
    external_id: str
    conversation: str
    raw: bytes


Message = Inbound | Unreadable | Unopened
Arrival = Message | Delivery

ONCE = frozenset({"callback_id"})
"""Keys of `Inbound.extra` that only the answer to that very message may use; later replies about the complaint go without them."""
ASK_PLACE = "kirim_lokasi"
"""The command of a button that asks for the citizen's position, where a channel can (`About.asks_place`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An arrival is durable. `new` is False when its key was there already; `inbox_id` is the row either way."""

    new: bool
    inbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice offered under a reply. `command` comes back as `Inbound.command`."""

    text: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer to one citizen. `key` is the same on every attempt."""

    key: str
    channel: str
    account: str
    conversation: str
    address: str
    text: str
    subject: str | None = None
    in_reply_to: str | None = None
    buttons: Sequence[Button] = ()
    automatic: bool = True
    """False: a person wrote it at the desk."""
    extra: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    """`Inbound.extra` of the message that is answered."""
    heard_at: datetime | None = None
    """When the citizen last wrote in this conversation; given where `About.window_hours` says that it matters."""
    enclosures: Sequence[Enclosure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform took the reply. `message_id` is its own id, where it gives one."""

    message_id: str | None = None


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The outcome of a check: one sentence that an operator can act on, in Indonesian."""

    health: Health
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request as a route's verify and read see it; the gateway made it, after the cap on its size.

    headers: found by their names in any case. url: the public URL that the platform called.
    """

    account: str
    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    remote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one pull brought. `cursor` is the position after it; `more`: pull again at once.

    doubt: nothing failed, and yet an operator should look (a mailbox gone silent): one sentence, shown on the desk while it is given.
    """

    arrivals: Sequence[Arrival]
    cursor: Cursor
    more: bool = False
    doubt: str | None = None


class Connector(Protocol):
    """One account of one provider. Made by `registry.build`; it keeps no position and writes to no store."""

    @property
    def about(self) -> About: ...

    async def check(self) -> Checked:
        """Look, change nothing. Never raises."""
        ...

    async def send(self, reply: Reply) -> Sent:
        """Deliver one reply. Raises connectors.errors.ConnectorError; its `certain` says whether it surely did not go out."""
        ...

    async def download(self, ref: str, limit: int) -> bytes:
        """The bytes behind an attachment's ref, at most `limit`; raises TooLarge, RecipientGone, Unreachable ..."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class Puller(Connector, Protocol):
    """A connector that fetches. Being handed a cursor means that everything before it is safe."""

    async def pull(self, cursor: Cursor) -> Batch: ...

    def wakes(self) -> AsyncIterator[None]:
        """Yields when the platform says that something is new (IMAP IDLE, long polling); may simply sleep."""
        ...


class Route(Protocol):
    """One URL of a receiver."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str:
        """With `{account}` in it, for example /hooks/telegram/{account}."""
        ...

    @property
    def limit(self) -> int:
        """Bytes of body at most."""
        ...

    def verify(self, request: Request) -> None:
        """Raises errors.Forged. Compares in constant time and reads nothing of the content."""
        ...

    def read(self, request: Request, now: datetime) -> Sequence[Arrival]:
        """Pure; never raises on bad content: it hands the bytes over as Unreadable, or plain messages as Unopened."""
        ...


@runtime_checkable
class Receiver(Connector, Protocol):
    """A connector that is called by its platform."""

    def routes(self) -> Sequence[Route]: ...


@runtime_checkable
class Prepares(Connector, Protocol):
    """A connector that sets something up on its platform (a webhook, a menu). `run.py` asks once at start, after `check`."""

    async def prepare(self) -> None:
        """May be repeated. Raises connectors.errors.ConnectorError."""
        ...
