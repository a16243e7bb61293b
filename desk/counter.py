"""`run.py entry`: the front desk without a browser. The same entry as the page's, and the receipt as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import typer

from desk.commands import failed, with_store

if TYPE_CHECKING:
    from config.settings import Settings
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
