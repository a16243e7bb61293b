"""`run.py export`: complaints in the 21 columns, to a file or to standard output. Masked unless a reason is given, which is kept."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.commands import Config, failed, now, with_store

if TYPE_CHECKING:
    from config.settings import Settings
    from store.database import Database

FORMS = ("csv", "xlsx", "json")
REASON_SHORTEST = 5


def export(
    form: Annotated[str, typer.Option("--format", help="csv, xlsx atau json")] = "csv",
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Masuk sejak tanggal ini")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Masuk sampai dengan tanggal ini")] = None,
    status: Annotated[list[str] | None, typer.Option(help="received, verified, assigned …; boleh berulang")] = None,
    door: Annotated[list[str] | None, typer.Option(help="Hanya laporan pintu ini; boleh berulang")] = None,
    unmasked: Annotated[str, typer.Option(help="Alasan membuka data pribadi; dicatat. Pelapor anonim dan rahasia tetap tertutup.")] = "",
    operator: Annotated[str, typer.Option(help="Nama pengguna petugas yang mengekspor")] = "cli",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Berkas tujuan; tanpa ini: keluaran standar")] = None,
    mark: Annotated[bool, typer.Option("--bom/--no-bom", help="CSV dengan tanda UTF-8 untuk Excel")] = True,
    config: Config = None,
) -> None:
    """Complaints in SP4N-LAPOR!'s 21 columns; personal data is covered by default."""
    from config import load
    from dispatcher.lapor.exporting import Export
    from dispatcher.lapor.writing import written
    from normalizer.complaint import State
    from store import audit
    from store.exports import Wanted

    if form not in FORMS:
        raise failed(f"--format: pilih {', '.join(FORMS)}.")
    if wrong := [each for each in status or () if each not in set(State)]:
        raise failed(f"--status: {wrong[0]} tidak dikenal. Pilih {', '.join(State)}.")
    if unmasked and len(unmasked.strip()) < REASON_SHORTEST:
        raise failed("--unmasked: tulis alasannya dalam beberapa kata.")
    if output is None and form == "xlsx" and sys.stdout.isatty():
        raise failed("--output: sebut berkas tujuannya, misalnya laporan.xlsx.")

    async def work(db: Database, settings: Settings) -> None:
        profile = load.profile(settings)
        wanted = Wanted(states=tuple(status or ()), doors=tuple(door or ()), **days(since, until, profile.tz))
        if unmasked:
            at = now()
            await db.write(lambda connection: audit.record(connection, at=at, operator=operator, action="export", detail=unmasked.strip()))
        rows = Export(wanted=wanted, unmasked=bool(unmasked)).rows(db, profile)
        with ExitStack() as stack:
            target = stack.enter_context(output.open("wb")) if output else sys.stdout.buffer
            async for piece in written(form, rows, mark=mark):
                target.write(piece)
            target.flush()

    with_store(config, work)


def days(since: datetime | None, until: datetime | None, zone: tzinfo) -> dict[str, datetime | None]:
    """Whole days of the city: from the first moment of `since` to the last of `until`."""
    begins = datetime.combine(since.date(), time(), zone) if since else None
    ends = datetime.combine(until.date() + timedelta(days=1), time(), zone) if until else None
    return {"since": begins, "until": ends}
