"""Import of LAPOR!'s export: look first, then apply, and take back. What changes goes the way of every door's news (`dispatcher.news`).

Applied in small transactions beside a running hub; interrupted, the same file completes it. The same file again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher import keying, news
from dispatcher.clocks import winding
from dispatcher.doors.contract import DoorUpdate
from dispatcher.lapor.comparing import Change, Verdict, compare
from dispatcher.lapor.matching import Matcher, Waiting
from dispatcher.lapor.reading import Record, records
from dispatcher.moving import ActRefused
from dispatcher.news import Told
from dispatcher.replies import Replies
from normalizer import tracking
from store import audit, complaints, lapor, many, worklist
from store.complaints import Found
from store.database import Database

GROUP = 400
"""Complaints in one transaction: the hub beside us waits no longer than for these."""
LISTED = 20
"""Lines that are named of each verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file would do. `lines`: of each verdict, the first lines of the file that got it."""

    filename: str
    sha256: str
    rows: int
    verdicts: Mapping[Verdict, int]
    lines: Mapping[Verdict, Sequence[int]]
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Whose store and city it is; `doors`: the names of its worklists."""

    db: Database
    profile: Profile
    replies: Replies
    doors: Collection[str]


async def look(office: Office, path: Path, *, now: datetime, tell: bool | None) -> Plan:
    """Changes nothing. Raises Unusable."""
    listed = list(records(path, office.profile.tz))
    matched, verdicts, lines = await _matched(office, listed), Counter[Verdict](), {verdict: list[int]() for verdict in Verdict}
    found = await office.db.read(lambda session: lapor.compared(session, sorted({keys[0] for keys in matched if len(keys) == 1})))
    seen, changes = set[int](), list[Change]()
    for record, keys in zip(listed, matched, strict=True):
        change = None
        if len(keys) != 1:
            verdict = Verdict.AMBIGUOUS if keys else Verdict.FOREIGN
        elif keys[0] in seen:
            verdict = Verdict.REPEATED
        else:
            seen.add(keys[0])
            verdict, change = compare(record, found[keys[0]], office.profile, now=now, tell=tell)
        verdicts[verdict] += 1
        if len(lines[verdict]) < LISTED:
            lines[verdict].append(record.line)
        if change is not None:
            changes.append(change)
    return Plan(filename=path.name, sha256=_digest(path), rows=len(listed), verdicts=verdicts, lines=lines, changes=changes)


async def _matched(office: Office, listed: Sequence[Record]) -> Sequence[Sequence[int]]:
    references = sorted({record.reference for record in listed if keying.tracking_id(record.reference)})
    stored = (tracking.stored(office.profile.prefix, record.reference) for record in listed)
    numbers = sorted({number for number in stored if number})
    known = await office.db.read(lambda session: lapor.by_references(session, office.doors, references))
    ours = await office.db.read(lambda session: lapor.by_numbers(session, office.doors, numbers))
    rows = await office.db.read(lambda session: lapor.waiting_texts(session, office.doors))
    waiting = (Waiting(id=row["id"], at=row["registered_at"], texts=(row["first_words"], row["body"])) for row in rows)
    matcher = Matcher(office.profile.prefix, known, ours, waiting)
    return [matcher.find(record) for record in listed]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def carry_out(
    office: Office, plan: Plan, *, operator: str, clock: Callable[[], datetime], progress: Callable[[int], object] = lambda done: None
) -> tuple[int, int]:
    """(number of the import, complaints changed). What somebody else changed since the look is left for the next import."""
    at, told = clock(), any(not change.silent for change in plan.changes)
    kept = {"at": at, "operator": operator, "filename": plan.filename, "sha256": plan.sha256, "rows": plan.rows, "told": told}

    def begin(connection: Connection) -> int:
        number = worklist.begin_import(connection, **kept)
        audit.record(connection, at=at, operator=operator, action="import", detail=f"#{number} {plan.filename}"[:200])
        return number

    number, done = await office.db.write(begin), 0
    for start in range(0, len(plan.changes), GROUP):
        group, now = plan.changes[start : start + GROUP], clock()
        done += await office.db.write(lambda connection, group=group, now=now: _write(connection, office, number, operator, group, now))  # type: ignore[misc]
        progress(len(group))
    return number, done


