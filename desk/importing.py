"""`run.py import lapor FILE`: what LAPOR!'s export says of our complaints; shown first, then applied, and taken back with `undo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.commands import Config, failed, now, with_store

if TYPE_CHECKING:
    from config.settings import Settings
    from dispatcher.lapor.importing import Office, Plan
    from store.database import Database

SHOWN = 20
"""Changes that are listed one by one unless all are wanted."""
group = typer.Typer(no_args_is_help=True, help="Ekspor SP4N-LAPOR!: Tracking ID dan status.")
VERDICTS = {
    "changed": "akan berubah",
    "same": "sudah sama",
    "foreign": "bukan laporan dari hub ini",
    "ambiguous": "cocok dengan beberapa laporan; ketik Tracking ID-nya sendiri",
    "repeated": "muncul dua kali; yang pertama yang dipakai",
    "refused": "statusnya tidak dapat mengikuti status di sini",
    "odd": "statusnya tidak dikenal",
    "merged": "sudah digabungkan dengan laporan lain di sini",
}
Operator = Annotated[str, typer.Option(help="Nama pengguna petugas yang mengimpor")]


@group.command("lapor")
def lapor(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV atau XLSX dari SP4N-LAPOR!")],
    apply: Annotated[bool, typer.Option("--apply", help="Terapkan; tanpa ini hanya diperlihatkan.")] = False,
    tell: Annotated[
        bool | None,
        typer.Option("--tell/--quiet", help="Beri tahu semua pelapor, atau tidak seorang pun; tanpa ini: laporan 7 hari terakhir."),
    ] = None,
    full: Annotated[bool, typer.Option("--all", help="Perlihatkan setiap perubahan, bukan dua puluh yang pertama.")] = False,
    operator: Operator = "cli",
    config: Config = None,
) -> None:
    """Learns Tracking IDs and statuses from LAPOR!'s export. Shows what would change; the same file twice changes nothing."""
    from dispatcher.lapor import importing
    from dispatcher.lapor.reading import Unusable

    async def work(db: Database, settings: Settings) -> None:
        office = _office(db, settings)
        try:
            plan = await importing.look(office, file, now=now(), tell=tell)
        except Unusable as error:
            raise failed(str(error)) from None
        _show(plan, full=full)
        if not apply or not plan.changes:
            typer.echo("Belum ada yang diubah. Ulangi dengan --apply untuk menerapkan." if plan.changes else "Tidak ada yang perlu diubah.")
            return
        with typer.progressbar(length=len(plan.changes), label="Menerapkan") as bar:
            number, done = await importing.carry_out(office, plan, operator=operator, clock=now, progress=bar.update)
        typer.echo(f"Impor #{number}: {done} laporan berubah. Membatalkan: run.py import undo {number}")
        if done < len(plan.changes):
            typer.echo(f"{len(plan.changes) - done} laporan diubah orang lain sementara itu; impor lagi berkasnya untuk laporan itu.")

    with_store(config, work)


@group.command("undo")
def undo(number: Annotated[int, typer.Argument(help="Nomor impor, misalnya 3")], operator: Operator = "cli", config: Config = None) -> None:
    """Puts back what an import changed, except where somebody went on since. What citizens were told stays told."""
    from dispatcher.lapor import importing
    from dispatcher.moving import ActRefused

    async def work(db: Database, settings: Settings) -> None:
        try:
            restored, kept = await importing.undo(_office(db, settings), number, operator=operator, now=now())
        except ActRefused as error:
            raise failed(str(error)) from None
        typer.echo(f"Impor #{number} dibatalkan: {restored} laporan kembali seperti semula, {kept} dibiarkan karena sudah berubah lagi.")

    with_store(config, work)


@group.command("list")
def latest(config: Config = None) -> None:
    """The latest imports."""
    from store import worklist

    async def work(db: Database, settings: Settings) -> None:
        for each in await db.read(lambda session: worklist.latest_imports(session.connection())):
            undone = ", dibatalkan" if each["undone_at"] else ""
            typer.echo(
                f"#{each['id']} {each['at']:%Y-%m-%d %H:%M} {each['operator']} {each['filename']}: {each['changed']} berubah{undone}"
            )

    with_store(config, work)


def _office(db: Database, settings: Settings) -> Office:
    from config import load
    from dispatcher.doors.registry import worklists
    from dispatcher.lapor.importing import Office
    from dispatcher.replies import Replies

    profile, http = load.profile(settings), settings.http
    url = (http.public_url or f"http://{http.host}:{http.port}").rstrip("/")
    return Office(db=db, profile=profile, replies=Replies(profile, url), doors=worklists(settings.doors))


def _show(plan: Plan, *, full: bool) -> None:
    """Numbers and lines of the file; never a citizen's name or words."""
    from normalizer import tracking

    typer.echo(f"{plan.filename}: {plan.rows} laporan.")
    for verdict, count in plan.verdicts.items():
        where = "" if verdict in ("changed", "same", "foreign") else f" (baris {', '.join(map(str, plan.lines[verdict]))})"
        typer.echo(f"  {count:>7} {VERDICTS[verdict]}{where}")
    told = sum(not change.silent for change in plan.changes if change.state or change.agency)
    if plan.changes:
        typer.echo(f"  {told:>7} pelapor akan diberi tahu")
    for change in plan.changes if full else plan.changes[:SHOWN]:
        learnt = f"Tracking ID {change.reference}" if change.reference else ""
        status = change.status if change.state or change.agency else ""
        typer.echo(f"  {tracking.printed(change.number)}  {'; '.join(part for part in (learnt, status) if part)}")
    if len(plan.changes) > SHOWN and not full:
        typer.echo(f"  … dan {len(plan.changes) - SHOWN} lagi (--all memperlihatkan semuanya)")
