"""What an admin, or a program with the right key, does about subscribers. Each change is written into the trail."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from dispatcher.moving import ActRefused
from dispatcher.subscribing import guard
from dispatcher.subscribing.guard import Network
from dispatcher.subscribing.paying import BELL
from dispatcher.subscribing.secrets import BYTES, Seal, written
from store import audit, events, subscribers
from store.bell import Bell
from store.database import Database
from store.events import Event
from store.subscribers import Standing, SubscriberRow

NAME = r"[a-z][a-z0-9_-]{1,39}"
MOST = 50
"""Each is a lane that looks into the store once a second."""
CHANGEOVER = timedelta(hours=24)
"""So long the former secret signs along."""


class Book:
    """Raises ActRefused with a sentence for whoever asked."""

    def __init__(self, db: Database, bell: Bell, secret: bytes, networks: Sequence[Network], clock: Callable[[], datetime]) -> None:
        self._db, self._bell, self._seal, self._networks, self._clock = db, bell, Seal(secret), networks, clock

    async def add(self, *, name: str, url: str, wanted: Collection[str], agency: str | None, operator: str) -> str:
        """The secret, which is told this once."""
        self._check(name, url, wanted)
        key, now = written(secrets.token_bytes(BYTES)), self._clock()
        values = {"name": name, "url": url, "events": sorted(wanted), "agency": agency, "sealed": self._seal.sealed(key), "created_at": now}

        def write(connection: Connection) -> None:
            if subscribers.count(connection) >= MOST:
                raise ActRefused(f"Paling banyak {MOST} penerima. Hapus yang tidak terpakai.")
            if subscribers.add(connection, **values) is None:
                raise ActRefused("Sudah ada penerima dengan nama itu.")
            audit.record(connection, at=now, operator=operator, action="webhook_add", detail=name)

        await self._db.write(write)
        self._bell.ring(BELL)
        return key

    async def rotate(self, row: SubscriberRow, *, operator: str) -> str:
        """The new secret, which is told this once; the former one signs along for a day."""
        key, now = written(secrets.token_bytes(BYTES)), self._clock()

        def write(connection: Connection) -> None:
            subscribers.reseal(connection, row, self._seal.sealed(key), now + CHANGEOVER)
            audit.record(connection, at=now, operator=operator, action="webhook_secret", detail=row.name)

        await self._db.write(write)
        return key

    async def stand(self, row: SubscriberRow, standing: Standing, *, operator: str) -> None:
        """Pause it, or let it go on."""
        now, action = self._clock(), "webhook_resume" if standing is Standing.ACTIVE else "webhook_pause"

        def write(connection: Connection) -> None:
            subscribers.stand(connection, row, standing, now)
            audit.record(connection, at=now, operator=operator, action=action, detail=row.name)

        await self._db.write(write)
        self._ring()

    async def remove(self, row: SubscriberRow, *, operator: str) -> None:
        now = self._clock()

        def write(connection: Connection) -> None:
            subscribers.remove(connection, row)
            audit.record(connection, at=now, operator=operator, action="webhook_delete", detail=row.name)

        await self._db.write(write)
        self._ring()

    async def check(self, row: SubscriberRow, *, operator: str) -> str:
        """An event that means nothing is owed; its id."""
        now, key = self._clock(), f"check-{secrets.token_hex(8)}"

        def write(connection: Connection) -> None:
            events.check(connection, row.name, key, now)
            audit.record(connection, at=now, operator=operator, action="webhook_test", detail=row.name)

        await self._db.write(write)
        self._ring()
        return key

    async def again(self, row: SubscriberRow, debt_id: int, *, operator: str) -> None:
        """An event of the log once more, under the same id."""
        now = self._clock()

        def write(connection: Connection) -> None:
            if not events.again(connection, row.name, debt_id, now):
                raise ActRefused("Kabar itu sedang dikirim, atau sudah tidak tersimpan.")
            audit.record(connection, at=now, operator=operator, action="webhook_again", detail=f"{row.name} {debt_id}")

        await self._db.write(write)
        self._ring()

    def _check(self, name: str, url: str, wanted: Collection[str]) -> None:
        if not re.fullmatch(NAME, name):
            raise ActRefused("Nama: huruf kecil, angka, tanda hubung; diawali huruf. Contoh: dasbor-wali-kota.")
        if not wanted or not set(wanted) <= set(Event):
            raise ActRefused("Pilih sedikitnya satu kejadian.")
        if len(url) > 500 or not guard.fits(url, self._networks):
            raise ActRefused(
                "Alamat harus https://, port 443 atau 8443, di internet. Jaringan dalam kota perlu diizinkan lewat api.webhook_networks."
            )

    def _ring(self) -> None:
        self._bell.ring(BELL)
        self._bell.ring("outbox")
