"""The words people read for the codes that tables keep: one place, in Indonesian; the catalogues hold the other languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def N_(text: str) -> str:
    """Marks a text for the catalogues; whoever shows it translates it."""
    return text


STATES: Final[Mapping[str, str]] = {
    "received": N_("Diterima"),
    "verified": N_("Terverifikasi"),
    "waiting": N_("Menunggu kelengkapan"),
    "assigned": N_("Didisposisikan"),
    "in_progress": N_("Ditindaklanjuti"),
    "answered": N_("Ditanggapi"),
    "closed": N_("Selesai"),
    "out_of_scope": N_("Bukan wewenang"),
    "archived": N_("Diarsipkan"),
    "withdrawn": N_("Dicabut pelapor"),
}
ACTS: Final[Mapping[str, str]] = {
    "verified": N_("Verifikasi"),
    "assigned": N_("Disposisi"),
    "in_progress": N_("Tindak lanjut"),
    "waiting": N_("Minta kelengkapan"),
    "answered": N_("Tanggapi"),
    "closed": N_("Tutup"),
    "out_of_scope": N_("Bukan wewenang"),
    "archived": N_("Arsipkan"),
}
"""What a person does to bring a complaint into a state."""
TONES: Final[Mapping[str, str]] = {
    "received": "warn",
    "verified": "info",
    "waiting": "warn",
    "assigned": "info",
    "in_progress": "info",
    "answered": "accent",
    "closed": "",
    "out_of_scope": "",
    "archived": "",
    "withdrawn": "",
}
"""The badge class of base.html's look for each state."""
CHANNELS: Final[Mapping[str, str]] = {
    "telegram": N_("Telegram"),
    "email": N_("Surel"),
    "webchat": N_("Obrolan web"),
    "manual": N_("Meja depan"),
    "sms": N_("SMS"),
    "whatsapp": N_("WhatsApp"),
    "x": N_("X"),
    "open311": N_("Open311"),
    "webhook": N_("Aplikasi lain"),
}
VIEWS: Final[Mapping[str, str]] = {
    "open": N_("Belum selesai"),
    "new": N_("Baru"),
    "mine": N_("Milik saya"),
    "waiting": N_("Menunggu warga"),
    "soon": N_("Segera jatuh tempo"),
    "overdue": N_("Lewat batas"),
    "undelivered": N_("Belum terkirim"),
}
"""The inbox's saved views."""
FACETS: Final[Mapping[str, str]] = {
    "state": N_("Status"),
    "channel": N_("Kanal"),
    "agency": N_("Instansi"),
    "category": N_("Kategori"),
    "place": N_("Kecamatan"),
    "urgency": N_("Urgensi"),
}
URGENCIES: Final[Mapping[str, str]] = {"normal": N_("Biasa"), "high": N_("Mendesak"), "emergency": N_("Darurat")}
CLASSIFICATIONS: Final[Mapping[str, str]] = {
    "pengaduan_tidak_berkadar_pengawasan": N_("Pengaduan tidak berkadar pengawasan"),
    "pengaduan_berkadar_pengawasan": N_("Pengaduan berkadar pengawasan"),
    "aspirasi": N_("Aspirasi"),
    "permintaan_informasi": N_("Permintaan informasi"),
}
ROLES: Final[Mapping[str, str]] = {
    "agency": N_("Akun instansi"),
    "viewer": N_("Pemantau"),
    "operator": N_("Petugas"),
    "supervisor": N_("Penyelia"),
    "admin": N_("Admin"),
}
DEEDS: Final[Mapping[str, str]] = {
    "reveal": N_("Membuka data pribadi"),
    "raw": N_("Melihat pesan mentah"),
    "download": N_("Mengunduh lampiran"),
    "view": N_("Melihat lampiran"),
    "report": N_("Mengunduh rekap bernama"),
    "report_mailed": N_("Mengirim rekap lewat surel"),
    "edit": N_("Menyunting laporan"),
    "urgency": N_("Mengubah urgensi"),
    "bulk": N_("Tindakan massal"),
    "bulk_undone": N_("Mengurungkan tindakan massal"),
    "redrive_inbox": N_("Mengulang pesan"),
    "redrive_outbox": N_("Mengirim ulang"),
    "settle": N_("Memastikan kiriman"),
    "triage_accept": N_("Menerima kiriman publik"),
    "triage_reject": N_("Menolak kiriman publik"),
    "password": N_("Mengganti kata sandi"),
    "second_factor_on": N_("Menyalakan langkah kedua"),
    "second_factor_off": N_("Mematikan langkah kedua"),
    "user_add": N_("Menambah petugas"),
    "user_role": N_("Mengubah peran"),
    "user_reset": N_("Membuat tautan baru"),
    "user_disable": N_("Menonaktifkan petugas"),
    "user_sign_out": N_("Mengeluarkan perangkat"),
    "key_add": N_("Membuat kunci API"),
    "key_disable": N_("Mematikan kunci API"),
    "webhook_add": N_("Mendaftarkan webhook"),
    "webhook_secret": N_("Mengganti rahasia webhook"),
    "webhook_pause": N_("Menjeda webhook"),
    "webhook_resume": N_("Melanjutkan webhook"),
    "webhook_delete": N_("Menghapus webhook"),
    "webhook_test": N_("Menguji webhook"),
    "webhook_again": N_("Mengirim ulang kabar webhook"),
    "setting": N_("Mengubah pengaturan"),
    "keying": N_("Menyalin ke SP4N-LAPOR!"),
    "keyed": N_("Mengisi Tracking ID"),
    "import": N_("Mengimpor ekspor LAPOR!"),
    "import_undone": N_("Membatalkan impor"),
    "export": N_("Mengekspor laporan"),
}
"""What the trail tells of."""
EVENTS: Final[Mapping[str, str]] = {
    "registered": N_("Laporan dicatat"),
    "forwarded": N_("Diteruskan"),
    "state": N_("Status berubah"),
    "supplement": N_("Tambahan dari pelapor"),
    "answer": N_("Tanggapan"),
    "note": N_("Catatan petugas"),
    "owner": N_("Petugas yang menangani"),
    "split": N_("Tambahan dipisah"),
    "merged": N_("Digabung"),
    "moved": N_("Tambahan dipindah"),
    "grouped": N_("Dikelompokkan dengan laporan tentang hal yang sama"),
    "ungrouped": N_("Dinyatakan bukan hal yang sama"),
    "edited": N_("Disunting"),
    "evidence": N_("Lampiran"),
    "told": N_("Pelapor diberi tahu"),
    "duplicate": N_("Dikirim ulang oleh pelapor"),
    "block": N_("Pengirim diblokir"),
    "unblock": N_("Blokir dicabut"),
    "anonymous": N_("Pelapor meminta namanya disembunyikan"),
    "confidential": N_("Pelapor meminta laporan dirahasiakan"),
    "postponed": N_("Penundaan"),
    "urgency": N_("Urgensi diubah"),
    "withdrawal": N_("Pelapor ingin mencabut laporan"),
    "named": N_("Pelapor meminta namanya ditampilkan lagi"),
    "opened": N_("Pelapor tidak lagi meminta laporan dirahasiakan"),
    "news": N_("Kabar dari pintu tujuan"),
    "passed_on": N_("Disampaikan ke pintu tujuan"),
    "by_hand": N_("Perlu disampaikan petugas sendiri"),
    "rerouted": N_("Dialihkan ke pintu lain"),
    "rated": N_("Pelapor memberi nilai"),
    "undelivered": N_("Tidak sampai"),
    "keyed": N_("SP4N-LAPOR!"),
    "undone": N_("Diurungkan"),
}
BULK: Final[Mapping[str, str]] = {
    "owner": N_("Serahkan kepada"),
    "verify": N_("Verifikasi"),
    "dispose": N_("Disposisi"),
    "archive": N_("Arsipkan"),
    "postpone": N_("Tunda"),
    "urgency": N_("Urgensi"),
}
"""Acts over many complaints (dispatcher.bulk)."""
SENSITIVE: Final[Mapping[str, str]] = {"health": N_("Data kesehatan"), "child": N_("Data anak")}
ACTORS: Final[Mapping[str, str]] = {"citizen": N_("Pelapor"), "system": N_("Sistem"), "door": N_("Pintu tujuan")}
OWED: Final[Mapping[str, str]] = {
    "owed": N_("Menunggu giliran"),
    "done": N_("Terkirim"),
    "uncertain": N_("Belum pasti terkirim"),
    "dead": N_("Gagal"),
    "by_hand": N_("Sampaikan sendiri"),
    "given_up": N_("Tidak diterima"),
}
OWED_TONES: Final[Mapping[str, str]] = {
    "owed": "info",
    "done": "accent",
    "uncertain": "warn",
    "dead": "bad",
    "by_hand": "warn",
    "given_up": "bad",
}
ARRIVED: Final[Mapping[str, str]] = {
    "queued": N_("Menunggu di operator"),
    "sent": N_("Dikirim operator"),
    "delivered": N_("Sampai di telepon"),
    "read": N_("Sudah dibaca"),
}
WORK: Final[Mapping[str, str]] = {
    "forward": N_("Penerusan"),
    "reply": N_("Balasan kepada pelapor"),
    "fetch": N_("Unduhan lampiran"),
    "add": N_("Kabar dari pelapor untuk pintu tujuan"),
    "tell": N_("Kabar untuk sistem lain (webhook)"),
}
POCKETS: Final[Mapping[str, str]] = {
    "quarantined": N_("Karantina"),
    "triage": N_("Perlu dipilah"),
    "set_aside": N_("Disisihkan"),
    "dead": N_("Gagal kirim"),
    "uncertain": N_("Belum pasti"),
    "by_hand": N_("Sampaikan sendiri"),
}
REASONS: Final[Mapping[str, str]] = {
    "json": N_("Bukan JSON yang utuh"),
    "shape": N_("Susunannya tidak dikenal"),
    "charset": N_("Aksaranya tidak terbaca"),
    "mime": N_("Susunan suratnya rusak"),
    "timeout": N_("Terlalu lama dibaca, dihentikan"),
    "crash": N_("Pembacanya berhenti mendadak"),
    "poison": N_("Berulang kali menghentikan hub"),
    "greeting": N_("Salam saja"),
    "thanks": N_("Ucapan terima kasih"),
    "auto_reply": N_("Jawaban otomatis"),
    "bounce": N_("Surat kembali"),
    "spam": N_("Kiriman sampah"),
    "list": N_("Kiriman milis"),
    "empty": N_("Kosong"),
    "blocked": N_("Pengirimnya diblokir"),
    "not_addressed": N_("Tidak berbicara kepada kita"),
    "unclear": N_("Belum jelas apakah laporan"),
    "search": N_("Ditemukan oleh pencarian"),
    "government": N_("Akun pemerintah lain"),
    "help_desk": N_("Jawaban layanan lain"),
    "own_post": N_("Kiriman kita sendiri"),
    "retweet": N_("Kiriman ulang"),
    "admission_off": N_("Kiriman publik tidak diterima"),
    "rejected": N_("Diputuskan bukan laporan"),
}
MISSING: Final[Mapping[str, str]] = {
    "too_large": N_("Terlalu besar untuk diambil"),
    "recipient_gone": N_("Sudah tidak ada di kanal asalnya"),
    "refused": N_("Kanal asalnya menolak"),
    "malformed": N_("Rusak dan tidak dapat diambil"),
}
"""Why a file of a citizen is not here."""
ARCHIVE_REASONS: Final[tuple[str, ...]] = (
    N_("Tidak memiliki bukti dukung"),
    N_("Tidak jelas"),
    N_("Tidak relevan dengan kinerja pemerintah"),
    N_("Mengandung SARA"),
    N_("Sudah pernah dilaporkan"),
    N_("Melewati batas waktu kelengkapan"),
    N_("Atas permintaan pelapor"),
)
"""Those in use with SP4N-LAPOR!, and two of every day. A person always chooses; the software never archives."""
WAYS: Final[Mapping[str, str]] = {
    "visit": N_("Datang langsung"),
    "call": N_("Telepon"),
    "letter": N_("Surat"),
    "leaflet": N_("Selebaran dari instansi"),
}
UNKNOWN: Final = N_("Tidak diketahui")
