"""An operator postpones a complaint: a day and a reason, and the clocks wait for that day. The state stays as it is."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher.clocks import winding, working
from dispatcher.moving import ActRefused
from normalizer.complaint import State
from store import complaints, due
from store.complaints import Found
from store.states import CLOSED

LONGEST_DAYS = 366


def postpone(
    connection: Connection, profile: Profile, complaint: Found, until: date | None, reason: str, operator: str, now: datetime
) -> None:
    today = working.of_city(profile).day_of(now)
    if State(complaint["state"]) in CLOSED:
        raise ActRefused("Laporan yang sudah selesai tidak dapat ditunda.")
    if until is not None and not 0 < (until - today).days <= LONGEST_DAYS:
        raise ActRefused("Pilih tanggal sesudah hari ini, paling lama satu tahun lagi.")
    if not reason:
        raise ActRefused("Tuliskan alasan penundaan.")
    due.postpone(connection, complaint["id"], until)
    winding.wind(connection, profile, complaint["id"])
    said = f"{until.isoformat()}: {reason}" if until else reason
    complaints.note(connection, complaint["id"], at=now, kind="postponed", actor=operator, source="desk", note=said)
