"""Secrets that platforms change by themselves (rotated refresh tokens): encrypted with a key made from the hub's secret.

A stolen database alone opens nothing. Several secrets: the first one seals, all of them open, so that the hub's secret can be changed.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Connection, LargeBinary, select
from sqlmodel import Field, SQLModel

from store.columns import moment
from store.database import Database
from store.upsert import insert


class CredentialRow(SQLModel, table=True):
    __tablename__ = "credentials"
    name: str = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    saved_at: datetime = moment()


table = CredentialRow.__table__  # type: ignore[attr-defined]


class Credentials:
    """Satisfies connectors.vault.Vault. `secrets`: the hub's, the present one first."""

    def __init__(self, db: Database, secrets: Sequence[bytes], clock: Callable[[], datetime]) -> None:
        self._db, self._clock = db, clock
        self._box = MultiFernet([box(secret) for secret in secrets])

    async def load(self, name: str) -> str | None:
        sealed = await self._db.read(lambda session: session.connection().execute(_sealed(name)).scalar_one_or_none())
        try:
            return self._box.decrypt(bytes(sealed)).decode() if sealed else None
        except InvalidToken:  # the hub's secret is another one now: what was kept cannot be read, and is replaced in time
            return None

    async def save(self, name: str, secret: str) -> None:
        row = {"sealed": self._box.encrypt(secret.encode()), "saved_at": self._clock()}

        def write(connection: Connection) -> None:
            connection.execute(insert(connection, table).values(name=name, **row).on_conflict_do_update(index_elements=["name"], set_=row))

        await self._db.write(write)


def _sealed(name: str) -> Any:
    return select(table.c.sealed).where(table.c.name == name)


def box(secret: bytes, purpose: bytes = b"satu-pintu credentials") -> Fernet:
    """Seals and opens with a key of its own for each purpose, made from the hub's secret."""
    return Fernet(base64.urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)))
