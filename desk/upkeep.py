"""The command line's look at one message, at everything, and at what is kept: normalize, learn, check, migrate, replay, entry …

Light at the top, like `run.py` that carries these commands.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk import backup
from desk.commands import Config, failed, now, settings_of, with_store

if TYPE_CHECKING:
    from config.settings import Settings
    from store.database import Database


def normalize(
    channel: Annotated[str, typer.Option(help="telegram, email, webchat …")],
    file: Annotated[Path | None, typer.Argument(help=".eml, .json atau .txt; tanpa ini: masukan standar")] = None,
    account: Annotated[str, typer.Option()] = "preview",
    staff: Annotated[bool, typer.Option(help="Surel ini diteruskan oleh petugas.")] = False,
    batch: Annotated[bool, typer.Option(help="Jalur berkas di masukan standar, satu JSON sebaris.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Juga setiap aturan yang berlaku (rules).")] = False,
    config: Config = None,
) -> None:
    """One normalised outcome as JSON for each input. No side effects, no network."""
    from config import load
    from dispatcher import preview

    try:
        profile = load.profile(settings_of(config))
    except load.SettingsError as error:
        raise failed(str(error)) from None

    def show(content: bytes, filename: str) -> dict[str, Any]:
        return preview.preview(channel, content, filename, account, staff, profile, now(), explain=explain)

    if batch:
        preview.batch(sys.stdin, sys.stdout, show)
    else:
        content = file.read_bytes() if file else sys.stdin.buffer.read()
        typer.echo(preview.line_of(show(content, file.name if file else f"stdin.{'eml' if channel == 'email' else 'json'}")))


def learn(config: Config = None) -> None:
    """Learns categories from what operators decided; used only where it beats the rules on held-back decisions."""
    from config import load
    from dispatcher import learning
    from normalizer.learning import FEWEST

    async def work(db: Database, settings: Settings) -> None:
        compared = await learning.learn(db, load.profile(settings), load.learned_path(settings))
        typer.echo(f"Keputusan petugas: {compared.seen} (sekurangnya {FEWEST}).")
        typer.echo(f"Tepat pada keputusan yang disisihkan: aturan {compared.rules}, model {compared.model}.")
        typer.echo("Model dipakai sejak hub dimulai lagi." if compared.better else "Aturan tetap dipakai; model tidak disimpan.")

    with_store(config, work)


def check(config: Config = None) -> None:
    """Every setting, account, door, database, blob store: one line each, an action for each failure, exit 1 if any."""
    from dispatcher import checking

    marks = {"ok": ("baik   ", "green"), "warning": ("periksa", "yellow"), "failed": ("gagal  ", "red")}

    async def look() -> bool:
        bad = False
        async for name, checked in checking.check(config):
            mark, colour = marks[checked.health]
            typer.echo(f"{typer.style(mark, fg=colour)} {name:<24} {checked.sentence}")
            bad |= checked.health == "failed"
        return bad

    raise typer.Exit(1 if asyncio.run(look()) else 0)


def migrate(config: Config = None) -> None:
    """Brings the store to the newest schema; `serve` does it by itself."""

    async def work(db: Database, settings: Settings) -> None:
        return None  # with_store has done it

    with_store(config, work)
    typer.echo("Skema basis data sudah yang terbaru.")


def replay(
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Pesan yang belum terbaca")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Kiriman yang gagal selamanya")] = False,
    since: Annotated[datetime | None, typer.Option(help="Hanya yang masuk sejak tanggal ini (UTC)")] = None,
    config: Config = None,
) -> None:
    """Runs again what is kept; what became a complaint already is left alone. Without a choice: both."""
    from dispatcher import replaying
    from store.blobs import Blobs

    async def work(db: Database, settings: Settings) -> None:
        if quarantined or not dead:
            start = since.replace(tzinfo=UTC) if since else None
            done = await replaying.quarantined(db, Blobs(settings.store.blobs), now(), since=start)
            typer.echo(f"Karantina: {done.again} dari {done.found} kembali ke antrean.")
        if dead or not quarantined:
            done = await replaying.dead(db, now())
            typer.echo(f"Gagal kirim: {done.again} dari {done.found} akan dikirim lagi.")

    with_store(config, work)


def entry(
    text: Annotated[str, typer.Argument(help="Isi laporan, seperti yang ditulis atau dikatakan pelapor")] = "",
    operator: Annotated[str, typer.Option(help="Nama pengguna petugas yang mencatat")] = "cli",
    way: Annotated[str, typer.Option(help="visit, call, letter atau leaflet")] = "visit",
    name: Annotated[str, typer.Option(help="Nama pelapor")] = "",
    phone: Annotated[str, typer.Option()] = "",
    email: Annotated[str, typer.Option()] = "",
    place: Annotated[str, typer.Option(help="Lokasi kejadian")] = "",
    scan: Annotated[list[Path] | None, typer.Option(help="Pindaian surat atau foto; boleh berulang")] = None,
    config: Config = None,
) -> None:
    """Enters a letter, a call or a visitor, and prints the receipt's lines. The hub may be running."""
    from desk import counter

    wanted = {"operator": operator, "way": way, "text": text, "name": name, "phone": phone, "email": email, "place": place}
    counter.enter(wanted, scan or [], config)


def import_entries(
    sheet: Annotated[Path, typer.Argument(help="CSV atau XLSX: satu baris satu surat atau telepon")],
    scans: Annotated[Path | None, typer.Option(help="Folder pindaian yang disebut di kolom Berkas")] = None,
    operator: Annotated[str, typer.Option(help="Nama pengguna petugas yang mencatat")] = "cli",
    yes: Annotated[bool, typer.Option("--yes", help="Catat baris yang siap; tanpa ini hanya diperiksa.")] = False,
    config: Config = None,
) -> None:
    """Enters many letters and calls from a spreadsheet; the same row is never entered twice. The hub may be running."""
    from desk import counter

    counter.take_sheet(sheet, scans, operator, yes, config)


COMMANDS = (normalize, learn, check, migrate, replay, entry, import_entries, backup.backup, backup.restore)
"""What `run.py` offers of these, in this order."""
