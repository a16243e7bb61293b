"""What a person does at the worklist: type the Tracking ID back, put one off, say that an addition was passed on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from dispatcher.moving import ActRefused
from normalizer import tracking
from store import audit, complaints, many, worklist
from store.complaints import Found

_TRACKING_ID = re.compile(r"\d{7}")


def tracking_id(written: str) -> str | None:
    """LAPOR!'s number as it was typed or copied ("#1234567", "1 234 567"); None when it is not seven digits."""
    bare = re.sub(r"[\s.#-]", "", written)
    return bare if bare.isascii() and _TRACKING_ID.fullmatch(bare) else None


def typed(
    connection: Connection,
    doors: Collection[str],
    complaint_id: int,
    written: str,
    *,
    operator: str,
    now: datetime,
    seen: int | None = None,
    replace: bool = False,
) -> bool:
    """The complaint stands in LAPOR! under this number; False: that was known. `seen`: newest line on the screen.

    Raises ActRefused for what is no number, is another complaint's, or would replace one without `replace`.
    """
    reference = tracking_id(written)
    if reference is None:
        raise ActRefused("Tracking ID LAPOR! terdiri atas tujuh angka, misalnya 1234567. Periksa kembali penulisannya.")
    complaint = _listed(connection, doors, complaint_id)
    known = complaint["door_reference"]
    if known == reference:
        return False
    if not known.startswith("token:") and not replace:
        raise ActRefused(f"Laporan ini sudah punya Tracking ID {known}. Pilih “Perbaiki nomor” bila nomor itu keliru.")
    if (other := worklist.owner(connection, doors, reference)) is not None:
        taken = complaints.get(connection, other)
        number = tracking.printed(taken["tracking_number"]) if taken else "lain"
        raise ActRefused(f"Tracking ID {reference} sudah dipakai laporan {number}. Satu nomor hanya untuk satu laporan.")
    learn(connection, complaint, reference, operator=operator, source="desk", now=now, seen=seen)
    audit.record(connection, at=now, operator=operator, action="keyed", complaint_id=complaint_id, detail=reference)
    return True


def learn(
    connection: Connection, complaint: Found, reference: str, *, operator: str, source: str, now: datetime, seen: int | None = None
) -> None:
    """The number is known from now on, however it was learnt."""
    shown = {complaint["id"]: seen} if seen is not None else {}
    learn_all(connection, [(complaint, reference)], operator=operator, source=source, now=now, seen=shown)


def learn_all(
    connection: Connection,
    learnt: Sequence[tuple[Found, str]],
    *,
    operator: str,
    source: str,
    now: datetime,
    seen: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """The numbers of as many complaints. `seen`: the newest line on the screen, by complaint; else the newest there is."""
    stands = {**many.newest(connection, [complaint["id"] for complaint, _ in learnt]), **seen}
    many.mark(connection, {complaint["id"]: {"door_reference": reference} for complaint, reference in learnt})
    common = {"keyed_at": now, "keyed_by": operator, "skipped_at": None}
    kept = {
        complaint["id"]: {**common, "door": complaint["door"], "reference": reference, "seen": stands.get(complaint["id"], 0)}
        for complaint, reference in learnt
    }
    worklist.keep_all(connection, kept)
    text = "Tracking ID SP4N-LAPOR!: "
    lines = (complaints.line(each["id"], at=now, kind="keyed", actor=operator, source=source, note=text + known) for each, known in learnt)
    many.note(connection, list(lines))


def put_off(connection: Connection, doors: Collection[str], complaint_id: int, *, now: datetime) -> None:
    """Later: it comes after all that wait now."""
    complaint = _listed(connection, doors, complaint_id)
    worklist.keep(connection, complaint_id, door=complaint["door"], skipped_at=now)


def passed_on(connection: Connection, doors: Collection[str], complaint_id: int, seen: int, *, operator: str, now: datetime) -> None:
    """What the citizen added, up to the line `seen` of the timeline, stands in LAPOR! now."""
    complaint = _listed(connection, doors, complaint_id)
    if complaint["door_reference"].startswith("token:"):
        raise ActRefused("Laporan ini belum punya Tracking ID. Isi dulu nomornya.")
    worklist.keep(
        connection, complaint_id, door=complaint["door"], seen=min(seen, many.newest(connection, [complaint_id]).get(complaint_id, 0))
    )
    complaints.note(connection, complaint_id, at=now, kind="keyed", actor=operator, source="desk", note="Tambahan ditulis di SP4N-LAPOR!")


def _listed(connection: Connection, doors: Collection[str], complaint_id: int) -> Found:
    complaint = complaints.get(connection, complaint_id)
    if complaint is None or complaint["door"] not in doors or not complaint["door_reference"]:
        raise ActRefused("Laporan ini tidak ada di daftar kerja SP4N-LAPOR!.")
    if complaint["merged_into"] is not None:
        raise ActRefused("Laporan itu sudah digabungkan dengan laporan lain.")
    return complaint
