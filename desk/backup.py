"""`run.py backup` and `run.py restore`: the store, the blobs and the hub's own small files as one file, and back again.

Progress goes to standard error, the name of the file to standard output. Light at the top, like `run.py` that carries these commands.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.commands import Config, explained, failed, now, settings_of

if TYPE_CHECKING:
    from config.settings import Settings
    from store.archive import Manifest, Writer
    from store.snapshot import Snapshot

OWN = ("secret", "learned.json")
"""What the hub keeps beside the blobs: without its secret nobody's second factor could be read again."""
EVERY = 1000
"""Blobs between two lines of progress."""


def backup(
    file: Annotated[Path | None, typer.Argument(help="Berkas atau folder tujuan; tanpa ini: folder cadangan di samping lampiran")] = None,
    config: Config = None,
) -> None:
    """One file with a consistent copy of the store and its attachments. The hub may be running, and goes on working."""
    settings, at = settings_of(config), now()
    name = f"satupintu-{at:%Y%m%d-%H%M%S}.tar.gz"
    target = settings.store.blobs.parent / "cadangan" / name if file is None else file / name if file.is_dir() else file
    if target.exists():
        raise failed(f"{target} sudah ada, dan cadangan tidak pernah ditimpa. Sebut nama lain.")
    with explained(settings), _spelled(target):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _pack(settings, target, at)
    _tell(f"selesai: {_summary(made)}")
    if made.missing:
        _tell(f"{made.missing} lampiran tercatat tetapi tidak ada lagi di {settings.store.blobs} (lewat masa simpan, atau hilang)")
    typer.echo(str(target))


def restore(
    file: Annotated[Path, typer.Argument(help="Berkas dari `run.py backup`")],
    force: Annotated[bool, typer.Option("--force", help="Basis data sudah berisi: sisihkan isinya, lalu pulihkan.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Hanya memeriksa keutuhan berkas.")] = False,
    config: Config = None,
) -> None:
    """Puts a backup back: sums first, then attachments, then the store, then the newest schema. The hub must stand still."""
    settings = settings_of(config)
    with explained(settings), _spelled(file):
        if not file.is_file():
            raise failed(f"{file}: berkas tidak ada.")
        settings.store.blobs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.store.blobs, prefix=".pulih-") as folder:
            kept = _put_back(settings, file, Path(folder), force=force, check=check)
    if not check:
        _tell(f"selesai: {kept}Jalankan `run.py check`, lalu `run.py serve`. Jangan jalankan bersama hub yang dicadangkan.")


def _pack(settings: Settings, target: Path, at: datetime) -> Manifest:
    from store import archive, snapshot

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".cadangan-") as folder, archive.writing(target) as writer:
        with snapshot.taken(settings.store.url, Path(folder), _tell) as copy:
            writer.add(archive.STORE, copy.file)
            missing = _blobs(writer, copy, settings)
        for name in OWN:
            if (own := settings.store.blobs.parent / name).is_file():
                writer.add(f"files/{name}", own)
        manifest = archive.Manifest(
            format=archive.FORMAT,
            at=at.isoformat(),
            kind=copy.kind,
            schema_revision=copy.schema,
            counts=copy.counts,
            sums=writer.sums,
            blobs=writer.blobs,
            missing=missing,
        )
        writer.finish(manifest)
    return manifest


def _blobs(writer: Writer, copy: Snapshot, settings: Settings) -> int:
    """Every blob that the copy names; how many of them are gone."""
    from store.blobs import Blobs

    blobs, missing = Blobs(settings.store.blobs), 0
    for sha256, certain in copy.blobs():
        missing += not writer.add_blob(sha256, blobs.path(sha256)) and certain
        if writer.blobs % EVERY == 0:
            _tell(f"lampiran: {writer.blobs}")
    return missing


def _put_back(settings: Settings, file: Path, folder: Path, *, force: bool, check: bool) -> str:
    """Says what became of an older store, as a sentence or nothing."""
    from store import archive, migrate, ownership, snapshot
    from store.snapshot import BackupRefused

    url = settings.store.url
    _tell(f"memeriksa {file}")
    manifest = archive.unpack(file, folder)
    _tell(f"utuh: {_summary(manifest)}")
    if check:
        return ""
    if not migrate.knows(manifest.schema_revision):
        raise BackupRefused(f"Cadangan ini dari Satu Pintu yang lebih baru (skema {manifest.schema_revision}). Perbarui hub ini dahulu.")
    if (manifest.kind == "postgresql") != url.startswith("postgresql"):
        raise BackupRefused(f"store.url: cadangan ini dari {manifest.kind} dan hanya dapat dipulihkan ke sana. Ubah store.url.")
    with ownership.alone(url):
        if snapshot.others(url):
            raise BackupRefused("store.url: masih ada yang tersambung ke basis data ini. Hentikan setiap hub dan perintah lain dahulu.")
        if (rows := snapshot.occupied(url)) and not force:
            raise BackupRefused(f"store.url: basis data tujuan sudah berisi ({rows} baris). Pilih yang kosong, atau pakai --force.")
        os.sync()  # all that was unpacked is on the disk before anything points at it
        _move(folder / "blobs", settings.store.blobs)
        aside = snapshot.put_back(url, folder / archive.STORE, f"before_{now():%Y%m%d_%H%M%S}")
        _own_files(folder, settings.store.blobs.parent, force=force)
        _tell("skema dibawa ke yang terbaru")
        _upgrade(url)
    return f"isi lama disisihkan di {aside}; hapus bila tidak perlu lagi. " if aside else ""


def _move(source: Path, blobs: Path) -> None:
    """By their content: what is there already is the same."""
    for part in source.iterdir():
        (blobs / part.name).mkdir(exist_ok=True)
        for blob in part.iterdir():
            os.replace(blob, blobs / part.name / blob.name)


def _own_files(folder: Path, beside: Path, *, force: bool) -> None:
    for name in OWN:
        kept, target = folder / f"files.{name}", beside / name
        if kept.exists() and (force or not target.exists()):
            shutil.move(kept, target)


def _upgrade(url: str) -> None:
    from store import migrate
    from store.database import engines

    writer, readers = engines(url)
    readers.dispose()
    try:
        migrate.upgrade(writer)
    finally:
        writer.dispose()


@contextlib.contextmanager
def _spelled(file: Path) -> Iterator[None]:
    """What the disk says, as a sentence about the file."""
    from store.snapshot import BackupRefused

    try:
        yield
    except BackupRefused as error:
        raise failed(str(error)) from None
    except OSError as error:
        raise failed(f"{error.filename or file}: {error.strerror}. Periksa ruang disk dan izin folder, lalu ulangi.") from None


def _summary(manifest: Manifest) -> str:
    counts = manifest.counts
    complaints, messages = counts.get("complaints", 0), counts.get("inbox", 0)
    return f"{complaints} laporan, {messages} pesan, {manifest.blobs} lampiran, keadaan {manifest.at[:16]} UTC"


def _tell(sentence: str) -> None:
    typer.echo(sentence, err=True)
