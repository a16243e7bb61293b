"""Standard Webhooks: HMAC-SHA256 over "id.timestamp.body". Pure; the one place that knows how both directions are signed.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.errors import Forged

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
SHORTEST = 24
"""Bytes of a secret, by the specification; 64 at most."""
LONGEST_ID = 256
MOST_SIGNATURES = 10
"""In one header, while the sender changes secrets."""


def key_of(secret: str) -> bytes:
    """The bytes of a whsec_… secret. Raises ValueError with what is wrong."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"harus diawali {PREFIX}")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"bagian setelah {PREFIX} harus base64") from None
    if not SHORTEST <= len(key) <= 64:
        raise ValueError(f"panjangnya harus {SHORTEST} sampai 64 bita sebelum base64")
    return key


def signature(key: bytes, message_id: str, seconds: int, body: bytes) -> str:
    signed = b".".join((message_id.encode(errors="surrogateescape"), str(seconds).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(key: bytes, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """What goes along with a body that we send."""
    seconds = int(now.timestamp())
    return {ID: message_id, TIMESTAMP: str(seconds), SIGNATURE: signature(key, message_id, seconds, body)}


def verify(keys: Sequence[bytes], given: Mapping[str, str], body: bytes, now: datetime, tolerance: float) -> None:
    """Raises Forged. given: header names in lower case. Every pair of key and signature is compared, in constant time each."""
    message_id, written, sent = (given.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (message_id and written and sent):
        raise Forged("Tanpa webhook-id, webhook-timestamp atau webhook-signature.")
    if len(message_id) > LONGEST_ID or not (written.isascii() and written.isdigit() and len(written) < 12):
        raise Forged("webhook-id atau webhook-timestamp tidak berbentuk.")
    seconds = int(written)
    expected = [signature(key, message_id, seconds, body).encode() for key in keys]
    offered = [one.encode(errors="surrogateescape") for one in sent.split()[:MOST_SIGNATURES]]
    same = [hmac.compare_digest(one, other) for one in expected for other in offered]
    if not any(same):
        raise Forged("Tanda tangan salah.", status=403)
    if abs(now.timestamp() - seconds) > tolerance:  # last, so that only the true sender learns that its clock is off
        raise Forged("webhook-timestamp terlalu jauh dari jam hub.", status=403)
