"""A complaint's timeline, told to whoever reads it. Pure. The timeline is the one truth; pages and interfaces show these views of it.

| reader | where | sees |
|---|---|---|
| the public | /lacak, Open311 | changes of state with day and agency; what the citizen was told where the profile publishes it, covered |
| an agency | /desk/opd | changes of state and what the citizen was told, covered |
| a viewer, another program | desk, JSON API | every line; of a secret report no words, of others none about health and children |
| an operator | desk | every line; NIK, phone numbers and addresses covered until they are revealed |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from config.profile import Profile
from normalizer import privacy
from normalizer.complaint import State
from store.tables import ComplaintRow, TimelineRow


class Reader(StrEnum):
    AGENCY = "agency"
    VIEWER = "viewer"
    OPERATOR = "operator"
    REVEALED = "revealed"
    """An operator who asked to see what is covered, and whose asking is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as its reader may see it. `text`: what the citizen was told; `note`: for operators."""

    at: datetime
    kind: str
    actor: str
    source: str
    state: State | None
    agency: str | None
    text: str | None
    note: str | None

    @property
    def moved(self) -> bool:
        """The state is what the line tells."""
        return self.kind == "state" and self.state is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of state, as anybody may know it."""

    state: State
    agency: str | None
    at: datetime


def lines(row: ComplaintRow, timeline: Sequence[TimelineRow], reader: Reader) -> Sequence[Line]:
    """The oldest first."""
    told = [_line(each, _cover(row, reader), noted=reader is not Reader.AGENCY) for each in timeline]
    return [line for line in told if line.moved or line.text] if reader is Reader.AGENCY else told


def changes(row: ComplaintRow, timeline: Sequence[TimelineRow]) -> Sequence[Change]:
    """For the public, the oldest first and without repetitions. The row has the last word on the present state."""
    told = list[Change]()
    for each in timeline:
        state = State.RECEIVED if each.kind == "registered" else State(each.state) if each.state else None
        if state is not None and (not told or (state, each.agency) != (told[-1].state, told[-1].agency)):
            told.append(Change(state=state, agency=each.agency, at=each.at))
    if not told or told[-1].state != row.state:
        told.append(Change(state=State(row.state), agency=row.agency, at=row.state_at))
    return told


def state_name(change: Change, profile: Profile, language: str) -> str:
    """The state as the catalogue of texts names it to people, with the agency where it has one."""
    known = profile.agencies.get(change.agency or "")
    return profile.text(f"state_{change.state}", language, agency=known.name if known else profile.office)


def published(told: Sequence[str]) -> str | None:
    """The newest of what the citizen was told, for a complaint whose words the profile publishes."""
    return privacy.masked(told[-1]) if told else None


_COVERS: Mapping[Reader, Callable[[str], str]] = MappingProxyType(
    {Reader.AGENCY: privacy.masked, Reader.VIEWER: privacy.covered_for_viewers, Reader.OPERATOR: privacy.masked, Reader.REVEALED: str}
)


def _cover(row: ComplaintRow, reader: Reader) -> Callable[[str], str | None]:
    return (lambda words: None) if row.confidential and reader is Reader.VIEWER else _COVERS[reader]


def _line(row: TimelineRow, cover: Callable[[str], str | None], *, noted: bool) -> Line:
    return Line(
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        source=row.source,
        state=State(row.state) if row.state else None,
        agency=row.agency,
        text=cover(row.public_text) if row.public_text else None,
        note=cover(row.note) if row.note and noted else None,
    )