def _write(connection: Connection, office: Office, number: int, operator: str, group: Sequence[Change], now: datetime) -> int:
    before = many.complaints_of(connection, [change.complaint_id for change in group])
    group = _still_true(connection, office, group, before)
    learnt = [(before[change.complaint_id], change.reference) for change in group if change.reference is not None]
    keying.learn_all(connection, learnt, operator=operator, source="import", now=now)
    told = [
        Told(before[change.complaint_id], _update(change, number, now), silent=change.silent)
        for change in group
        if change.state is not None or change.agency is not None
    ]
    news.apply_all(connection, office.profile, office.replies, told, now)
    after = lapor.kept(connection, [change.complaint_id for change in group])
    rows = [{"import_id": number, "complaint_id": key, "before": _kept(before[key]), "after": _kept(after[key])} for key in after]
    worklist.add_changes(connection, rows)
    return len(rows)


def _still_true(connection: Connection, office: Office, group: Sequence[Change], found: Mapping[int, Found]) -> Sequence[Change]:
    """Those whose complaint nobody changed since the look, and whose Tracking ID is nobody's."""
    taken = set(worklist.owners(connection, office.doors, [change.reference for change in group if change.reference is not None]))
    still = list[Change]()
    for change in group:
        complaint = found.get(change.complaint_id)
        if complaint is None or complaint["version"] != change.version or change.reference in taken:
            continue
        if change.reference is not None:
            taken.add(change.reference)
        still.append(change)
    return still


def _update(change: Change, number: int, now: datetime) -> DoorUpdate:
    return DoorUpdate(
        external_id=f"import:{number}",
        at=now,
        reference=change.reference,
        tracking_number=change.number,
        state=change.state,
        agency=change.agency,
        note=change.note,
    )


def _kept(complaint: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: complaint[name] for name in lapor.KEPT}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


async def undo(office: Office, number: int, *, operator: str, now: datetime) -> tuple[int, int]:
    """(complaints as they were before, complaints that moved on since and stay). Raises ActRefused. What citizens were told stays told."""

    def write(connection: Connection) -> tuple[int, int]:
        if worklist.import_of(connection, number) is None:
            raise ActRefused(f"Impor #{number} tidak ada.")
        if not worklist.mark_undone(connection, number, now, operator):
            raise ActRefused(f"Impor #{number} sudah dibatalkan.")
        changes = worklist.changes_of(connection, number)
        groups = (changes[start : start + GROUP] for start in range(0, len(changes), GROUP))
        restored = sum(_restore(connection, office, number, operator, group, now) for group in groups)
        audit.record(connection, at=now, operator=operator, action="import_undone", detail=f"#{number}")
        return restored, len(changes) - restored

    return await office.db.write(write)


def _restore(connection: Connection, office: Office, number: int, operator: str, group: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """How many of these are as before; the others moved on."""
    found = lapor.kept(connection, [change["complaint_id"] for change in group])
    same = [change for change in group if (key := change["complaint_id"]) in found and _kept(found[key]) == change["after"]]
    text = f"Impor SP4N-LAPOR! #{number} dibatalkan"
    lines, values = [], {}
    for change in same:
        before, key = change["before"], change["complaint_id"]
        values[key] = {**before, "state_at": datetime.fromisoformat(before["state_at"])}
        moved = {"state": before["state"]} if before["state"] != change["after"]["state"] else {}
        kind = "state" if moved else "note"
        line = complaints.line(key, at=now, kind=kind, actor=operator, source="import", agency=before["agency"], note=text)
        lines.append(line | moved)
    many.change(connection, values)
    lapor.forget_references(connection, [c["complaint_id"] for c in same if c["before"]["door_reference"] != c["after"]["door_reference"]])
    many.note(connection, lines)
    winding.wind(connection, office.profile, *values)
    return len(same)
