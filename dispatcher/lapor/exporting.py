"""Complaints as rows of the 21 columns. Reads in pages, so that a hundred thousand rows cost no more memory than five hundred.

Names of anonymous and secret reporters never leave, in no mode: nothing below can be told to write them, nor where they stand in the text.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.profile import Profile
from dispatcher.lapor import columns
from normalizer import privacy, region, tracking
from normalizer.complaint import State
from store import exports
from store.database import Database
from store.exports import Wanted

HIDDEN = "Dirahasiakan"
SECRET = "Laporan rahasia"  # noqa: S105  what stands in place of a secret report's words

Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Which complaints, and how openly. unmasked: with names, addresses and numbers of reporters who hid nothing."""

    wanted: Wanted
    unmasked: bool = False

    async def rows(self, db: Database, profile: Profile) -> AsyncIterator[Row]:
        """The rows, oldest first, without the headings."""
        after = 0
        while True:
            page = await db.read(lambda session, start=after: exports.page(session, self.wanted, after=start))  # type: ignore[misc]
            if not page:
                return
            for found in page:
                yield row(found, profile, unmasked=self.unmasked)
            after = page[-1]["id"]


def row(found: Mapping[str, Any], profile: Profile, *, unmasked: bool) -> Row:
    """One complaint as its 21 cells."""
    at: datetime = found["registered_at"].astimezone(profile.tz)
    state = State(found["state"])
    category = profile.categories.get(found["category"] or "")
    agency = profile.agencies.get(found["agency"] or "") if state in columns.DISPOSED else None
    where = _places(profile, (found["location"] or {}).get("region_code"))
    name, title, first, last = _words(found, unmasked=unmasked)
    return (
        reference(found),
        columns.day(at),
        f"{at:%H:%M:%S}",
        name,
        columns.CLASSIFICATIONS.get(str(found["classification"]), ""),
        (category.lapor_id if category else None) or "",
        category.name if category else "",
        title,
        first,
        last,
        columns.kind(anonymous=found["anonymous"], confidential=found["confidential"]),
        columns.SOURCES.get(found["channel"], "Website"),
        f"Pemerintah {profile.name}",
        (found["agency"] or "") if agency else "",
        agency.name if agency else "",
        columns.status(state, agency=agency.name if agency else profile.office, closed_by=found["closed_by"]),
        without(privacy.masked(found["reason"] or ""), (found["reporter"] or {}).get("name") or ""),
        *where,
    )


def reference(found: Mapping[str, Any]) -> str:
    """LAPOR!'s Tracking ID where it is known, else our own number: so that an import finds the complaint by either."""
    known = found["door_reference"] or ""
    return known if re.fullmatch(r"[0-9]{7}", known) else tracking.printed(found["tracking_number"])


def _words(found: Mapping[str, Any], *, unmasked: bool) -> tuple[str, str, str, str]:
    """(name, title, first words, text) as they may leave."""
    name = (found["reporter"] or {}).get("name") or ""
    hides = found["anonymous"] or found["confidential"]
    if found["confidential"] and not unmasked:
        return HIDDEN, SECRET, "", ""

    def said(text: str) -> str:
        if unmasked and not hides:
            return text
        return without(privacy.masked(text), name) if hides else privacy.masked(text)

    shown = HIDDEN if hides else name if unmasked else initials(name)
    return shown, said(found["title"]), said(found["first_words"]), said(found["body"])


def without(text: str, name: str) -> str:
    """The text without the reporter's name, whole or word by word (three letters and more)."""
    for part in sorted({name.strip(), *name.split()}, key=len, reverse=True):
        if len(part) >= 3:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "•••", text, flags=re.IGNORECASE)
    return text


def initials(name: str) -> str:
    """Budi Santoso -> B••• S•••."""
    return " ".join(f"{word[0]}•••" for word in name.split())


def _places(profile: Profile, code: str | None) -> tuple[str, str, str, str]:
    """(province, city, district, village)."""
    full = code if code and code.startswith(profile.region_code) else profile.region_code
    parts = full.split(".")
    names = [region.alone(".".join(parts[:depth])) if depth <= len(parts) else "" for depth in (1, 3, 4)]
    return names[0], profile.name, names[1], names[2]
