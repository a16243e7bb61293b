"""What a citizen does after the complaint was handed over travels to its door as owed work: more words and files, reopened, rated,
withdrawn, hidden. It waits for the forward and for what was added before; where the door cannot be told, a person passes it on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlmodel import Session

from connectors.errors import Refused
from dispatcher.cleaning import Cleaner
from dispatcher.doors.contract import Added, Addition, Door
from dispatcher.links import Links
from dispatcher.paying import filing_of
from dispatcher.workers import ByHand, NotYet, Payment
from store import complaints, outbox
from store.complaints import Found
from store.database import Database
from store.outbox import Debt
from store.tables import ComplaintRow, EvidenceRow, SupplementRow, Work

FILES_WAIT = timedelta(minutes=15)
"""Its files are waited for this long; then the words go alone, and the desk shows what is missing."""
LOOK_AGAIN_SECONDS = 10.0
PLEASES = frozenset({Addition.SOLVED, Addition.RATED})
"""Asks the other side for nothing: no person is sent to pass it on by hand."""


def owe_addition(
    connection: Connection,
    complaint: Found,
    kind: Addition,
    *,
    key: str,
    now: datetime,
    settle: timedelta = timedelta(),
    supplement_id: int | None = None,
    rating: int | None = None,
) -> bool:
    """False when nothing has to travel: the desk is the door, or the forward will carry it because it is not owed yet."""
    if complaint["door"] == "desk" or not (complaint["forwarded_at"] or outbox.has_forward(connection, complaint["id"])):
        return False
    return outbox.owe(
        connection,
        key=f"add:{kind}:{key}",
        kind=Work.ADD,
        name=complaint["door"],
        order_key=f"complaint:{complaint['id']}",
        now=now,
        due_at=now + settle,
        complaint_id=complaint["id"],
        payload={"kind": kind, "at": now.isoformat(), "supplement_id": supplement_id, "rating": rating},
    )


class AddPayer:
    def __init__(self, door: Door, db: Database, clock: Callable[[], datetime], cleaner: Cleaner, links: Links) -> None:
        self._door, self._db, self._clock, self._cleaner, self._links = door, db, clock, cleaner, links

    async def pay(self, debt: Debt) -> Payment:
        assert debt.complaint_id is not None
        complaint_id, supplement_id = debt.complaint_id, debt.payload["supplement_id"]
        row, supplement, files = await self._db.read(lambda session: _read(session, complaint_id, supplement_id))
        if row.merged_into is not None or row.door != self._door.name or (supplement_id is not None and supplement is None):
            return lambda connection: None  # it was moved elsewhere meanwhile
        if row.forwarded_at is None:
            raise Refused("Laporannya sendiri belum sampai di pintu ini; kirim dulu laporannya, kabar ini ikut di dalamnya.")
        if not self._door.takes_additions:
            if debt.payload["kind"] in PLEASES:
                return lambda connection: None
            raise ByHand(f"Pintu {self._door.name} tidak dapat menerima kabar susulan dari hub: sampaikan sendiri, lalu tandai.")
        if any(_on_its_way(file) for file in files) and self._clock() - debt.created_at < FILES_WAIT:
            raise NotYet("Berkasnya masih diambil.", wait=LOOK_AGAIN_SECONDS)
        await self._cleaner.clean(complaint_id, [file.sha256 for file in files if file.sha256])
        row, filing = await self._db.read(lambda session: filing_of(session, complaint_id, self._links))
        media = await self._db.read(lambda session: self._links.media(session, files, confidential=filing.complaint.confidential))
        added = Added(
            kind=Addition(debt.payload["kind"]),
            complaint=filing.complaint,
            tracking_number=filing.tracking_number,
            reference=row.door_reference or "",
            at=datetime.fromisoformat(debt.payload["at"]),
            text=(supplement.body or None) if supplement else None,
            rating=debt.payload["rating"],
            media=media,
        )
        await self._door.add(added, debt.key)
        return lambda connection: self._write(connection, debt)

    def _write(self, connection: Connection, debt: Debt) -> None:
        self._note(connection, debt, "passed_on")

    def may_repeat(self, debt: Debt) -> bool:
        return self._door.adds_once

    def settled(self, connection: Connection, debt: Debt, result: str | None) -> None:
        return None

    def given_up(self, connection: Connection, debt: Debt, code: str) -> None:
        self._note(connection, debt, "by_hand" if code == "by_hand" else "undelivered", None if code == "by_hand" else code)

    def _note(self, connection: Connection, debt: Debt, kind: str, note: str | None = None) -> None:
        assert debt.complaint_id is not None
        about: dict[str, str] = {"actor": "system", "source": self._door.name, "external_id": f"{kind}:{debt.key}"}
        complaints.note(connection, debt.complaint_id, at=self._clock(), kind=kind, note=note, **about)


def _read(session: Session, complaint_id: int, supplement_id: int | None) -> tuple[ComplaintRow, SupplementRow | None, list[EvidenceRow]]:
    """The supplement is None, too, when it belongs to another complaint by now."""
    row = session.get(ComplaintRow, complaint_id)
    if row is None:
        raise Refused("Laporan ini tidak ada lagi.")
    supplement = session.get(SupplementRow, supplement_id) if supplement_id is not None else None
    if supplement is None or supplement.complaint_id != complaint_id:
        return row, None, []
    return row, supplement, [each for each in complaints.evidence_of(session, complaint_id) if each.supplement_id == supplement_id]


def _on_its_way(file: EvidenceRow) -> bool:
    return file.sha256 is None and file.error is None
