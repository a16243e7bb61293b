"""The 21 columns of an SP4N-LAPOR! admin export, and how their words and ours mean each other. Pure.

Source: the headings and values of real exports (docs/doors.md, "worklist").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from normalizer.complaint import Classification, State

HEADINGS = (
    "Tracking ID", "Tanggal Laporan Masuk", "Waktu Laporan Masuk", "Nama Pelapor", "Klasifikasi Laporan", "ID Kategori", "Kategori",
    "Judul Laporan", "Isi Laporan Awal", "Isi Laporan Akhir", "Tipe Laporan", "Sumber Laporan", "Instansi Induk",
    "ID Instansi Terdisposisi", "Instansi Terdisposisi", "Status Laporan", "Alasan Tunda/Arsip", "Provinsi", "Kota/Kabupaten",
    "Kecamatan", "Kelurahan",
)  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
CLASSIFICATIONS: Mapping[str, str] = MappingProxyType(
    {
        Classification.SUPERVISORY: "Pengaduan Berkadar Pengawasan",
        Classification.COMPLAINT: "Pengaduan Tidak Berkadar Pengawasan",
        Classification.ASPIRATION: "Aspirasi",
        Classification.INFORMATION: "Permintaan Informasi",
    }
)
SOURCES: Mapping[str, str] = MappingProxyType(
    {"whatsapp": "Whatsapp", "sms": "SMS", "telegram": "Telegram", "email": "Email", "x": "X", "manual": "Tatap Muka"}
)
"""By channel; whatever is not here came by the city's own pages: "Website"."""
DISPOSED = frozenset({State.ASSIGNED, State.IN_PROGRESS, State.ANSWERED, State.CLOSED})
_STATUSES: Mapping[State, str] = MappingProxyType(
    {
        State.RECEIVED: "Belum diverifikasi",
        State.VERIFIED: "Belum diverifikasi",
        State.WAITING: "Menunggu Kelengkapan Informasi",
        State.IN_PROGRESS: "Ditindaklanjuti oleh Instansi",
        State.ANSWERED: "Ditindaklanjuti oleh Instansi",
        State.OUT_OF_SCOPE: "Diarsipkan oleh Admin",
        State.ARCHIVED: "Diarsipkan oleh Admin",
        State.WITHDRAWN: "Diarsipkan oleh Pelapor",
    }
)
_CLOSERS: Mapping[str | None, str] = MappingProxyType({"citizen": "Pelapor", "system": "Sistem"})
_MEANS = (
    ("belum diverifikasi", None),
    ("terdisposisi", State.ASSIGNED),
    ("ditindaklanjuti", State.IN_PROGRESS),
    ("ditanggapi oleh pelapor", State.IN_PROGRESS),
    ("menunggu kelengkapan", State.WAITING),
    ("ditutup", State.CLOSED),
    ("diarsipkan", State.ARCHIVED),
)
"""How a status begins -> our state; None: nothing happened yet."""
_TO = re.compile(r"\bke\s+(.+)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a status says. `known` False: LAPOR! has a status that this table does not know."""

    known: bool
    state: State | None = None
    agency: str | None = None
    """The agency's name as the status writes it."""
    closed_by: str = "door"


def status(state: State, *, agency: str, closed_by: str | None) -> str:
    """Our state in LAPOR!'s words."""
    if state is State.ASSIGNED:
        return f"Terdisposisi ke {agency}"
    if state is State.CLOSED:
        return f"Ditutup oleh {_CLOSERS.get(closed_by, 'Admin')}"
    return _STATUSES[state]


def meaning(written: str) -> Meaning:
    """LAPOR!'s status in our words, in whatever capitals and spaces."""
    low = " ".join(written.lower().split())
    for begins, state in _MEANS:
        if low.startswith(begins):
            named = _TO.search(" ".join(written.split())) if state is State.ASSIGNED else None
            return Meaning(known=True, state=state, agency=named.group(1).strip() if named else None)
    return Meaning(known=low == "")


def kind(*, anonymous: bool, confidential: bool) -> str:
    """Tipe Laporan: the two flags are independent."""
    return "|".join(name for name, flag in (("Anonim", anonymous), ("Rahasia", confidential)) if flag)


def day(at: datetime) -> str:
    """23 Sep 2024; `at` in the city's zone."""
    return f"{at.day:02} {MONTHS[at.month - 1]} {at.year}"
