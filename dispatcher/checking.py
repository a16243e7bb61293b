"""Looks at everything and changes nothing: settings, city, store, blobs, accounts, doors. One sentence each, with what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config import load
from config.settings import Settings
from connectors.contract import Checked, Health
from connectors.errors import ConnectorError
from dispatcher import accounts
from dispatcher.doors import registry as doors
from store import migrate
from store.credentials import Credentials
from store.database import Database, engines


def ok(sentence: str) -> Checked:
    return Checked(health=Health.OK, sentence=sentence)


def failed(sentence: str) -> Checked:
    return Checked(health=Health.FAILED, sentence=sentence)


READY = ok("terbuka, skema terbaru")


async def check(config: Path | None) -> AsyncIterator[tuple[str, Checked]]:
    """(name, outcome) as each is known. Stops after a wrong setting: the rest would only repeat it."""
    try:
        settings = load.settings(config)
        profile = load.profile(settings)
        secret = load.secret(settings)
    except load.SettingsError as error:
        yield "setelan", failed(str(error))
        return
    yield "setelan", ok(f"terbaca; kota: {profile.name}, awalan {profile.prefix}, pintu: {profile.door}")
    for sentence in load.exposed(config or Path("hub.toml")):
        yield "setelan", Checked(health=Health.WARNING, sentence=sentence)
    stored = await asyncio.to_thread(_store, settings)
    yield "basis data", stored
    yield "berkas", await asyncio.to_thread(_blobs, settings.store.blobs)
    for name, checked in (await _accounts(settings, secret, stored)).items():
        yield f"akun {name}", checked
    for name in sorted({"desk", *profile.doors, *settings.doors}):
        try:
            door = doors.build(name, settings.doors.get(name), profile)
        except ConnectorError as error:
            yield f"pintu {name}", failed(error.sentence)
        else:
            yield f"pintu {name}", await door.check()
            await door.aclose()


async def _accounts(settings: Settings, secret: bytes, stored: Checked) -> dict[str, Checked]:
    """A refresh token that a platform changes while we look is kept, where there is a store: else it would be lost."""
    db = Database(settings.store.url) if stored == READY else None
    vault = Credentials(db, [secret], lambda: datetime.now(UTC)) if db else None
    troubled: dict[str, str] = {}
    built = accounts.build(settings, secret, settings.http.public_url, troubled, vault)
    try:
        return {name: failed(sentence) for name, sentence in troubled.items()} | await accounts.check(built)
    finally:
        for connector in built.values():
            await connector.aclose()
        if db:
            await db.aclose()


def _store(settings: Settings) -> Checked:
    url = settings.store.url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return ok("belum ada; dibuat saat `serve` pertama kali")
    try:
        writer, readers = engines(url)
        try:
            newest = migrate.current(readers)
        finally:
            writer.dispose()
            readers.dispose()
    except (SQLAlchemyError, OSError) as error:
        return failed(f"store.url: tidak dapat dibuka ({type(error).__name__}). Periksa alamat, izin, dan apakah servernya hidup.")
    return READY if newest else failed("skemanya lama. Jalankan `python run.py migrate`.")


def _blobs(folder: Path) -> Checked:
    place = folder if folder.exists() else folder.parent
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return failed(f"store.blobs: {folder} tidak dapat ditulisi. Ubah izinnya atau pilih folder lain.")
    return ok(f"{folder} dapat ditulisi")
