"""Twilio's error numbers as our errors: the class decides what follows. https://www.twilio.com/docs/api/errors"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.errors import (
    ConnectorError,
    CredentialRefused,
    Misconfigured,
    RecipientGone,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
    WindowClosed,
)

WAIT_SECONDS = 30.0
"""When Twilio names no time."""

GONE: Mapping[str, str] = MappingProxyType(
    {
        "21610": "Warga meminta berhenti menerima pesan (STOP)",
        "21211": "Nomor tujuan tidak benar",
        "21214": "Nomor tujuan tidak dapat dihubungi",
        "21217": "Nomor tujuan tidak benar",
        "21612": "Nomor tujuan tidak dapat dikirimi pesan dari nomor kita",
        "21614": "Nomor tujuan bukan telepon seluler",
        "30003": "Telepon warga mati atau di luar jangkauan",
        "30004": "Warga atau operatornya memblokir pesan kita",
        "30005": "Nomor tujuan tidak dikenal",
        "30006": "Nomor tujuan telepon rumah",
        "63003": "Penerima tidak ada di saluran ini",
        "63024": "Penerima ini tidak dapat menerima pesan WhatsApp",
        "63033": "Warga memblokir nomor kita",
    }
)
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "21408": "Akun Twilio belum boleh mengirim ke negara ini (Console: Messaging > Settings > Geo permissions)",
        "21608": "Akun percobaan Twilio hanya boleh mengirim ke nomor yang terdaftar di Console",
        "30007": "Operator seluler menyaring pesan ini sebagai spam",
        "30008": "Operator seluler gagal menyampaikan, tanpa alasan",
        "30410": "Operator seluler tidak menjawab",
        "63013": "Isi pesan melanggar aturan WhatsApp",
        "63032": "WhatsApp membatasi pesan ke warga ini",
        "63049": "Meta memilih tidak menyampaikan pesan ini",
    }
)
WINDOW = frozenset({"63016", "63051"})
"""Outside the 24 hours of WhatsApp without an approved template."""
SLOW = frozenset({"20429", "14107", "21611", "63018", "63038", "30001", "30022"})
"""Too many messages, a full queue, a day's limit: nothing was sent."""
LONG = frozenset({"21617", "21605", "30019"})
SENDER = frozenset({"21212", "21603", "21606", "21607", "21659", "21660", "21703", "63007", "63112"})
"""Our own number, pool or sender is not usable."""
CREDENTIAL = frozenset({"20003", "20005", "20006", "20008", "30002", "63005"})


def meaning(code: str, status: int, account: str, wait: float | None = None) -> ConnectorError:
    """What a refused call means. wait: Retry-After, in seconds."""
    if code in SLOW or status == 429:
        seconds = WAIT_SECONDS if wait is None else wait
        return Throttled(f"Twilio meminta menunggu {seconds:.0f} detik{_told(code)}.", wait=seconds)
    if code in CREDENTIAL or status in (401, 403):
        return CredentialRefused(
            f"Twilio menolak akun{_told(code)}. Periksa accounts.{account}.account_sid dan auth_token di Console Twilio."
        )
    if code in SENDER:
        return Misconfigured(f"Twilio tidak mengenal pengirim{_told(code)}. Periksa accounts.{account}.numbers atau messaging_service_sid.")
    if status >= 500 or status < 400:
        return Unreachable(f"Twilio menjawab dengan galat (HTTP {status}).", certain=False)
    return _refusal(code)


def lost(code: str) -> ConnectorError:
    """What a failed delivery means: nobody sends it again by itself."""
    error = _refusal(code.strip())
    return error if isinstance(error, Refused) else Refused(f"Pesan tidak sampai{_told(code)}.")


def _refusal(code: str) -> ConnectorError:
    if code in WINDOW:
        return WindowClosed(f"Sudah lebih dari 24 jam sejak warga menulis; WhatsApp hanya menerima templat{_told(code)}.")
    if code in LONG:
        return TooLarge(f"Pesan terlalu panjang untuk Twilio{_told(code)}.")
    if code in GONE:
        return RecipientGone(f"{GONE[code]}{_told(code)}.")
    return Refused(f"{REFUSALS.get(code, 'Twilio menolak pesan ini')}{_told(code)}.")


def _told(code: str) -> str:
    return f" (Twilio {code})" if code.isdecimal() and len(code) < 7 else ""
