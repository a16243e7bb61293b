"""Pulls mails from one folder: cursor in, batch and next cursor out. Blocking; owned by one thread; keeps a connection and no position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from imapclient import IMAPClient

from connectors.contract import Arrival, Batch, Cursor, Unreadable
from connectors.email import folder, wire
from connectors.email.folder import Listed, Unfetchable
from connectors.email.imap import connect, drop, interrupt, open_folder
from connectors.email.settings import Settings
from connectors.errors import Unreachable

TRIES = 5
"""So often may one mail break the line or be refused for the moment, before it is put aside and the next one is read."""
SKIM = 500
"""Mails whose date is looked at in one pull, so that an office with years of old mail is through quickly."""
TIDY = 500
"""Mails flagged or moved in one pull, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """validity and uid: UIDVALIDITY and the last UID handed over. tidied: up to where safe mails were flagged or moved.

    heard: when the newest mail that was seen came in, in seconds since 1970; when counting began, for a folder that had none.
    """

    validity: int = 0
    uid: int = 0
    tidied: int = 0
    heard: int = 0

    @classmethod
    def read(cls, cursor: Cursor) -> Position:
        return cls(**{name: int((cursor or {}).get(name, 0)) for name in ("validity", "uid", "tidied", "heard")})

    def written(self) -> Cursor:
        return {"validity": self.validity, "uid": self.uid, "tidied": self.tidied, "heard": self.heard}


class Reader:
    def __init__(self, account: str, settings: Settings, secret: bytes, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._client: IMAPClient | None = None
        self._trouble: Counter[tuple[int, int]] = Counter()

    def pull(self, cursor: Cursor, token: str | None = None) -> Batch:
        """`token`: for a new line, where the account has no password.

        Raises ConnectorError when nothing could be read; what was read before a line broke is handed over."""
        reused = self._client is not None
        try:
            return self._pull(Position.read(cursor), token)
        except Unreachable:
            self.close()
            if not reused:
                raise
        try:  # the line had grown old; a fresh one decides
            return self._pull(Position.read(cursor), token)
        except Unreachable:
            self.close()
            raise

    def interrupt(self) -> None:
        """From another thread: what is under way fails at once."""
        if self._client:
            interrupt(self._client)

    def close(self) -> None:
        client, self._client = self._client, None
        if client:
            drop(client)

    def _pull(self, at: Position, token: str | None) -> Batch:
        client = self._client = self._client or connect(self._settings, token)
        opened = open_folder(client, self._settings.folder, readonly=self._settings.after == "nothing")
        if opened.validity != at.validity:
            at = Position(validity=opened.validity, heard=at.heard)  # the server renumbered: read all again, the keys tell what is known
        at, untidy = self._tidy(client, at, opened.exists)
        waiting = folder.ahead(client, at.uid, opened.exists)
        chosen = waiting[: SKIM if self._settings.since else self._settings.batch]
        listed = folder.sizes(client, chosen)
        arrivals, reached = self._read(client, opened.validity, listed, at.uid)
        at = replace(at, uid=reached, heard=self._heard(at.heard, [mail for mail in listed if mail.uid <= reached]))
        more = untidy or reached < max(waiting, default=reached)
        return Batch(arrivals=arrivals, cursor=at.written(), more=more, doubt=None if more else self._silent(at.heard))

    def _heard(self, before: int, seen: Sequence[Listed]) -> int:
        now = int(self._clock().timestamp())
        came = [int(mail.received.timestamp()) for mail in seen if mail.received]
        return min(now, max([before, *came])) or now

    def _silent(self, heard: int) -> str | None:
        """A sentence when no mail has come for longer than the office finds possible."""
        hours = self._settings.silence_hours
        if not hours or self._clock().timestamp() - heard <= hours * 3600:
            return None
        return (
            f"Tidak ada surat baru di {self._settings.folder} selama lebih dari {hours:g} jam (accounts.{self._account}.silence_hours). "
            f"Kirim surat uji ke {self._settings.address}, dan periksa penerusan surat ke kotak ini."
        )

    def _read(self, client: IMAPClient, validity: int, listed: Sequence[Listed], last: int) -> tuple[list[Arrival], int]:
        """Mails in order until the batch is full, and the UID reached. At most about one mail over the cap is held in memory."""
        arrivals: list[Arrival] = []
        held = 0
        for mail in listed:
            if folder.is_older(mail, self._settings.since):
                last = mail.uid
                continue
            full = len(arrivals) >= self._settings.batch or held + mail.size > self._settings.max_bytes
            if arrivals and full:
                return arrivals, last
            try:
                arrivals += self._mail(client, validity, mail)
            except Unreachable:
                if not arrivals:
                    raise
                self.close()
                return arrivals, last
            held += min(mail.size, self._settings.max_bytes)
            last = mail.uid
        return arrivals, last

    def _mail(self, client: IMAPClient, validity: int, mail: Listed) -> Sequence[Arrival]:
        whole = mail.size <= self._settings.max_bytes
        place = (validity, mail.uid)
        try:
            raw = folder.body(client, mail.uid, whole=whole)
        except Unfetchable:
            return [self._put_aside(place)]
        except Unreachable:
            self._trouble[place] += 1
            if self._trouble[place] < TRIES:
                raise
            return [self._put_aside(place)]
        self._trouble.pop(place, None)
        return [] if raw is None else self._arrivals(raw, 0 if whole else mail.size)

    def _put_aside(self, place: tuple[int, int]) -> Unreadable:
        """The server does not give it out. Its place is all that a person needs to find it in the mailbox."""
        return Unreadable(channel=wire.CHANNEL, account=self._account, raw=b"", reason="fetch", external_id=f"imap:{place[0]}:{place[1]}")

    def _arrivals(self, raw: bytes, cut_from: int) -> Sequence[Arrival]:
        settings = self._settings
        return wire.read(
            raw,
            account=self._account,
            now=self._clock(),
            staff=settings.staff,
            own=settings.own,
            secret=self._secret,
            cut_from=cut_from,
            limit=settings.max_bytes,
        )

    def _tidy(self, client: IMAPClient, at: Position, exists: int) -> tuple[Position, bool]:
        """Flags or moves mails up to the position that we were handed, for only those are safe. Second value: there is more to tidy."""
        settings = self._settings
        if settings.after == "nothing" or at.tidied >= at.uid:
            return at, False
        ready = [uid for uid in folder.ahead(client, at.tidied, exists) if uid <= at.uid]
        turn = ready[:TIDY]
        uids = [mail.uid for mail in folder.sizes(client, turn) if not folder.is_older(mail, settings.since)]
        if uids and settings.after == "move":
            folder.move(client, uids, settings.done_folder)
        elif uids:
            folder.mark_seen(client, uids)
        return replace(at, tidied=turn[-1] if turn else at.uid), len(ready) > len(turn)
