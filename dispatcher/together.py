"""One act for all open complaints of a matter: each moves by itself and is answered in its own channel, under its own number.

Never one citizen's affairs to another: what is said to all may name nobody. The act can be repeated: who was told already is not told
again, and the complaint from which it was done goes last, so that an act that was cut off can be sent once more from the same page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from config.profile import Profile
from dispatcher.moving import ActRefused, Move, move
from dispatcher.replies import Replies
from normalizer import privacy, tracking
from store import complaints, matters
from store.complaints import Found
from store.database import Database

AT_ONCE = 25
"""Complaints in one transaction, so that other writers never wait long."""
_NAMES_SOMEBODY = frozenset({"nik", "kk", "number", "card", "account", "plate", "name"})

Mine = Callable[[Connection, int], Found]
"""The complaint, if the desk may move it; raises ActRefused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """moved: how many complaints. refused: the numbers, in stored form, that could not be moved, and why."""

    moved: int
    refused: Sequence[tuple[str, str]] = ()


async def move_all(
    db: Database, profile: Profile, replies: Replies, mine: Mine, lead_id: int, version: int | None, wanted: Move
) -> Together:
    """`lead_id`: on whose page it was decided. `version`: what the operator saw of it. Raises ActRefused before anybody is told."""
    lead, others = await db.read(lambda session: _matter(session.connection(), lead_id))
    if lead is None or (version is not None and lead["version"] != version):
        raise ActRefused("Laporan ini baru saja diubah oleh orang lain. Muat ulang halamannya, lalu ulangi.")
    _fit_for_all(profile, lead, wanted)
    act = replace(wanted, external_id=f"together:{lead['tracking_number']}:{lead['version']}:{wanted.to}")
    moved, refused = 0, list[tuple[str, str]]()
    for start in range(0, len(others), AT_ONCE):
        some = others[start : start + AT_ONCE]
        done = await db.write(lambda connection, some=some: [_one(connection, profile, replies, mine, each, act) for each in some])  # type: ignore[misc]
        moved += sum(why is None for _, why in done)
        refused += [(number, why) for number, why in done if why is not None]

    def last(connection: Connection) -> None:
        complaint = mine(connection, lead_id)
        if complaint["version"] != lead["version"]:
            raise ActRefused("Laporan ini baru saja diubah oleh orang lain. Muat ulang halamannya, lalu ulangi.")
        move(connection, profile, replies, complaint, wanted, wanted.at)

    await db.write(last)
    return Together(moved=moved + 1, refused=refused)


def _matter(connection: Connection, lead_id: int) -> tuple[Found | None, list[int]]:
    lead = complaints.get(connection, lead_id)
    if lead is None or lead["matter_id"] is None:
        return lead, []
    return lead, [each for each in matters.members(connection, lead["matter_id"]) if each != lead_id]


def _one(connection: Connection, profile: Profile, replies: Replies, mine: Mine, complaint_id: int, act: Move) -> tuple[str, str | None]:
    """(number, None) when it is so now; else why not. One that cannot be moved holds up no other."""
    complaint = complaints.get(connection, complaint_id)
    assert complaint is not None
    number: str = complaint["tracking_number"]
    if complaints.heard(connection, complaint_id, act.source, act.external_id or ""):
        return number, None
    try:
        move(connection, profile, replies, mine(connection, complaint_id), act, act.at)
    except ActRefused as error:
        return number, error.sentence
    return number, None


def _fit_for_all(profile: Profile, lead: Found, wanted: Move) -> None:
    """Refuses words that would tell many citizens about one."""
    said = " ".join(filter(None, (wanted.text, wanted.reason)))
    named = {span.kind for span in privacy.find(said)} & _NAMES_SOMEBODY or tracking.find(profile.prefix, said)
    reporter = {key: str(each).lower() for key, each in (lead["reporter"] or {}).items() if each and key in ("name", "phone", "email")}
    low = said.lower()
    if named or any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", low) for each in reporter.values() if len(each) > 3):
        raise ActRefused("Tanggapan bersama dibaca oleh semua pelapornya: tulis tanpa nama, nomor laporan, atau data pribadi siapa pun.")
