"""The second factor: time-based codes of an authenticator app (RFC 6238), one-time recovery codes, and the ticket between the two steps.

The app's secret is sealed with a key made from the hub's secret, so that a stolen database opens no account.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import orjson
import pyotp
from cryptography.fernet import InvalidToken

from store.credentials import box

STEP = 30
"""Seconds that a code lives; RFC 6238 section 5.2."""
TICKET_SECONDS = 300
CODES = 8
_FACTOR, _TICKET = b"satu-pintu second factor", b"satu-pintu sign-in ticket"


def new_secret() -> str:
    return pyotp.random_base32()


def sealed(hub_secret: bytes, secret: str) -> bytes:
    return box(hub_secret, _FACTOR).encrypt(secret.encode())


def opened(hub_secret: bytes, seal: bytes) -> str | None:
    """None: sealed under another secret of the hub; an admin's reset lets the operator begin anew."""
    try:
        return box(hub_secret, _FACTOR).decrypt(seal).decode()
    except InvalidToken:
        return None


def address(secret: str, name: str, issuer: str) -> str:
    """What the QR code says: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The 30-second step whose code was typed: this one or a neighbour, as clocks differ. None: a wrong code."""
    code, current, totp = "".join(typed.split()), int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    fits = [step for step in (current - 1, current, current + 1) if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return fits[-1] if fits else None


def new_codes() -> list[str]:
    """Recovery codes for people: 80 random bits each, in groups of four."""
    return ["-".join(secrets.token_hex(2) for _ in range(5)) for _ in range(CODES)]


def plain_code(typed: str) -> str:
    """A recovery code as it is digested, however it was typed."""
    return "".join(typed.split()).replace("-", "").lower()


def ticket(hub_secret: bytes, operator_id: int, password: str, now: datetime) -> str:
    """Says: this browser knew the password just now. Bound to the password's hash, so that a reset ends it."""
    content = orjson.dumps([operator_id, password])
    return box(hub_secret, _TICKET).encrypt_at_time(content, int(now.timestamp())).decode()


def bearer(hub_secret: bytes, shown: str, now: datetime) -> tuple[int, str] | None:
    """(operator's id, the hash that their password had) of a ticket that is good; None otherwise."""
    try:
        content = box(hub_secret, _TICKET).decrypt_at_time(shown.encode(), TICKET_SECONDS, int(now.timestamp()))
    except (InvalidToken, ValueError):
        return None
    operator_id, password = orjson.loads(content)
    return int(operator_id), str(password)
