"""One act over many ticked complaints, and its undo. Each complaint for itself: wholly done, or not at all with a reason.

For `UNDO` nothing that the act owes leaves the hub (store.held). An undo takes that back, puts the columns back as they were and adds a
line to the timeline; it is refused for a complaint that somebody was told about, or that changed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

from sqlalchemy import Connection, RowMapping

from config.profile import Profile
from dispatcher import assigning, undoing, urging
from dispatcher.clocks import postponing
from dispatcher.moving import ActRefused, Move, move
from dispatcher.ours import mine, there
from dispatcher.replies import Replies
from normalizer.complaint import State, Urgency
from store import audit, bulk, held
from store.bell import Bell
from store.complaints import Found
from store.database import Database

UNDO = timedelta(seconds=30)
KEPT = timedelta(days=1)
"""What an undo would need of something that nobody outside was told about; then it is let go."""
MOST = 200
"""Complaints in one act: what a person can have looked at."""
AT_ONCE = 25
"""Complaints in one transaction, so that other writers never wait long."""


class Act(StrEnum):
    OWNER = "owner"
    VERIFY = "verify"
    DISPOSE = "dispose"
    ARCHIVE = "archive"
    POSTPONE = "postpone"
    URGENCY = "urgency"


NAMES = {
    Act.OWNER: "penanggung jawab",
    Act.VERIFY: "verifikasi",
    Act.DISPOSE: "disposisi",
    Act.ARCHIVE: "arsip",
    Act.POSTPONE: "penundaan",
    Act.URGENCY: "urgensi",
}
"""In the timeline."""
_STATES = {Act.VERIFY: State.VERIFIED, Act.DISPOSE: State.ASSIGNED, Act.ARCHIVE: State.ARCHIVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be done with each: `to` an operator (None: nobody), `agency`, `reason`, `text` for the citizen, `until` a day."""

    act: Act
    to: str | None = None
    agency: str | None = None
    reason: str | None = None
    text: str | None = None
    until: date | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """A complaint and its version when it was ticked."""

    id: int
    version: int


