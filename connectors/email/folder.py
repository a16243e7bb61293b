"""What lies in the folder beyond a position: which UIDs, how large, one mail's bytes; and what becomes of mails that are safe. Blocking.

Never depends on \\Seen and never sets it by reading (BODY.PEEK). The position is the last UID that was seen, never a promised one
(UIDNEXT), so a mail cannot fall into a gap: UIDs only grow (https://www.rfc-editor.org/rfc/rfc3501#section-2.3.1.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from connectors.email.imap import failures, is_temporary

NEAR = 2000
"""So many UIDs fit into one answer line; a longer list is asked for piece by piece (imaplib refuses lines over 1 MB)."""
BEGINNING = 256 * 1024
"""Bytes fetched of a mail over the cap: the headers and nearly always the citizen's words."""


class Unfetchable(Exception):
    """The server has the mail and refuses to give it out: this mail's trouble, not the line's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mail in the folder, before its body is asked for. size: bytes as the server counts them."""

    uid: int
    size: int
    received: datetime | None


def ahead(client: IMAPClient, last: int, exists: int) -> Sequence[int]:
    """UIDs above `last` in order, from the lowest: all of them, or as many as one answer line carries.

    `exists`: number of mails in the folder. In a huge folder a bisection by sequence number first finds how far to ask; the
    numbers may shift meanwhile without harm, because the UIDs are then asked for from `last` upwards.
    """
    if not exists:
        return []
    upper = "*"
    if exists > NEAR and _uid_at(client, exists - NEAR) > last:
        low, high = 1, exists - NEAR
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if _uid_at(client, middle) > last else (middle + 1, high)
        upper = str(_uid_at(client, low + NEAR - 1))
    with failures("cari"):
        # `n:*` always names the last mail, even below n
        return sorted(uid for uid in client.search(["UID", f"{last + 1}:{upper}"]) if uid > last)


def _uid_at(client: IMAPClient, sequence: int) -> int:
    """The UID of the mail at this place; 0 where it has just gone, which makes the bisection look further up."""
    with failures("cari"):
        client.use_uid = False
        try:
            return int(client.fetch([sequence], ["UID"]).get(sequence, {}).get(b"UID", 0))
        finally:
            client.use_uid = True


def sizes(client: IMAPClient, uids: Sequence[int]) -> Sequence[Listed]:
    """Size and time of arrival of each mail, in order."""
    if not uids:
        return []
    with failures("ukuran"):
        client.normalise_times = False
        told = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return [_listed(uid, told.get(uid, {})) for uid in sorted(uids)]


def _listed(uid: int, told: Mapping[bytes, Any]) -> Listed:
    """A mail that the server left out keeps its turn: asking for its body shows whether it is gone."""
    return Listed(uid=uid, size=int(told.get(b"RFC822.SIZE") or 0), received=told.get(b"INTERNALDATE"))


def is_older(mail: Listed, since: date | None) -> bool:
    return bool(since and mail.received and mail.received.astimezone(UTC).date() < since)


def body(client: IMAPClient, uid: int, *, whole: bool) -> bytes | None:
    """The mail's bytes, or their beginning; None when somebody has just removed it. Raises Unfetchable, Unreachable."""
    section = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{BEGINNING}>"
    with failures("ambil surat"):
        try:
            told = client.fetch([uid], [section]).get(uid)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if is_temporary(error):
                raise
            raise Unfetchable(uid) from error
        if told is None:
            if client.search(["UID", str(uid)]):
                raise Unfetchable(uid)
            return None
        content = next((value for name, value in told.items() if name.startswith(b"BODY[]")), None)
        if not isinstance(content, bytes):
            raise Unfetchable(uid)
        return content


def mark_seen(client: IMAPClient, uids: Sequence[int]) -> None:
    with failures("tandai"):
        client.add_flags(uids, [SEEN], silent=True)


def move(client: IMAPClient, uids: Sequence[int], target: str) -> None:
    """Moves, or copies and removes where the server knows no MOVE. Only these mails are expunged, never what others marked as deleted."""
    with failures("pindahkan"):
        if not client.folder_exists(target):
            client.create_folder(target)
        if client.has_capability("MOVE"):
            client.move(uids, target)
            return
        client.copy(uids, target)
        client.delete_messages(uids, silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(uids)
