"""A backup as one file: a gzipped tar of the store's copy, the blobs, the hub's small files, and at the end a manifest with their sums.

The manifest comes last, so a backup that was cut off has none. Read and written as a stream: memory does not grow with the city.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from store.blobs import Blobs, sync_folder
from store.snapshot import BackupRefused

FORMAT = "satu-pintu-backup-1"
MANIFEST_BYTES = 1_000_000
PIECE = 1024 * 1024
STORE = "store"
MEMBER = re.compile(r"store|manifest\.json|files/(secret|learned\.json)|blobs/(?P<sha256>[0-9a-f]{64})")
BROKEN = "Berkas cadangan tidak utuh ({}). Ambil salinan lain; basis data dan lampiran yang ada belum diubah."


class Manifest(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(frozen=True)
    format: str
    at: str
    """RFC 3339: when the copy began."""
    kind: str
    schema_revision: str
    counts: dict[str, int]
    sums: dict[str, str]
    """sha256 of every member that is no blob; a blob's name is its sum."""
    blobs: int
    missing: int
    """Blobs that the store names and the folder no longer had: erased after their time, or lost before."""


class Writer:
    """Adds members one by one; nothing is under the final name before all of it is on the disk."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.sums: dict[str, str] = {}
        self.blobs = 0

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self.sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._member(name, file, os.fstat(file.fileno()).st_size)

    def add_blob(self, sha256: str, path: Path) -> bool:
        """False: it is not there."""
        try:
            with path.open("rb") as file:
                self._member(f"blobs/{sha256}", file, os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            return False
        self.blobs += 1
        return True

    def finish(self, manifest: Manifest) -> None:
        content = manifest.model_dump_json(indent=1).encode()
        self._member("manifest.json", io.BytesIO(content), len(content))

    def _member(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)
        self._tar.members = []  # type: ignore[attr-defined]  # it would remember each of a million blobs


@contextlib.contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """A new archive for its owner only. FileExistsError is left to the caller: a backup never replaces another file."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            with gzip.GzipFile("", "wb", 1, file) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, target)  # unlike a rename it refuses where somebody else's file appeared meanwhile
        sync_folder(target.parent)
    finally:
        Path(temporary).unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> Manifest:
    """Every member into `folder`, each compared with its sum. Raises BackupRefused; what lies in `folder` then is worth nothing."""
    blobs, sums, manifest = Blobs(folder / "blobs"), {}, None
    found = 0
    try:
        with source.open("rb") as file, gzip.GzipFile(fileobj=file) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            while (member := tar.next()) is not None:
                tar.members = []  # type: ignore[attr-defined]
                content, named = tar.extractfile(member), MEMBER.fullmatch(member.name)
                if content is None or named is None or manifest is not None:
                    raise BackupRefused(BROKEN.format("isi yang tidak dikenal"))
                if member.name == "manifest.json":
                    manifest = _manifest(content.read(MANIFEST_BYTES))
                    continue
                sha256 = named["sha256"]
                target = blobs.path(sha256) if sha256 else folder / member.name.replace("/", ".")
                target.parent.mkdir(exist_ok=True)
                found += bool(sha256)
                sums[member.name] = _written(content, target)
                if sha256 and sums.pop(member.name) != sha256:
                    raise BackupRefused(BROKEN.format(f"jumlah periksa lampiran {sha256[:12]}… berbeda"))
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BackupRefused(BROKEN.format(type(error).__name__)) from None
    return _compared(manifest, sums, found)


def _compared(manifest: Manifest | None, sums: dict[str, str], blobs: int) -> Manifest:
    if manifest is None:
        raise BackupRefused(BROKEN.format("terpotong: tanpa manifes di ujungnya"))
    if sums != manifest.sums or STORE not in sums:
        raise BackupRefused(BROKEN.format("jumlah periksa berbeda"))
    if blobs != manifest.blobs:
        raise BackupRefused(BROKEN.format(f"lampiran {blobs} dari {manifest.blobs}"))
    return manifest


def _manifest(content: bytes) -> Manifest:
    try:
        said: Any = json.loads(content)
        if said.get("format") != FORMAT:
            raise BackupRefused(f"Bentuk cadangan {str(said.get('format'))[:40]!r} tidak dikenal. Pakai Satu Pintu versi yang membuatnya.")
        return Manifest.model_validate(said)
    except (ValueError, AttributeError, ValidationError):
        raise BackupRefused(BROKEN.format("manifes tidak terbaca")) from None


def _written(content: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        while piece := content.read(PIECE):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()
