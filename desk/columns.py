"""The columns of a list of letters and calls: what offices call them, and how one cell is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, tzinfo
from types import MappingProxyType
from typing import Any

from connectors.manual.wire import Way
from normalizer import when

NAMES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "agenda": ("nomor agenda", "no agenda", "agenda", "no", "nomor", "id", "nomor surat", "no surat"),
        "received_at": ("tanggal", "tanggal diterima", "tgl", "tgl diterima", "tanggal terima", "received", "date"),
        "way": ("datang melalui", "melalui", "cara", "kanal", "media", "sumber", "way"),
        "name": ("nama", "nama pelapor", "pelapor", "pengirim", "name"),
        "phone": ("telepon", "telp", "no telp", "no telepon", "nomor telepon", "hp", "no hp", "nomor hp", "wa", "phone"),
        "email": ("surel", "email", "e-mail"),
        "address": ("alamat", "alamat pelapor", "address"),
        "subject": ("perihal", "subjek", "judul", "hal", "subject"),
        "text": ("isi", "isi laporan", "isi aduan", "isi pengaduan", "laporan", "aduan", "pengaduan", "uraian", "keluhan", "text"),
        "place": ("lokasi", "lokasi kejadian", "tempat", "tempat kejadian", "place"),
        "lat": ("lat", "lintang", "latitude"),
        "lon": ("lon", "bujur", "longitude", "lng"),
        "anonymous": ("anonim", "anonymous"),
        "confidential": ("rahasia", "confidential"),
        "files": ("berkas", "lampiran", "pindaian", "scan", "hasil pindai", "files"),
    }
)
"""Our field -> headings, in small letters and without points."""
EXAMPLE: Sequence[Sequence[str]] = (
    ("No Agenda", "Tanggal", "Melalui", "Nama", "Telepon", "Surel", "Alamat", "Isi", "Lokasi", "Anonim", "Rahasia", "Berkas"),
    (
        "012",
        "2026-03-02",
        "surat",
        "Siti Aminah",
        "0812…",
        "",
        "Jl. Mawar 3",
        "Lampu jalan mati …",
        "Jl. Melati RT 02",
        "",
        "",
        "surat-012.pdf",
    ),
)
_FIELDS = {heading: field for field, headings in NAMES.items() for heading in headings}
_WAYS = {
    Way.LETTER: ("surat", "letter", "pos"),
    Way.CALL: ("telepon", "telpon", "telp", "call", "panggilan", "call center"),
    Way.LEAFLET: ("selebaran", "selebaran dari instansi", "formulir", "brosur", "leaflet"),
    Way.VISIT: ("datang", "datang langsung", "langsung", "tamu", "kunjungan", "tatap muka", "loket", "visit"),
}
_YES, _NO = frozenset({"ya", "y", "yes", "1", "true", "benar", "x", "v", "✓"}), frozenset({"", "tidak", "t", "n", "no", "0", "false", "-"})


def field_of(heading: str) -> str | None:
    """Our field behind a heading, however it is spelt."""
    return _FIELDS.get(re.sub(r"[\s._:*/-]+", " ", heading.lower()).strip()) or _FIELDS.get(heading.lower().strip())


def day(written: str, zone: tzinfo, now: datetime) -> datetime | None:
    """Noon where no hour is said; None: today. Raises ValueError."""
    if not written:
        return None
    found = when.read(written, zone)
    if found is None:
        raise ValueError(f"tanggal “{written[:30]}” tidak dikenal; tulis misalnya 2026-03-02 atau 2/3/2026")
    local = found.astimezone(zone)
    if local.date() > now.astimezone(zone).date():
        raise ValueError("tanggalnya masih di depan")
    if local.date() == now.astimezone(zone).date():
        return None
    return datetime.combine(local.date(), time(12), zone) if (local.hour, local.minute) == (0, 0) else local


def way(written: str) -> Way:
    word = written.lower().strip(" .")
    if not word:
        return Way.LETTER
    for found, words in _WAYS.items():
        if word in words:
            return found
    raise ValueError(f"“{written[:30]}” tidak dikenal; tulis surat, telepon, selebaran atau datang")


def phone(written: str) -> str:
    """Excel takes the first zero off a phone number; it comes back."""
    bare = re.sub(r"[\s.()-]", "", written)
    return f"0{bare}" if re.fullmatch(r"8\d{8,11}", bare) else written


def yes(written: str) -> bool:
    word = written.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"“{written[:20]}” tidak dikenal; tulis ya atau tidak")


def degrees(written: str) -> float:
    try:
        return float(written.replace(",", "."))
    except ValueError:
        raise ValueError(f"“{written[:20]}” bukan derajat; tulis misalnya -6.8722") from None


READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"way": way, "phone": phone, "anonymous": yes, "confidential": yes, "lat": degrees, "lon": degrees}
)
"""How a cell becomes a value; all others are words. Each raises ValueError with a sentence."""
