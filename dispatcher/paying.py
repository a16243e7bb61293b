"""How a reply is sent, a complaint forwarded, a file fetched. Each is harmless the second time, or says that it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from connectors.contract import Connector
from connectors.errors import Malformed, RecipientGone, Refused
from dispatcher import faults
from dispatcher.caring import Care
from dispatcher.cleaning import Cleaner
from dispatcher.doors.contract import Addition, Door, Filing, Receipt
from dispatcher.enclosing import Encloses, of_payload
from dispatcher.evidence import media_type
from dispatcher.links import Links
from dispatcher.reading import Readers, Unread
from dispatcher.replies import of_debt
from dispatcher.workers import ByHand, Payment
from normalizer.complaint import Complaint, EvidenceFile, State
from store import cleanings, complaints, events, outbox
from store.blobs import Blobs
from store.cleanings import CleaningRow
from store.database import Database
from store.outbox import Debt
from store.tables import ComplaintRow, EvidenceRow, InboxRow

FILE_LIMIT = 30 * 1024 * 1024
"""Bytes of one file of evidence; larger ones stay with the platform and are named on the desk."""
LOOK_BACK = timedelta(hours=1)
"""A door's clock may differ from ours."""
CARRIED = (Addition.SUPPLEMENT, Addition.HIDDEN)
"""What a complaint that is handed over shows by itself."""
UNSENT = frozenset({State.WITHDRAWN, State.ARCHIVED, State.OUT_OF_SCOPE})


class ReplyPayer:
    """Sends a stored reply. An acknowledgement or report of unknown outcome goes once more, any other one waits for a person."""

    def __init__(self, account: str, connector: Connector, care: Care | None = None, enclose: Encloses | None = None) -> None:
        self._account, self._connector, self._care, self._enclose = account, connector, care, enclose

    async def pay(self, debt: Debt) -> Payment:
        faults.point("reply.before")
        reply = of_debt(debt, self._account, self._connector.about.text_limit)
        if report := of_payload(debt.payload):
            if self._enclose is None:
                raise ByHand("Hub ini tidak dapat membuat rekap. Unduh di halaman Laporan berkala dan kirim sendiri.")
            reply = await self._enclose(report, reply)
        sent = await (self._care.send(self._connector, reply) if self._care else self._connector.send(reply))
        faults.point("reply.sent")
        return lambda connection: sent.message_id

    def may_repeat(self, debt: Debt) -> bool:
        return self._connector.about.repeatable or (debt.key.startswith(("ack:", "report:")) and not debt.unsure)

    def settled(self, connection: Connection, debt: Debt, result: str | None) -> None:
        if debt.complaint_id is not None:
            events.replied(connection, debt.id, debt.complaint_id)
        if self._care and result and self._connector.about.reports:
            self._care.sent(connection, self._account, debt, result)

    def given_up(self, connection: Connection, debt: Debt, code: str) -> None:
        if self._care:
            self._care.fallbacks.go(connection, debt, code)


class ForwardPayer:
    """Hands a complaint to its door, once: key is the tracking number, and after an unknown outcome the door is asked first."""

    def __init__(self, door: Door, db: Database, clock: Callable[[], datetime], cleaner: Cleaner, links: Links) -> None:
        self._door, self._db, self._clock, self._cleaner, self._links = door, db, clock, cleaner, links

    async def pay(self, debt: Debt) -> Payment:
        assert debt.complaint_id is not None
        complaint_id = debt.complaint_id
        files = await self._db.read(lambda session: complaints.evidence_of(session, complaint_id))
        await self._cleaner.clean(complaint_id, [each.sha256 for each in files if each.sha256])
        # what was added by now stands in the filing itself; asked before it is read, so that nothing is left out
        inside = await self._db.read(lambda session: outbox.additions(session.connection(), complaint_id, CARRIED))
        row, filing = await self._db.read(lambda session: filing_of(session, complaint_id, self._links))
        if row.merged_into is not None or row.state in UNSENT or row.door != self._door.name:
            return lambda connection: None
        faults.point("forward.before")
        # since the complaint came in, not since the debt: one that is owed anew may have arrived long before
        ask = debt.unsure and self._door.can_find
        receipt = await self._door.find(filing.tracking_number, row.registered_at - LOOK_BACK) if ask else None
        carried = inside if receipt is None else []
        receipt = receipt or await self._door.submit(filing, filing.tracking_number)
        faults.point("forward.taken")
        return lambda connection: self._write(connection, complaint_id, receipt, carried)

    def _write(self, connection: Connection, complaint_id: int, receipt: Receipt, carried: Sequence[int]) -> str:
        now = self._clock()
        outbox.carried(connection, carried, now)
        complaints.mark(connection, complaint_id, door_reference=receipt.reference, forwarded_at=now)
        complaints.note(
            connection,
            complaint_id,
            at=now,
            kind="forwarded",
            actor="system",
            source=self._door.name,
            external_id=f"receipt:{receipt.reference}",
            note=receipt.notice,
        )
        return receipt.reference

    def may_repeat(self, debt: Debt) -> bool:
        return self._door.can_find

    def settled(self, connection: Connection, debt: Debt, result: str | None) -> None:
        return None

    def given_up(self, connection: Connection, debt: Debt, code: str) -> None:
        if debt.complaint_id is not None:
            complaints.note(
                connection, debt.complaint_id, at=self._clock(), kind="undelivered", actor="system", source=self._door.name, note=code
            )


