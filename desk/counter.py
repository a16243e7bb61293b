"""`run.py entry` and `run.py import-entries`: the front desk without a browser. The same entries as the pages'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import typer

from desk.commands import failed, with_store

if TYPE_CHECKING:
    from config.settings import Settings
    from connectors.manual.wire import File
    from desk.batch import Batch
    from store.database import Database

ACCOUNT = "desk"
WAIT_SECONDS = 10.0


def enter(wanted: Mapping[str, str], files: Sequence[Path], config: Path | None) -> None:
    """Leaves with a sentence when something is missing."""
    from config import load
    from dispatcher import entering
    from dispatcher.intake import Intake
    from dispatcher.moving import ActRefused
    from normalizer.tracking import printed
    from store.bell import Bell
    from store.blobs import Blobs

    missing = next((file for file in files if not file.is_file()), None)
    if missing:
        raise failed(f"--scan: {missing} tidak ada.")

    async def work(db: Database, settings: Settings) -> tuple[str, str | None]:
        blobs = Blobs(settings.store.blobs)
        now = datetime.now(UTC)
        intake = Intake(db, blobs, Bell(), lambda: now)
        told = {key: value for key, value in wanted.items() if value}
        row = await entering.enter(
            intake, {"id": str(uuid4()), **told, "files": await entering.scans(blobs, files)}, account=ACCOUNT, now=now
        )
        return load.profile(settings).office, await entering.number_of(db, row, WAIT_SECONDS)

    try:
        office, number = with_store(config, work)
    except ActRefused as refused:
        raise failed(refused.sentence) from None
    typer.echo(f"TANDA TERIMA\n{office}\nDiterima: {datetime.now(UTC).astimezone():%d-%m-%Y %H:%M}")
    typer.echo(f"Nomor laporan: {printed(number)}" if number else "Sudah tercatat. Nomornya keluar begitu hub berjalan (`run.py serve`).")


def take_sheet(sheet: Path, scans: Path | None, operator: str, sure: bool, config: Path | None) -> None:
    """Shows every row and what is wrong with it; enters the good ones when `sure`. Exit status 1 while any row is wrong."""
    from config import load
    from desk import batch
    from desk.sheet import Unusable, rows
    from dispatcher import entering
    from dispatcher.intake import Intake
    from store.bell import Bell
    from store.blobs import Blobs

    if not sheet.is_file() or (scans is not None and not scans.is_dir()):
        raise failed(f"{sheet if not sheet.is_file() else scans} tidak ada.")
    now, content = datetime.now(UTC), sheet.read_bytes()
    files = [file for file in sorted(scans.iterdir()) if file.is_file()] if scans else []

    async def work(db: Database, settings: Settings) -> tuple[Batch, Mapping[str, str | None]]:
        table, zone = rows(content), load.profile(settings).tz
        looked = batch.look(table, _by_name(_unkept(files)), operator=operator, zone=zone, now=now)
        if sure:
            blobs = Blobs(settings.store.blobs)
            kept = await entering.scans(blobs, [file for file in files if file.name not in looked.unused])
            ready = batch.look(table, _by_name(kept), operator=operator, zone=zone, now=now)
            intake = Intake(db, blobs, Bell(), lambda: now)
            for inbound in batch.arrivals(ready.good, ACCOUNT, now):
                await intake.accept((inbound,))
        return looked, await db.read(lambda session: batch.known(session, ACCOUNT, looked.lines))

    try:
        looked, known = with_store(config, work)
    except Unusable as error:
        raise failed(str(error)) from None
    _tell(looked, known)
    if not sure:
        typer.secho("Belum ada yang dicatat. Ulangi dengan --yes untuk mencatat baris yang siap.", bold=True)
    if any(line.mistakes for line in looked.lines):
        raise typer.Exit(1)


def _tell(looked: Batch, known: Mapping[str, str | None]) -> None:
    from normalizer.tracking import printed

    for line in looked.lines:
        number = known.get(line.entry.id) if line.entry else None
        safe = line.entry is not None and line.entry.id in known
        state = printed(number) if number else "tercatat, nomornya menyusul" if safe else "siap" if line.entry else "dilewati"
        again = [f"sama persis dengan baris {line.same_as}"] if line.same_as else []
        typer.echo(f"Baris {line.number:<5} {state:<28} {'; '.join([*line.mistakes, *again])}".rstrip())
    for what, names in (("Kolom yang tidak dipakai", looked.ignored), ("Pindaian yang tidak disebut", looked.unused)):
        if names:
            typer.secho(f"{what}: {', '.join(names)}", fg="yellow")


def _by_name(scans: Sequence[Mapping[str, Any]]) -> Mapping[str, File]:
    from connectors.manual.wire import File

    return {str(scan["filename"]): File.model_validate(scan) for scan in scans}


def _unkept(files: Sequence[Path]) -> Sequence[Mapping[str, Any]]:
    """For a look only: nothing is copied into the blob store."""
    return [{"sha256": "0" * 64, "filename": file.name, "size": file.stat().st_size} for file in files]
