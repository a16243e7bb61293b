"""Evidence and large raw bytes, on disk by their sha256. Written and synced before any row points at them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class Blobs:
    """Synchronous: call in a thread. The same content twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(character in "0123456789abcdef" for character in sha256):
            raise ValueError("not a sha256")
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep bytes durably; returns their sha256."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if target.exists():
            return sha256
        target.parent.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        sync_folder(self.folder)
        return sha256

    def get(self, sha256: str) -> bytes:
        """FileNotFoundError when it was never kept, or was erased."""
        return self.path(sha256).read_bytes()

    def remove(self, sha256: str) -> None:
        """Nothing may point at it any more."""
        self.path(sha256).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """After this a name that was made in it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
