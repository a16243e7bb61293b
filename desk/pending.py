"""Uploads that wait for a person's yes, apart from the evidence: whatever is not confirmed within a day is removed."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.blobs import Blobs

FOLDER = "menunggu"
"""Inside the blob folder, which all nodes share; no sha256 begins like this."""
KEPT = timedelta(days=1)


def shelf(blobs: Blobs) -> Blobs:
    return Blobs(blobs.folder / FOLDER)


def sweep(pending: Blobs, now: datetime) -> int:
    """Removes what is too old; how many."""
    oldest = (now - KEPT).timestamp()
    old = [file for file in pending.folder.glob("*/*") if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
