"""What a record of LAPOR! would change of a complaint of ours. Pure; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from config.profile import Profile
from dispatcher.keying import tracking_id
from dispatcher.lapor import columns
from dispatcher.lapor.matching import plain
from dispatcher.lapor.reading import Record
from normalizer.complaint import State
from store.states import CLOSED, allowed

TOLD_WITHIN = timedelta(days=7)
"""Reports older than this change in silence, unless the operator wants otherwise: their news may be years old."""
_ALIKE = (frozenset({State.IN_PROGRESS, State.ANSWERED}), frozenset({State.ARCHIVED, State.OUT_OF_SCOPE, State.WITHDRAWN}))
"""States that LAPOR! writes with the same words."""
_BEYOND = frozenset({State.IN_PROGRESS, State.ANSWERED})


class Verdict(StrEnum):
    CHANGED = "changed"
    SAME = "same"
    FOREIGN = "foreign"
    """No complaint of ours."""
    AMBIGUOUS = "ambiguous"
    REPEATED = "repeated"
    """The file names this complaint twice."""
    REFUSED = "refused"
    """A state that may not follow ours."""
    ODD = "odd"
    """A status that we do not know."""
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be written. None: it stays as it is. `version`: of the complaint that was compared."""

    complaint_id: int
    number: str
    line: int
    version: int
    status: str
    """LAPOR!'s own words."""
    reference: str | None = None
    state: State | None = None
    agency: str | None = None
    note: str | None = None
    silent: bool = True


def compare(
    record: Record, found: Mapping[str, Any], profile: Profile, *, now: datetime, tell: bool | None
) -> tuple[Verdict, Change | None]:
    """tell: True or False for all; None: only reports of the last days."""
    if found["merged_into"] is not None:
        return Verdict.MERGED, None
    means = columns.meaning(record.status)
    known = tracking_id(record.reference)
    reference = known if known != found["door_reference"] else None
    agency = agency_of(record.agency or means.agency or "", profile)
    state = _state(State(found["state"]), means.state, moved=agency is not None and agency != found["agency"])
    verdict = Verdict.CHANGED if means.known else Verdict.ODD
    if state is not None and state not in allowed(State(found["state"])):
        verdict, state = Verdict.REFUSED, None
    disposed = (State(found["state"]) if state is None else state) not in CLOSED and agency != found["agency"]
    if state is None and not (disposed and agency and verdict is Verdict.CHANGED):
        agency = None
    if reference is None and state is None and agency is None:
        return Verdict.SAME if verdict is Verdict.CHANGED else verdict, None
    recent = record.at is not None and now - record.at <= TOLD_WITHIN
    return Verdict.CHANGED, Change(
        complaint_id=found["id"],
        number=found["tracking_number"],
        line=record.line,
        version=found["version"],
        status=" ".join(record.status.split())[:120],
        reference=reference,
        state=state,
        agency=agency,
        note=_note(record) if state or agency else None,
        silent=not (recent if tell is None else tell),
    )


def _state(ours: State, theirs: State | None, *, moved: bool) -> State | None:
    """The state that is new to us; what LAPOR! still has to catch up with is none."""
    if theirs is None or theirs is ours or any({theirs, ours} <= alike for alike in _ALIKE):
        return None
    return None if theirs is State.ASSIGNED and ours in _BEYOND and not moved else theirs


def agency_of(written: str, profile: Profile) -> str | None:
    """The agency's key by its name or short name; None: the city's profile has no such agency."""
    wanted = plain(written)
    names = (each for key, agency in profile.agencies.items() for each in ((key, agency.name), (key, agency.short)))
    return next((key for key, name in names if wanted and _plain_name(name) == wanted), None)


@lru_cache(maxsize=1024)
def _plain_name(name: str) -> str:
    """Of an agency: the same few are compared with every row."""
    return plain(name)


def _note(record: Record) -> str:
    """For operators: where it came from, and the reason that LAPOR! gives."""
    lines = (f"SP4N-LAPOR!: {' '.join(record.status.split())[:200]}", record.reason.strip()[:1_000])
    return "\n".join(line for line in lines if line)
