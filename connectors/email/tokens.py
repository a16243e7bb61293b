"""Our own Message-IDs: `sp.{tag}.{hmac}@{domain}`. The same reply key always makes the same id, and only we can make one. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re

_OURS = re.compile(r"sp\.([0-9a-f]{20})\.([0-9a-f]{24})@[^@\s<>]+")


def message_id(secret: bytes, account: str, key: str, domain: str) -> str:
    """Bare, without brackets. A mail client folds a reply that was sent twice, because both carry this id."""
    tag = hashlib.sha256(f"{account}\0{key}".encode()).hexdigest()[:20]
    return f"sp.{tag}.{_sign(secret, tag)}@{domain}"


def is_ours(secret: bytes, bare: str) -> bool:
    found = _OURS.fullmatch(bare)
    return bool(secret and found and hmac.compare_digest(found[2], _sign(secret, found[1])))


def _sign(secret: bytes, tag: str) -> str:
    return hmac.new(secret, b"mail:" + tag.encode(), hashlib.sha256).hexdigest()[:24]
