"""A letter, a call or a visitor, entered by an operator: the same line as every other channel, and a number at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlmodel import Session

from connectors import registry
from connectors.contract import Inbound
from dispatcher.evidence import media_type
from dispatcher.intake import Intake
from dispatcher.moving import ActRefused
from store.blobs import Blobs
from store.database import Database
from store.tables import ComplaintRow, InboxRow

LOOK_SECONDS = 0.1


async def scans(blobs: Blobs, files: Sequence[Path]) -> list[dict[str, Any]]:
    """Files into the blob store, as the entry names them."""
    kept = []
    for file in files:
        content = await asyncio.to_thread(file.read_bytes)
        sha256 = await asyncio.to_thread(blobs.put, content)
        kept.append({"sha256": sha256, "filename": file.name, "media_type": media_type(content), "size": len(content)})
    return kept


async def enter(intake: Intake, entry: Mapping[str, Any], *, account: str, now: datetime) -> int:
    """Keep an entry of `connectors.manual.wire`; returns its inbox row. Raises ActRefused when something is missing or too long."""
    read = registry.reader("manual")(orjson.dumps(entry), account, now)
    if not read or not isinstance(read[0], Inbound):
        raise ActRefused("Isian belum lengkap: tulis isi laporan atau lampirkan pindaian; teks paling panjang 20.000 huruf.")
    accepted = await intake.accept(read)
    return accepted[0].inbox_id


async def number_of(db: Database, inbox_id: int, seconds: float) -> str | None:
    """The tracking number in stored form, as soon as the line has made it; None when it takes longer than `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        number = await db.read(lambda session: _number(session, inbox_id))
        if number or asyncio.get_running_loop().time() >= deadline:
            return number
        await asyncio.sleep(LOOK_SECONDS)


def _number(session: Session, inbox_id: int) -> str | None:
    row = session.get(InboxRow, inbox_id)
    complaint = session.get(ComplaintRow, row.complaint_id) if row and row.complaint_id else None
    return complaint.tracking_number if complaint else None