class Bulk:
    def __init__(
        self, db: Database, bell: Bell, profile: Profile, replies: Replies, clock: Callable[[], datetime], by_hand: frozenset[str]
    ) -> None:
        self._db, self._bell, self._profile, self._replies = db, bell, profile, replies
        self._clock, self._by_hand = clock, by_hand

    async def act(self, ticked: Sequence[Ticked], wanted: Wanted, *, key: str, operator: str) -> int:
        """The act's row. With the same key again it does what is left of it, and nothing twice. Raises ActRefused before all of it."""
        self._check(ticked, wanted)
        now = self._clock()
        begun = await self._db.write(lambda connection: self._begin(connection, key, operator, wanted.act, now))
        if begun is None:
            raise ActRefused("Halaman ini sudah lama terbuka. Muat ulang, lalu ulangi.")
        try:
            for start in range(0, len(ticked) if begun["undone_at"] is None else 0, AT_ONCE):
                some = ticked[start : start + AT_ONCE]
                await self._db.write(partial(self._some, begun=begun, ticked=some, wanted=wanted, now=now))
        finally:
            self._ring()
        return int(begun["id"])

    async def undo(self, bulk_id: int, *, operator: str) -> bool:
        """Takes back what can be taken back; False when this operator did no such act."""
        now = self._clock()
        act = await self._db.write(lambda connection: bulk.undo(connection, bulk_id, operator, now))
        if act is None:
            return False
        try:
            while await self._db.write(lambda connection: self._back(connection, bulk_id, Act(act), operator, now)):
                pass
        finally:
            self._ring()
        return True

    def _check(self, ticked: Sequence[Ticked], wanted: Wanted) -> None:
        if not ticked:
            raise ActRefused("Centang dulu laporan yang dimaksud.")
        if len(ticked) > MOST:
            raise ActRefused(f"Paling banyak {MOST} laporan sekali jalan. Kurangi centangnya.")
        if wanted.act is Act.DISPOSE and wanted.agency not in self._profile.agencies:
            raise ActRefused("Pilih dulu instansi tujuannya.")
        if wanted.act is Act.DISPOSE and wanted.agency not in self._profile.working_agencies:
            raise ActRefused("Instansi itu tidak aktif lagi. Pilih instansi lain.")
        if wanted.act is Act.ARCHIVE and not wanted.reason:
            raise ActRefused("Pilih dulu alasannya.")
        if wanted.act is Act.POSTPONE and (wanted.until is None or not wanted.reason):
            raise ActRefused("Isi dulu tanggal dan alasan penundaannya.")
        if wanted.act is Act.URGENCY and wanted.urgency is None:
            raise ActRefused("Pilih dulu urgensinya.")

    def _begin(self, connection: Connection, key: str, operator: str, act: Act, now: datetime) -> RowMapping | None:
        bulk.empty(connection, now - KEPT)
        return bulk.begin(connection, key=key, operator=operator, act=act, at=now, undo_until=now + UNDO)

    def _some(self, connection: Connection, begun: RowMapping, ticked: Sequence[Ticked], wanted: Wanted, now: datetime) -> None:
        for each in ticked:
            self._one(connection, begun, each, wanted, now)

    def _one(self, connection: Connection, begun: RowMapping, ticked: Ticked, wanted: Wanted, now: datetime) -> None:
        """One that cannot be done holds up no other."""
        step = bulk.enter(connection, begun["id"], ticked.id)
        if step is None:
            return
        owed, line = held.owed(connection, ticked.id), bulk.newest_line(connection, ticked.id)
        try:
            before = there(connection, ticked.id)
            if before["version"] != ticked.version:
                raise ActRefused("Laporan ini baru saja diubah oleh orang lain.")
            with connection.begin_nested():
                self._do(connection, before, wanted, begun["operator"], now)
        except ActRefused as error:
            bulk.close(connection, step, why=error.sentence)
            return
        after = there(connection, ticked.id)
        lines = bulk.lines_after(connection, ticked.id, line)
        bulk.close(
            connection,
            step,
            version=after["version"],
            line=lines[-1].id if lines else line,
            lines=[each.id for each in lines if each.kind == "state"],
            before={name: undoing.plain(before[name]) for name in undoing.CHANGED if before[name] != after[name]},
            held=held.hold(connection, owed, ticked.id, begun["undo_until"]),
        )
        audit.record(
            connection, at=now, operator=begun["operator"], action="bulk", complaint_id=ticked.id, detail=f"{begun['id']} {wanted.act}"
        )

    def _do(self, connection: Connection, complaint: Found, wanted: Wanted, operator: str, now: datetime) -> None:
        if wanted.act is Act.OWNER:
            assigning.assign(connection, complaint["id"], wanted.to, operator, now)
        elif wanted.act is Act.POSTPONE:
            postponing.postpone(connection, self._profile, complaint, wanted.until, wanted.reason or "", operator, now)
        elif wanted.act is Act.URGENCY:
            assert wanted.urgency is not None  # _check asked
            urging.urge(connection, complaint, wanted.urgency, wanted.reason or "", operator, now)
        else:
            to = _STATES[wanted.act]
            said = Move(to=to, actor=operator, source="desk", at=now, agency=wanted.agency, text=wanted.text, reason=wanted.reason)
            move(connection, self._profile, self._replies, mine(connection, complaint["id"], to, self._by_hand), said, now)

    def _back(self, connection: Connection, bulk_id: int, act: Act, operator: str, now: datetime) -> bool:
        """Some of the steps; False when none is left."""
        some = bulk.done(connection, bulk_id)[:AT_ONCE]
        for step in some:
            why = undoing.undo(connection, self._profile, step, NAMES[act], operator, now)
            bulk.close(connection, step["id"], undone=why is None, why_not=why)
            if why is None:
                audit.record(
                    connection,
                    at=now,
                    operator=operator,
                    action="bulk_undone",
                    complaint_id=step["complaint_id"],
                    detail=f"{bulk_id} {act}",
                )
        return bool(some)

    def _ring(self) -> None:
        self._bell.ring("outbox")
        self._bell.ring("desk")
