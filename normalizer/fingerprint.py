"""What two tellings of one matter have in common: kind, day, place, words, and who writes. Small, so that it can be kept and compared."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from normalizer.complaint import Location, Reporter
from normalizer.outcome import Normalized
from normalizer.wording import forms, words

RESENT = 92.0
"""rapidfuzz's ratio of two texts by one person, 0..100."""
STEMS = 60
"""The first words tell the matter; a letter of five pages is no likelier to be another one."""
_RESENT_LENGTH = 25
_VILLAGE = 13
"""Length of a village's code (32.77.02.1003): a district is too wide for a place."""
_ORDINARY = frozenset(
    "yang untuk sudah belum tidak jalan gang dengan juga pada dalam kepada kalau sampai bisa masih lagi sangat banyak mohon tolong "  # noqa: SIM905
    "lapor saya warga bapak ibu admin sekarang kemarin selamat pagi siang sore malam terima kasih dan dari ada ini itu karena depan "
    "segera sini sana kami agar mana sejak hari minggu".split()
)
_NO_NAME = frozenset(
    "jalan gang komplek kompleks perumahan perum blok kampung dusun kelurahan desa kecamatan kota kabupaten rukun tetangga warga raya "  # noqa: SIM905
    "nomor depan dekat samping belakang seberang sebelah sekitar arah daerah pasar simpang perempatan pertigaan jembatan sekolah masjid "
    "kantor taman terminal stasiun puskesmas bundaran alun-alun di ke dan dari sd smp sma sdn smpn sman rt rw kp jl no".split()
)
_DIGITS = re.compile(r"\d+")
_HOUSE = re.compile(r"\b(?:no|nomor|blok)\b\.?\s*([a-z]?\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    category: str | None
    day: date | None
    point: tuple[float, float] | None
    region: str | None
    address: frozenset[str]
    """The words of the address that name something: "gandawijaya", not "jalan"."""
    numbers: frozenset[str]
    """House numbers and blocks."""
    neighbourhood: tuple[str | None, str | None]
    """RT and RW."""
    stems: frozenset[str]
    persons: frozenset[str]
    """Phone and mail address of who writes, whatever the channel, as hashes."""

    @property
    def village(self) -> str | None:
        return self.region if self.region and len(self.region) >= _VILLAGE else None


def fingerprint(
    *, body: str, category: str | None, day: date | None, place: Location, reporter: Reporter, city: frozenset[str] = frozenset()
) -> Fingerprint:
    """city: words of the city's own name, that name no place within it."""
    spoken = place.text or place.address or ""
    told = {min(sorted(forms(word)), key=len) for word in words(body)[:STEMS] if len(word) > 3 and word not in _ORDINARY}
    named = (word for word in words(spoken) if len(word) > 2 and word not in _NO_NAME and word not in city and not word.isdigit())
    return Fingerprint(
        category=category,
        day=day,
        point=(place.lat, place.lon) if place.lat is not None and place.lon is not None else None,
        region=place.region_code,
        address=frozenset(named),
        numbers=frozenset(number.lower() for number in _HOUSE.findall(spoken)),
        neighbourhood=(place.rt, place.rw),
        stems=frozenset(told),
        persons=frozenset(_person(each) for each in (reporter.phone, reporter.email) if each),
    )


def of(read: Normalized, city: frozenset[str] = frozenset()) -> Fingerprint:
    """Of a message as the normaliser read it."""
    day = read.incident_date or (read.submitted_at.date() if read.submitted_at else None)
    return fingerprint(body=read.body, category=read.category, day=day, place=read.location, reporter=read.reporter, city=city)


def of_complaint(row: Mapping[str, Any], city: frozenset[str] = frozenset()) -> Fingerprint:
    """Of a complaint's columns."""
    submitted: datetime = row["submitted_at"]
    place, reporter = Location.model_validate(row["location"] or {}), Reporter.model_validate(row["reporter"] or {})
    day = row["incident_date"] or submitted.date()
    return fingerprint(body=row["body"], category=row["category"], day=day, place=place, reporter=reporter, city=city)


def to_json(told: Fingerprint) -> dict[str, Any]:
    return {
        "category": told.category,
        "day": told.day.isoformat() if told.day else None,
        "point": told.point,
        "region": told.region,
        "address": sorted(told.address),
        "numbers": sorted(told.numbers),
        "neighbourhood": told.neighbourhood,
        "stems": sorted(told.stems),
        "persons": sorted(told.persons),
    }


def from_json(kept: Mapping[str, Any]) -> Fingerprint:
    rt, rw = kept["neighbourhood"]
    return Fingerprint(
        category=kept["category"],
        day=date.fromisoformat(kept["day"]) if kept["day"] else None,
        point=(kept["point"][0], kept["point"][1]) if kept["point"] else None,
        region=kept["region"],
        address=frozenset(kept["address"]),
        numbers=frozenset(kept["numbers"]),
        neighbourhood=(rt, rw),
        stems=frozenset(kept["stems"]),
        persons=frozenset(kept["persons"]),
    )


def resent(first: str, again: str) -> bool:
    """The same text once more with small changes. Other digits (a house number, an RT) make it another matter."""
    if min(len(first), len(again)) < _RESENT_LENGTH or abs(len(first) - len(again)) > 0.2 * len(first):
        return False
    if _DIGITS.findall(first) != _DIGITS.findall(again):
        return False
    from rapidfuzz import fuzz

    return bool(fuzz.ratio(first.lower()[:5_000], again.lower()[:5_000]) >= RESENT)


def _person(address: str) -> str:
    """No phone number lies about in a table of its own; whoever has the number can still ask for it."""
    return hashlib.blake2b(address.strip().lower().encode(), digest_size=12).hexdigest()
