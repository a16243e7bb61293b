"""The command line's smaller groups: operators, API keys, schema, replay. Light at the top, like `run.py` that carries them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from store.database import Database

T = TypeVar("T")
users = typer.Typer(no_args_is_help=True, help="Petugas dan peran mereka.")
keys = typer.Typer(no_args_is_help=True, help="Kunci API untuk sistem lain.")
Config = Annotated[Path | None, typer.Option("--config", help="hub.toml; tanpa ini: ./hub.toml bila ada, selain itu nilai bawaan.")]
Name = Annotated[str, typer.Argument(help="Nama pengguna")]


def now() -> datetime:
    return datetime.now(UTC)


def failed(sentence: str) -> typer.Exit:
    """Say what is wrong and what to do; the exit status is 1."""
    typer.secho(sentence, fg="red", err=True)
    return typer.Exit(1)


def settings_of(config: Path | None) -> Settings:
    """The settings, with logging set up; leaves with the sentence when one is wrong."""
    from config import load, logging

    try:
        settings = load.settings(config)
    except load.SettingsError as error:
        raise failed(str(error)) from None
    logging.set_up(settings.log)
    return settings


def with_store(config: Path | None, work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Open the store, bring it up to date, do the work, close. Safe beside a running hub."""
    from store import migrate
    from store.database import Database

    settings = settings_of(config)

    async def run() -> T:
        db = Database(settings.store.url)
        try:
            await asyncio.to_thread(migrate.upgrade, db.readers)
            return await work(db, settings)
        finally:
            await db.aclose()

    with explained(settings):
        return asyncio.run(run())


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """What stops a command becomes a sentence that says what to do."""
    from config.load import SettingsError
    from connectors.errors import StoreAway
    from store.operators import OperatorRefused
    from store.ownership import StoreTaken

    try:
        yield
    except (SettingsError, StoreTaken, OperatorRefused) as error:
        raise failed(str(error)) from None
    except StoreAway as error:
        raise failed(f"store.url: basis data tidak dapat dibuka ({error}). Jalankan `python run.py check`.") from None


async def first_link(db: Database, settings: Settings) -> str | None:
    """The one-time link for the first admin; None once there is anybody."""
    from store import operators

    token = secrets.token_urlsafe(24)
    opened = await db.write(lambda connection: operators.first_setup(connection, now(), operators.digest(token)))
    return _link(settings, token) if opened else None


def _link(settings: Settings, token: str) -> str:
    http = settings.http
    return f"{(http.public_url or f'http://{http.host}:{http.port}').rstrip('/')}/desk/siapkan/{token}"


@users.command("add")
def add_user(
    name: Name,
    role: Annotated[str, typer.Option(help="viewer, operator, supervisor, admin, atau agency")] = "operator",
    agency: Annotated[str | None, typer.Option(help="Untuk peran agency: kunci instansi dalam profil kota")] = None,
    full_name: Annotated[str, typer.Option("--full-name", help="Nama lengkap")] = "",
    email: Annotated[str | None, typer.Option(help="Alamat surel untuk pengingat batas waktu")] = None,
    config: Config = None,
) -> None:
    """Adds an operator and prints the one-time link with which they choose a password."""
    from config import load
    from store import notices, operators

    if role not in list(operators.Role):
        raise failed(f"Peran {role} tidak ada. Pilih {', '.join(operators.Role)}.")
    if agency is not None and agency not in load.profile(settings_of(config)).agencies:
        raise failed(f"--agency: {agency} tidak ada dalam profil kota.")
    token = secrets.token_urlsafe(24)

    async def work(db: Database, settings: Settings) -> str:
        def write(connection: Connection) -> None:
            of_link = operators.digest(token)
            operators.add(
                connection, name=name, full_name=full_name, role=operators.Role(role), agency=agency, now=now(), token_sha256=of_link
            )
            if email:
                notices.set_email(connection, name=name, email=email)

        await db.write(write)
        return _link(settings, token)

    typer.echo(f"Tautan sekali pakai untuk {name}:\n{with_store(config, work)}")


@users.command("email")
def user_email(
    name: Name, address: Annotated[str, typer.Argument(help="Kosong: tidak ada pengingat lewat surel")] = "", config: Config = None
) -> None:
    """Where an operator's reminders go."""
    from store import notices

    async def work(db: Database, _: Settings) -> None:
        await db.write(lambda connection: notices.set_email(connection, name=name, email=address or None))

    with_store(config, work)


@users.command("list")
def list_users(config: Config = None) -> None:
    """Everybody, with role and state."""
    from store import operators

    async def work(db: Database, _: Settings) -> list[str]:
        rows = await db.read(operators.listed)
        return [f"{row.name:<24} {row.role:<12} {_state(row.disabled, row.password):<16} {row.full_name}" for row in rows]

    for line in with_store(config, work):
        typer.echo(line)


def _state(disabled: bool, password: str | None) -> str:
    return "nonaktif" if disabled else "aktif" if password else "belum disiapkan"


@users.command("disable")
def disable_user(name: Name, config: Config = None) -> None:
    """No more sign-in; every session ends."""
    from store import operators

    async def work(db: Database, _: Settings) -> None:
        await db.write(lambda connection: operators.disable(connection, name=name))

    with_store(config, work)
    typer.echo(f"{name} dinonaktifkan.")


@users.command("reset")
def reset_user(name: Name, config: Config = None) -> None:
    """Takes the password away and prints a new one-time link."""
    from store import operators

    token = secrets.token_urlsafe(24)

    async def work(db: Database, settings: Settings) -> str:
        await db.write(lambda connection: operators.reset(connection, name=name, now=now(), token_sha256=operators.digest(token)))
        return _link(settings, token)

    typer.echo(f"Tautan sekali pakai untuk {name}:\n{with_store(config, work)}")


@keys.command("add")
def add_key(
    scope: Annotated[str, typer.Option(help="open311, api, api:read, api:write atau api:webhooks")],
    name: Annotated[str, typer.Option(help="Sistem yang memakainya")] = "tanpa nama",
    config: Config = None,
) -> None:
    """Prints a new API key, once; only its hash is kept."""
    from store import operators

    if scope not in operators.SCOPES:
        raise failed(f"--scope: pilih {', '.join(operators.SCOPES)}.")
    key = secrets.token_urlsafe(32)

    async def work(db: Database, _: Settings) -> None:
        await db.write(
            lambda connection: operators.add_key(connection, name=name, scope=scope, key_sha256=operators.digest(key), now=now())
        )

    with_store(config, work)
    typer.echo(f"Kunci {scope}, hanya tampil sekali ini:\n{key}")
