"""What a refusal of X means to us. Pure: status, headers and body in, one of our errors out.

Sentences are our own: X repeats parts of the question in its own. https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.errors import (
    BudgetSpent,
    ConnectorError,
    CredentialRefused,
    Misconfigured,
    RecipientGone,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
)
from connectors.x.guards import listed, loads, mapping, words

WAIT = timedelta(minutes=15)
"""The length of X's usual windows: https://docs.x.com/x-api/fundamentals/rate-limits"""
SEND = "POST /tweets"


class SaidAlready(Refused):
    """X took the very same text a moment ago: an answer whose outcome we had not learnt did go out."""

    code = "said_already"


def resumes(headers: Mapping[str, str], now: datetime) -> datetime:
    """When X answers again: the day's limit where that is used up, else the window's."""
    for limit in ("x-user-limit-24hour", "x-app-limit-24hour"):
        if headers.get(f"{limit}-remaining") == "0" and (day := _moment(headers.get(f"{limit}-reset"))) is not None:
            return max(day, now + timedelta(seconds=1))
    window = _moment(headers.get("x-rate-limit-reset"))
    return max(window, now + timedelta(seconds=1)) if window is not None else now + WAIT


def meaning(status: int, headers: Mapping[str, str], content: bytes, *, account: str, endpoint: str, now: datetime) -> ConnectorError:
    said = _said(content)
    if status == 429:
        return _throttled(headers, said, now, account)
    if status == 402:
        return BudgetSpent(f"Kredit X untuk accounts.{account} habis. Isi ulang di console.x.com.", wait=WAIT.total_seconds())
    if status == 401:
        return CredentialRefused(f"X menolak token. Periksa bearer_token dan keempat kunci pada accounts.{account}.")
    if status >= 500:
        return Unreachable("X sedang bermasalah.", certain=False)
    return _on_sending(status, said, account) if endpoint == SEND else _on_reading(status, account)


def _throttled(headers: Mapping[str, str], said: str, now: datetime, account: str) -> Throttled:
    if "usage cap" in said or "usagecap" in said or "spend cap" in said:
        return BudgetSpent(
            f"Kuota baca X bulan ini habis menurut X. Turunkan accounts.{account}.monthly_reads agar cukup, atau tambah paketnya.",
            wait=WAIT.total_seconds(),
        )
    wait = (resumes(headers, now) - now).total_seconds()
    return Throttled(f"X meminta menunggu {wait:.0f} detik.", wait=wait)


def _on_sending(status: int, said: str, account: str) -> ConnectorError:
    """A 403 has many reasons; the text is all that tells them apart."""
    if status == 403 and "duplicate content" in said:
        return SaidAlready("X sudah memuat kiriman yang sama.")
    if status == 403 and ("oauth1 app permissions" in said or "client-forbidden" in said or "client-not-enrolled" in said):
        return Misconfigured(f"Aplikasi X pada accounts.{account} belum boleh menulis: beri Read and write, buat ulang access_token.")
    if "too long" in said or "280" in said:
        return TooLarge("Balasan melebihi 280 huruf.")
    if status in (403, 404) or "deleted or not visible" in said:
        return RecipientGone("Kiriman ini sudah dihapus, atau penulisnya tidak menerima balasan kita.")
    return Refused("X menolak balasan ini.")


def _on_reading(status: int, account: str) -> ConnectorError:
    if status == 403:
        return Misconfigured(f"Paket X pada accounts.{account} tidak mencakup pembacaan ini; periksa proyek di console.x.com.")
    if status == 404:
        return Misconfigured(f"Akun X pada accounts.{account}.username tidak ditemukan.")
    return Refused("X menolak pertanyaan ini.")


def _said(content: bytes) -> str:
    """X's own words in lower case, to look for marks in; never shown."""
    try:
        body = mapping(loads(content[:20_000]))
    except ValueError:
        return ""
    parts = [body, *listed(body.get("errors"))]
    return " ".join(words(part.get(key)) for part in parts for key in ("type", "title", "detail", "message", "reason")).lower()


def _moment(seconds: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
