from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from normalizer_samples import chat

from config.profile import Profile
from normalizer import incident
from normalizer.normalize import normalize

SENT = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Sunday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Kemarin jalan di depan rumah amblas", "2026-11-21"),
        ("kmrn ada pungli di pasar", "2026-11-21"),
        ("kemarin lusa saya ke puskesmas", "2026-11-20"),
        ("tadi malam pohon tumbang", "2026-11-21"),
        ("semalam warga ribut", "2026-11-21"),
        ("tadi pagi sampah dibuang ke sungai", "2026-11-22"),
        ("hari ini lampu merah mati", "2026-11-22"),
        ("senin lalu petugas tidak datang", "2026-11-16"),
        ("Hari Jumat kemarin air keruh", "2026-11-20"),
        ("jumat malam kemarin ada balap liar", "2026-11-20"),
        ("hari minggu lalu jalan ditutup", "2026-11-15"),
        ("minggu lalu petugas tidak mengangkut sampah", "2026-11-15"),
        ("3 hari yang lalu pipa bocor", "2026-11-19"),
        ("tiga hari lalu pipa bocor", "2026-11-19"),
        ("dua minggu lalu saya urus KTP", "2026-11-08"),
        ("sebulan yang lalu jalan digali", "2026-10-22"),
        ("2 bulan lalu lampu dipasang", "2026-09-22"),
        ("kejadian tgl 12/11 di terminal", "2026-11-12"),
        ("tgl 12/12 saya bayar", "2025-12-12"),
        ("tanggal 12 November petugas datang", "2026-11-12"),
        ("tanggal 25 saya datang", "2026-10-25"),
        ("pada 3-11-2026 saya melapor", "2026-11-03"),
        ("pada 3 Nov 2026 jam 10", "2026-11-03"),
        ("2026-11-01 kejadian pertama", "2026-11-01"),
        ("sudah 3 hari air tidak mengalir", "2026-11-19"),
        ("sudah seminggu sampah menumpuk", "2026-11-15"),
        ("the street light broke last night", "2026-11-21"),
        ("it happened 2 days ago", "2026-11-20"),
    ],
)
def test_day_of_the_matter(text: str, day: str) -> None:
    """The day is told from when the citizen wrote, as people say it."""
    told = incident.find(text, SENT)
    assert told is not None
    assert (told.day, bool(told.rule)) == (date.fromisoformat(day), True)


@pytest.mark.parametrize(
    "text",
    [
        "Jalan rusak di RT 12/11 Kelurahan Cibabat",
        "besok ada acara di alun-alun",
        "minggu depan mohon diperbaiki",
        "setiap hari senin macet",
        "dari kemarin-kemarin tidak diangkut",
        "lahir 12 Mei 1989",
        "12 Maret 1989",
        "tgl 31/02 kejadian",
        "tgl 99/99",
        "beberapa hari lalu",
        "anggaran 2026/2027",
        "",
    ],
)
def test_no_day(text: str) -> None:
    """House numbers, days to come, habits and impossible dates are no day of the matter."""
    assert incident.find(text, SENT) is None


def test_late_in_the_evening() -> None:
    """At half past eleven at night "tadi malam" is tonight."""
    told = incident.find("tadi malam ada ledakan", SENT.replace(hour=23, minute=30))
    assert told is not None
    assert told.day == date(2026, 11, 22)


def test_in_the_citys_zone(profile: Profile) -> None:
    """What was sent at 20:00 UTC was written the next morning in the city; "kemarin" counts from there."""
    told = normalize(chat("kemarin jalan rusak di Jl. Gandawijaya", sent_at=datetime(2026, 11, 21, 20, 0, tzinfo=ZoneInfo("UTC"))), profile)
    assert told.incident_date == date(2026, 11, 21)
