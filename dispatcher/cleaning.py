"""Before evidence leaves the hub: a copy without device data and place, made once for each file. The original stays with the operators.

The place is not lost: where the complaint has none, the one that its photo tells is offered as the complaint's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from dispatcher.reading import Readers, Unread
from normalizer.cleaning import Cleaned
from store import cleanings, complaints
from store.blobs import Blobs
from store.cleanings import CleaningRow
from store.database import Database

OFFERED = "Titik lokasi diambil dari foto pelapor; periksa kebenarannya."
_TOLD = ("text", "address", "region_code", "rt", "rw")


class Cleaner:
    def __init__(self, db: Database, blobs: Blobs, readers: Readers, clock: Callable[[], datetime]) -> None:
        self._db, self._blobs, self._readers, self._clock = db, blobs, readers, clock

    async def clean(self, complaint_id: int, originals: Sequence[str]) -> None:
        """After this each has its outcome in the store. A file that was erased meanwhile has none, so nothing of it leaves."""
        known = await self._db.read(lambda session: cleanings.of(session.connection(), originals))
        rows = [row for sha256 in dict.fromkeys(originals) if sha256 not in known and (row := await self._made(sha256))]
        places = [row for row in (*known.values(), *rows) if row.lat is not None]
        now = self._clock()

        def write(connection: Connection) -> None:
            for row in rows:
                cleanings.add(connection, row)
            if places:
                _offer(connection, complaint_id, places[0], now)

        if rows or places:
            await self._db.write(write)

    async def _made(self, sha256: str) -> CleaningRow | None:
        try:
            content = await asyncio.to_thread(self._blobs.get, sha256)
        except FileNotFoundError:
            return None
        try:
            cleaned = await self._readers.clean(content)
        except Unread:
            cleaned = Cleaned(content=None)
        kept = None if cleaned.content is None else await asyncio.to_thread(self._blobs.put, cleaned.content)
        size = len(cleaned.content or b"")
        return CleaningRow(original=sha256, cleaned=kept, size=size, lat=cleaned.lat, lon=cleaned.lon, at=self._clock())


def _offer(connection: Connection, complaint_id: int, taken: CleaningRow, now: datetime) -> None:
    """Only where nobody said where it is: a photo may have been taken elsewhere, and the citizen's own words come first."""
    complaint = complaints.get(connection, complaint_id)
    if complaint is None:
        return
    place = complaint["location"] or {}
    if place.get("lat") is not None or any(place.get(name) for name in _TOLD):
        return
    found = {**place, "lat": taken.lat, "lon": taken.lon, "confidence": "low"}
    complaints.mark(connection, complaint_id, location=found)
    complaints.note(connection, complaint_id, at=now, kind="evidence", actor="system", source=complaint["channel"], note=OFFERED)
