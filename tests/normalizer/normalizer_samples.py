"""Inbounds and mails as the tests of the normaliser write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.contract import Inbound, Sender

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

HEAD = (
    "From: Siti Aminah <siti@contoh.id>\nTo: pengaduan@kota.contoh.id\nSubject: {subject}\nDate: Sun, 22 Nov 2026 09:30:00 +0700\n"
    "Message-ID: <satu@contoh.id>\nMIME-Version: 1.0\n"
)
PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"


def chat(text: str, **changes: Any) -> Inbound:
    values: dict[str, Any] = {
        "channel": "telegram",
        "account": "bot",
        "external_id": "7:1",
        "message_id": "1",
        "conversation": "telegram:bot:7",
        "sender": Sender(id="7", name="Budi"),
        "sent_at": NOW,
        "text": text,
    }
    return Inbound(**(values | changes))


def mail(raw: bytes | str, **changes: Any) -> Inbound:
    content = raw if isinstance(raw, bytes) else raw.encode()
    values: dict[str, Any] = {
        "channel": "email",
        "account": "kotak",
        "external_id": "satu@contoh.id",
        "conversation": "email:kotak:siti@contoh.id",
        "sender": Sender(id="siti@contoh.id", name="Siti Aminah", address="siti@contoh.id"),
        "sent_at": NOW,
        "raw": content,
    }
    return Inbound(**(values | changes))


def letter(body: str, subject: str = "Jalan rusak", extra: str = "") -> str:
    return HEAD.format(subject=subject) + extra + PLAIN + body
