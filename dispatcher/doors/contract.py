"""The one interface at the inner edge: what a door gets, what it answers, and how its news comes back.

Every value is frozen, slotted and keyword-only; every datetime is aware. Errors are those of `connectors.errors`; their `certain` decides
what follows a failed submit: True, it surely did not arrive; False, ask `find` before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.contract import Checked, Cursor, Request
from connectors.errors import ConnectorError
from normalizer.complaint import Complaint, State

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of a door that was given no other."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a door gets. A door honours `complaint.anonymous` and `complaint.confidential`, or refuses to take it."""

    complaint: Complaint
    tracking_number: str
    """Stored form: capitals, no hyphens."""
    media: Sequence[str] = ()
    """Links under which the door may fetch the evidence, cleaned, for a while (`dispatcher.links`). Never to be logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The door has it. `reference` is the door's own number; "token:..." when the number itself follows later through `updates`."""

    reference: str
    at: datetime
    notice: str | None = None
    """What the door said to the sender; for operators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorUpdate:
    """News from the door about one complaint, named by `reference`, by `tracking_number` (stored form), or by both.

    The reference is the surer of the two. Where it replaces a "token:..." the complaint learns its real number.
    """

    external_id: str
    """The same news twice has the same id, within this door."""
    at: datetime
    reference: str | None = None
    tracking_number: str | None = None
    state: State | None = None
    """None: the state stays as it is."""
    agency: str | None = None
    """Key of the agency in the city's profile to which the door gave it."""
    public_text: str | None = None
    """For the citizen, in the citizen's own channel."""
    note: str | None = None
    """For operators only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorUpdates:
    """What one look brought. `cursor` is given to the next look once all of it is stored."""

    updates: Sequence[DoorUpdate]
    cursor: Cursor


class Addition(StrEnum):
    """What a citizen did after the complaint was handed over."""

    SUPPLEMENT = "supplement"
    REOPENED = "reopened"
    """The citizen says that it is not solved."""
    SOLVED = "solved"
    """The citizen says that it is: closed here."""
    RATED = "rated"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"
    """The citizen wants to be anonymous, or the report to be secret, from now on: `complaint` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Something new about a complaint that the door already has. `complaint` is as it is now, with the new wishes."""

    kind: Addition
    complaint: Complaint
    tracking_number: str
    reference: str
    """The door's own number; empty where a person only knows that the door has it."""
    at: datetime
    text: str | None = None
    """The citizen's new words."""
    rating: int | None = None
    """1 to 5."""
    media: Sequence[str] = ()
    """Links to the files that came with it."""


class Door(Protocol):
    """One configured door. Made by `registry.build`; it keeps nothing and writes to no store."""

    @property
    def name(self) -> str:
        """The name in hub.toml: [doors.NAME]."""
        ...

    @property
    def kind(self) -> str: ...

    @property
    def can_find(self) -> bool:
        """False: after a lost answer nobody can look it up, a person decides."""
        ...

    async def submit(self, filing: Filing, key: str) -> Receipt:
        """Hand one complaint over. `key` (the tracking number in stored form) is the same on every attempt. Raises ConnectorError."""
        ...

    async def find(self, key: str, since: datetime) -> Receipt | None:
        """The receipt of what was submitted under `key` at `since` or later; None when the door does not have it.

        Raises ConnectorError when the door could not be asked: that is no answer, so nothing may be sent again on the strength of it.
        """
        ...

    @property
    def takes_additions(self) -> bool:
        """False: `add` cannot say it in this protocol; operators are shown what they have to pass on by hand."""
        ...

    @property
    def adds_once(self) -> bool:
        """True: `key` makes a second `add` harmless. False: one whose outcome was never learnt is left to a person."""
        ...

    async def add(self, added: Added, key: str) -> None:
        """Tell the door what was added. `key` is the same on every attempt at the same addition. Raises ConnectorError.

        Called only where `takes_additions`, after the receipt, one at a time for each complaint and in order.
        """
        ...

    async def updates(self, cursor: Cursor) -> DoorUpdates:
        """What changed since `cursor`; None: as far back as the door can tell (the dispatcher asks so once a day). Raises ConnectorError.

        It looks back a little past its cursor, because clocks differ: the same news may come again under the same external id.
        """
        ...

    async def check(self) -> Checked:
        """Look, change nothing. Never raises."""
        ...

    async def aclose(self) -> None: ...


Take = Callable[[DoorUpdate], Awaitable[None]]
"""Keeps one piece of news; returns once it is durable. Raises `UnknownComplaint` when no complaint of this door is meant, StoreAway when
nothing was kept."""


Pulse = Callable[[ConnectorError | None], Awaitable[None]]
"""Tells operators what is wrong with the line or with a piece of news, logged and shown on the desk; None: the line is there."""


class UnknownComplaint(Exception):
    """News about a complaint that this door does not have, or not yet."""


@runtime_checkable
class Listens(Door, Protocol):
    """A door whose news waits in a queue of its own. `run.py` starts one task a door and node."""

    async def listen(self, take: Take, pulse: Pulse) -> None:
        """Until cancelled. The other side is told "have it" only after `take` returned; what cannot be read is put aside there."""
        ...


@runtime_checkable
class Receives(Door, Protocol):
    """A door whose other side calls us, at POST /hooks/door/{name}: size capped, then `verify`, `read`, kept durably, 2xx."""

    def verify(self, request: Request) -> None:
        """Raises errors.Forged. Compares in constant time and reads nothing of the content."""
        ...

    def read(self, request: Request, now: datetime) -> DoorUpdate | None:
        """None: nothing to keep (they are trying the line). Raises errors.Malformed."""
        ...
