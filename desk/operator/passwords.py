"""Passwords: argon2id in a thread, never more than two at once (each takes 64 MB), and tries counted."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from desk.operator.labels import N_

SHORTEST = 10
LONGEST = 200


class Passwords:
    """Hashes and compares."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(2)

    async def hashed(self, password: str) -> str:
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """With nothing kept (an unknown or disabled name) it costs as much and says no: the time tells nothing."""
        async with self._room:
            return await asyncio.to_thread(self._compare, kept, password)

    def _compare(self, kept: str | None, password: str) -> bool:
        if kept is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


class Attempts:
    """How often sign-in may be tried: by name and by address, in this process. The right password clears the name."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._by_name = parse("10 per 5 minutes")
        self._by_address = parse("40 per 5 minutes")

    def allowed(self, address: str, name: str) -> bool:
        """Counts this try. Both are counted, so that neither hides the other."""
        by_address = self._limiter.hit(self._by_address, "address", address)
        by_name = self._limiter.hit(self._by_name, "name", name)
        return by_address and by_name

    def forget(self, name: str) -> None:
        self._limiter.clear(self._by_name, "name", name)


def weakness(password: str, again: str, name: str) -> str | None:
    """Why a chosen password will not do, in Indonesian; None when it will."""
    if len(password) < SHORTEST:
        return N_("Kata sandi paling sedikit 10 karakter. Beberapa kata yang mudah diingat sudah cukup.")
    if len(password) > LONGEST:
        return N_("Kata sandi paling banyak 200 karakter.")
    if password.strip().lower() == name.strip().lower():
        return N_("Kata sandi tidak boleh sama dengan nama pengguna.")
    if password != again:
        return N_("Kedua kata sandi tidak sama. Silakan ketik ulang.")
    return None