class FetchPayer:
    """Brings a file into the blob store: from the platform, or out of the mail it came in."""

    def __init__(self, connector: Connector, db: Database, blobs: Blobs, readers: Readers, cleaner: Cleaner) -> None:
        self._connector, self._db, self._blobs, self._readers, self._cleaner = connector, db, blobs, readers, cleaner

    async def pay(self, debt: Debt) -> Payment:
        faults.point("fetch.before")
        ref = str(debt.payload["ref"])
        content = await (self._part(ref) if ref.startswith("part:") else self._connector.download(ref, FILE_LIMIT))
        sha256 = await asyncio.to_thread(self._blobs.put, content)
        if debt.complaint_id is not None:
            await self._cleaner.clean(debt.complaint_id, [sha256])
        faults.point("fetch.after")
        values = {"sha256": sha256, "size": len(content), "media_type": media_type(content), "error": None}
        evidence_id = int(debt.payload["evidence_id"])

        def write(connection: Connection) -> None:
            complaints.change_evidence(connection, evidence_id, **values)

        return write

    async def _part(self, ref: str) -> bytes:
        _, inbox_id, index = ref.split(":")
        raw = await self._db.read(lambda session: _raw(session, int(inbox_id), self._blobs))
        if raw is None:
            raise RecipientGone("Surel aslinya sudah dihapus.")
        try:
            return await self._readers.part(raw, int(index))
        except Unread as unread:
            raise Malformed(f"Lampiran tidak terbaca ({unread.reason}).") from None

    def may_repeat(self, debt: Debt) -> bool:
        return True

    def settled(self, connection: Connection, debt: Debt, result: str | None) -> None:
        return None

    def given_up(self, connection: Connection, debt: Debt, code: str) -> None:
        complaints.change_evidence(connection, int(debt.payload["evidence_id"]), error=code)


def _raw(session: Session, inbox_id: int, blobs: Blobs) -> bytes | None:
    row = session.get(InboxRow, inbox_id)
    if row is None:
        return None
    if row.raw_sha256 is None:
        return row.raw
    try:
        return blobs.get(row.raw_sha256)
    except FileNotFoundError:
        return None


def filing_of(session: Session, complaint_id: int, links: Links) -> tuple[ComplaintRow, Filing]:
    """What the door gets: the complaint as it is now, the citizen's later words included. Raises Refused when it is gone."""
    row = session.get(ComplaintRow, complaint_id)
    if row is None:
        raise Refused("Laporan ini tidak ada lagi.")
    values: dict[str, Any] = {name: getattr(row, name) for name in Complaint.model_fields}
    more = [each.body for each in complaints.supplements_of(session, complaint_id) if each.body]
    values["body"] = "\n\n".join([row.body, *more]) if more else row.body
    files = complaints.evidence_of(session, complaint_id)
    clean = cleanings.of(session.connection(), [each.sha256 for each in files if each.sha256])
    values["evidence"] = [_leaving(each, clean.get(each.sha256 or "")) for each in files]
    media = links.media(session, files, confidential=row.confidential)
    return row, Filing(complaint=Complaint.model_validate(values), tracking_number=row.tracking_number, media=media)


def _leaving(file: EvidenceRow, clean: CleaningRow | None) -> EvidenceFile:
    """The cleaned file, never the original; without bytes where it could not be cleaned."""
    size = clean.size if clean and clean.cleaned else file.size
    return EvidenceFile(filename=file.filename, media_type=file.media_type, size=size, sha256=clean.cleaned if clean else None)
