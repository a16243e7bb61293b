"""What was typed into a form of the settings, as a change: its key and its value, not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from desk.operator.labels import N_

AREAS: Final[Mapping[str, tuple[str, str]]] = {
    "teks": ("text", N_("Teks untuk warga")),
    "rute": ("routing", N_("Rute kategori")),
    "instansi": ("agency", N_("Instansi")),
    "libur": ("holiday", N_("Hari libur")),
    "jam": ("hours", N_("Jam kerja")),
    "laporan": ("reports", N_("Rekap lewat surel")),
}
"""By the word in the address: the area, and what it is called."""
NEW = "baru"
"""Stands in the address where the form itself names the key."""
SENTENCES: Final[Mapping[str, str]] = {
    "model": N_("Isian ini tidak dapat dipakai: {fields}. Periksa, lalu simpan lagi."),
    "in_use": N_("Instansi ini masih menerima laporan kategori {used}. Alihkan dulu rutenya, baru matikan."),
    "default_agency": N_("Instansi ini menerima laporan yang belum berkategori, jadi tidak dapat dimatikan."),
    "no_agency": N_("Instansi ini tidak ada dalam daftar."),
    "inactive": N_("Instansi ini sedang tidak aktif. Pilih yang lain, atau aktifkan dulu."),
    "time": N_("Tulis jam seperti 08:00, dan pilih hari kerjanya."),
    "incomplete": N_("Isian ini tidak lengkap."),
    "agency_key": N_("Kunci: pakai huruf kecil, angka dan garis bawah, misalnya dinas_pu."),
    "taken": N_("Kunci ini sudah dipakai instansi lain."),
    "email": N_("Surel: tulis satu alamat, misalnya pengaduan@dishub.example.go.id."),
    "category": N_("Kategori ini tidak ada lagi dalam profil kota."),
    "emails": N_("Penerima: tulis satu alamat tiap baris, misalnya sekretariat@example.go.id."),
    "door": N_("Pintu ini tidak ada dalam hub.toml."),
    "days": N_("Pilih sekurangnya satu hari kerja."),
    "hours": N_("Jam tutup harus sesudah jam buka."),
    "date": N_("Tanggal: pilih dari kalender, atau tulis seperti 2026-12-31."),
    "text": N_("Teks ini tidak dikenal."),
    "empty": N_("Isian ini masih kosong."),
    "long": N_("Terlalu panjang: paling banyak {letters} huruf."),
    "tag": N_("Tulis sebagai teks biasa, tanpa tanda HTML seperti <b>."),
    "control": N_("Ada tanda yang tidak terlihat di dalamnya. Ketik ulang, jangan salin dari dokumen."),
    "brace": N_("Ada kurung kurawal yang tidak berpasangan. Kurung kurawal hanya untuk isian: {usable}."),
    "field": N_("{{{field}}} tidak ada artinya di sini. Yang dapat dipakai: {usable}."),
    "lost": N_("{{{field}}} wajib tetap ada: tanpa itu warga tidak menerima isinya."),
    "superseded": N_(
        "Orang lain baru saja mengubah ini. Yang tampil sekarang adalah yang terbaru; periksa, lalu simpan lagi bila masih perlu."
    ),
}
"""Why a change is refused, for the one who typed it."""


def key_of(area: str, key: str, typed: Mapping[str, str]) -> str:
    """The key of the change: from the address, with what only the form says."""
    if area == "text":
        return f"{typed.get('language', '')}.{key}"
    if key == NEW:
        return typed.get({"agency": "key", "holiday": "day"}.get(area, ""), "").strip()
    return key


def value_of(area: str, typed: Mapping[str, str], days: list[str]) -> Any:
    """The value, in the shape that `config.overlay` expects. `days`: the boxes that were ticked."""
    if area == "text":
        return typed.get("text", "").replace("\r\n", "\n").strip()
    if area == "routing":
        return {"agency": typed.get("agency", ""), "door": typed.get("door") or None}
    if area == "agency":
        return {**{name: typed.get(name, "").strip() for name in ("name", "short", "email")}, "active": "active" in typed}
    if area == "reports":
        return {"recipients": typed.get("recipients", "").replace(",", " ").split(), "agencies": "agencies" in typed}
    if area == "holiday":
        return {"name": typed.get("name", "").strip(), "working": typed.get("working") == "yes"}
    return {"days": [int(day) for day in days if day.isdecimal()], "opens": typed.get("opens", ""), "closes": typed.get("closes", "")}
