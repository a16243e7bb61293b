"""What an operator does at the desk. Each act is one transaction; where another door owns a complaint, only that door moves its state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher import assigning, blocking, rearranging, regrouping, routing, together, urging
from dispatcher.bulk import Bulk
from dispatcher.clocks import postponing, winding
from dispatcher.moving import ActRefused, Move, move
from dispatcher.ours import BEFORE_THE_DOOR, mine, there
from dispatcher.replies import Replies
from dispatcher.together import Together
from normalizer.complaint import State, Urgency
from store import complaints, inbox, outbox
from store.bell import Bell
from store.database import Database
from store.people import AuditRow
from store.tables import Work
from store.upsert import insert

T = TypeVar("T")
EDITABLE = frozenset({"title", "body", "category", "classification", "agency"})
__all__ = ["BEFORE_THE_DOOR", "ActRefused", "Acts"]


class Acts:
    def __init__(
        self,
        db: Database,
        bell: Bell,
        profile: Profile,
        replies: Replies,
        draw: Callable[[str], str],
        clock: Callable[[], datetime],
        by_hand: frozenset[str] = frozenset({"desk", "worklist"}),
    ) -> None:
        """by_hand: names of the doors whose complaints are moved here (`dispatcher.doors.registry.by_hand`)."""
        self._db, self._bell, self._profile, self._replies = db, bell, profile, replies
        self._draw, self._clock, self._by_hand = draw, clock, by_hand
        self.bulk = Bulk(db, bell, profile, replies, clock, by_hand)

    async def move(
        self,
        complaint_id: int,
        to: State,
        *,
        operator: str,
        agency: str | None = None,
        text: str | None = None,
        reason: str | None = None,
        version: int | None = None,
        also: Callable[[Connection], None] | None = None,
    ) -> None:
        """Verify, assign, answer, close ... The citizen is told. `version`: what the operator saw; refused when it changed since.

        `also` is written in the same transaction: files that an agency brings with its answer.
        """
        if agency is not None and agency not in self._profile.working_agencies:
            raise ActRefused("Instansi itu tidak ada dalam profil kota.")
        now = self._clock()
        wanted = Move(to=to, actor=operator, source="desk", at=now, agency=agency, text=text or None, reason=reason or None)

        def write(connection: Connection) -> None:
            complaint = mine(connection, complaint_id, to, self._by_hand)
            if version is not None and complaint["version"] != version:
                raise ActRefused("Laporan ini baru saja diubah oleh orang lain. Muat ulang halamannya, lalu ulangi.")
            move(connection, self._profile, self._replies, complaint, wanted, now)
            if also is not None:
                also(connection)

        await self._act(write)

    async def move_together(
        self,
        complaint_id: int,
        to: State,
        *,
        operator: str,
        agency: str | None = None,
        text: str | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> Together:
        """`move`, for this complaint and every open one of its matter; each citizen is told in their own channel."""
        if agency is not None and agency not in self._profile.working_agencies:
            raise ActRefused("Instansi itu tidak ada dalam profil kota.")
        wanted = Move(to=to, actor=operator, source="desk", at=self._clock(), agency=agency, text=text or None, reason=reason or None)
        try:
            ours = partial(mine, to=to, by_hand=self._by_hand)
            return await together.move_all(self._db, self._profile, self._replies, ours, complaint_id, version, wanted)
        finally:
            self._bell.ring("outbox")
            self._bell.ring("desk")

    async def note(self, complaint_id: int, text: str, *, operator: str) -> None:
        """For operators only."""
        now = self._clock()

        def write(connection: Connection) -> None:
            there(connection, complaint_id)
            complaints.note(connection, complaint_id, at=now, kind="note", actor=operator, source="desk", note=text)

        await self._act(write)

    async def postpone(self, complaint_id: int, until: date | None, reason: str, *, operator: str) -> None:
        """Nothing about it is late before that day; None: no longer postponed. Operators read the reason in the timeline."""
        now = self._clock()

        def write(connection: Connection) -> None:
            postponing.postpone(connection, self._profile, there(connection, complaint_id), until, reason, operator, now)

        await self._act(write)

    async def urge(self, complaint_id: int, to: Urgency, reason: str, *, operator: str) -> None:
        """How urgent it is, said by a person."""
        now = self._clock()
        await self._act(lambda connection: urging.urge(connection, there(connection, complaint_id), to, reason, operator, now))

    async def edit(self, complaint_id: int, *, operator: str, **changes: Any) -> None:
        """title, body, category, classification, agency. The citizen's first words never change."""
        wanted = {key: value for key, value in changes.items() if value is not None}
        if not set(wanted) <= EDITABLE:
            raise ActRefused("Bagian itu tidak dapat disunting.")
        if "category" in wanted and wanted["category"] not in self._profile.categories:
            raise ActRefused("Kategori itu tidak ada dalam profil kota.")
        if "category" in wanted and "agency" not in wanted:
            wanted["agency"] = self._profile.agency_for(wanted["category"])
        now = self._clock()

        def write(connection: Connection) -> None:
            before = there(connection, complaint_id)
            changed = {key: value for key, value in wanted.items() if before[key] != value}
            if not changed:
                return
            complaints.change(connection, complaint_id, **changed)
            winding.wind(connection, self._profile, complaint_id)
            if changed.keys() & routing.DECIDES:
                routing.follow(connection, self._profile, {**before, **changed}, operator, now)
            names = ", ".join(sorted(changed))
            complaints.note(connection, complaint_id, at=now, kind="edited", actor=operator, source="desk", note=names)
            _audit(connection, now, operator, "edit", complaint_id, names)

        await self._act(write)

    async def hand_over(self, complaint_id: int, door: str, reason: str, *, operator: str) -> None:
        """Another door owns it from now on, also where it left already: the one way in which it then changes its owner."""
        if door not in self._profile.doors | {"desk"}:
            raise ActRefused("Pintu itu tidak ada dalam profil kota.")
        if not reason.strip():
            raise ActRefused("Tuliskan alasannya dalam beberapa kata.")
        now = self._clock()

        def write(connection: Connection) -> None:
            complaint = there(connection, complaint_id)
            if complaint["door"] == door:
                raise ActRefused("Laporan ini sudah di pintu itu.")
            if not routing.hand_over(connection, self._profile, complaint, door, reason.strip(), operator, now):
                raise ActRefused("Laporan ini sedang dikirim, atau belum pasti terkirim. Putuskan itu dulu.")
            _audit(connection, now, operator, "hand_over", complaint_id, door)

        await self._act(write)

    async def assign(self, complaint_id: int, to: str | None, *, operator: str) -> None:
        """An operator takes it, gets it, or (None) lets it go."""
        now = self._clock()

        def write(connection: Connection) -> None:
            there(connection, complaint_id)
            assigning.assign(connection, complaint_id, to, operator, now)

        await self._act(write)

    async def split(self, supplement_id: int, *, operator: str) -> str:
        """A supplement becomes a complaint of its own; returns its number in stored form. The citizen is told."""
        now = self._clock()
        return await self._act(
            lambda connection: rearranging.split(connection, self._profile, self._replies, self._draw, supplement_id, operator, now)
        )

    async def merge(self, complaint_id: int, *, into: int, operator: str) -> None:
        """One matter, reported twice: its words become a supplement of the other; the citizen is told."""
        now = self._clock()
        await self._act(lambda connection: rearranging.merge(connection, self._replies, complaint_id, into, operator, now))

    async def shift(self, supplement_id: int, *, to: int, operator: str) -> None:
        """A supplement belongs to another complaint."""
        now = self._clock()
        await self._act(lambda connection: rearranging.shift(connection, supplement_id, to, operator, now))

    async def join(self, complaint_id: int, with_id: int, *, operator: str) -> None:
        """Both are about the same matter: each keeps its number, the desk sees them together. No citizen is told."""
        now = self._clock()
        await self._act(lambda connection: regrouping.join(connection, complaint_id, with_id, operator, now))

    async def leave(self, complaint_id: int, *, operator: str) -> None:
        """It is another matter than the ones it was grouped with."""
        now = self._clock()
        await self._act(lambda connection: regrouping.leave(connection, complaint_id, operator, now))

    async def confirm(self, complaint_id: int, *, operator: str) -> None:
        """What the hub grouped by itself is right."""
        now = self._clock()
        await self._act(lambda connection: regrouping.confirm(connection, complaint_id, operator, now))

    async def dismiss(self, complaint_id: int, other_id: int, *, operator: str) -> None:
        """Two complaints that looked alike are two matters."""
        now = self._clock()
        await self._act(lambda connection: regrouping.dismiss(connection, complaint_id, other_id, operator, now))

    async def block(self, complaint_id: int, reason: str, *, operator: str) -> None:
        """Whoever sent this complaint is recorded from now on, and not answered."""
        now = self._clock()
        await self._act(lambda connection: blocking.block(connection, complaint_id, reason, operator, now))

    async def unblock(self, complaint_id: int, *, operator: str) -> None:
        now = self._clock()
        await self._act(lambda connection: blocking.lift(connection, complaint_id, operator, now))

    async def redrive_inbox(self, inbox_id: int, *, operator: str) -> None:
        """Put a quarantined or set-aside message back into the line."""
        now = self._clock()

        def write(connection: Connection) -> None:
            if not inbox.reopen(connection, inbox_id):
                raise ActRefused("Pesan ini tidak dapat diulang: sudah menjadi laporan, atau memang belum terbaca.")
            _audit(connection, now, operator, "redrive_inbox", None, str(inbox_id))

        await self._act(write)
        self._bell.ring("inbox")

    async def redrive_outbox(self, outbox_id: int, *, operator: str) -> None:
        """Send a dead or uncertain one again."""
        now = self._clock()

        def write(connection: Connection) -> None:
            if not outbox.redrive(connection, outbox_id, now):
                raise ActRefused("Kiriman ini tidak sedang menunggu keputusan.")
            _audit(connection, now, operator, "redrive_outbox", None, str(outbox_id))

        await self._act(write)

    async def settle_uncertain(self, outbox_id: int, *, sent: bool, operator: str) -> None:
        """A person looked: it did arrive, or it goes once more. A complaint that did is at its door from now on."""
        if not sent:
            return await self.redrive_outbox(outbox_id, operator=operator)
        now = self._clock()

        def write(connection: Connection) -> None:
            settled = outbox.settle(connection, outbox_id, now)
            if settled is None:
                raise ActRefused("Kiriman ini tidak sedang menunggu keputusan.")
            if settled.kind is Work.FORWARD and settled.complaint_id is not None:
                _at_its_door(connection, settled.complaint_id, settled.owner, operator, now)
            _audit(connection, now, operator, "settle", None, str(outbox_id))

        return await self._act(write)

    async def _act(self, write: Callable[[Connection], T]) -> T:
        result = await self._db.write(write)
        self._bell.ring("outbox")
        self._bell.ring("desk")
        return result


def _at_its_door(connection: Connection, complaint_id: int, door: str, operator: str, now: datetime) -> None:
    """Without the door's own number, which nobody learnt; what the citizen adds may follow it."""
    complaint = complaints.get(connection, complaint_id)
    if complaint is None or complaint["door"] != door or complaint["forwarded_at"] is not None:
        return
    complaints.mark(connection, complaint_id, forwarded_at=now)
    complaints.note(connection, complaint_id, at=now, kind="forwarded", actor=operator, source=door)


def _audit(connection: Connection, now: datetime, operator: str, action: str, complaint_id: int | None, detail: str) -> None:
    table = AuditRow.__table__  # type: ignore[attr-defined]
    row = {"at": now, "operator": operator, "action": action, "complaint_id": complaint_id, "detail": detail}
    connection.execute(insert(connection, table).values(**row))
