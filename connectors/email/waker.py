"""Waits until the IMAP server says that something is new (IDLE, RFC 2177), or until it is time to look anyway. Blocking; in one thread.

A connection of its own, so that waiting and pulling never stand in each other's way. Whatever goes wrong here only makes the hub look less
promptly: `wait` then lasts its full time, and the pull reports the trouble.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any

from imapclient import IMAPClient

from connectors.email.imap import connect, drop, failures, open_folder
from connectors.email.settings import Settings
from connectors.errors import ConnectorError, Unreachable

_NEWS = (b"EXISTS", b"RECENT")
_SILENT_READS = 3
"""A line that is readable and says nothing so often has been closed by the other side."""


class Waker:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: IMAPClient | None = None
        self._able = settings.idle
        self._bell, self._clapper = socket.socketpair()

    def wait(self, token: str | None = None) -> None:
        """Returns when something is new, at the latest after `poll_seconds`; at once on a new connection, for what came before it.

        `token`: for a new line, where the account has no password.
        """
        until = time.monotonic() + self._settings.poll_seconds
        try:
            if self._able and self._told(until, token):
                return
        except ConnectorError:
            self.close()
        self._ready((), until)

    def ring(self) -> None:
        """From another thread: `wait` returns at once."""
        self._clapper.send(b"!")

    def close(self) -> None:
        """Ends the connection; `wait` opens another."""
        client, self._client = self._client, None
        if client:
            drop(client)

    def end(self) -> None:
        self.close()
        self._bell.close()
        self._clapper.close()

    def _told(self, until: float, token: str | None) -> bool:
        """False when this server cannot tell. True: it is time to look."""
        if self._client is None:
            return self._start(token)
        client = self._client
        with failures("IDLE"):
            if not _news(client.noop()[1]):
                client.idle()
                self._listen(client, until)
                client.idle_done()
        return True

    def _start(self, token: str | None) -> bool:
        self._client = connect(self._settings, token)
        self._able = self._client.has_capability("IDLE")
        if not self._able:
            self.close()
            return False
        open_folder(self._client, self._settings.folder, readonly=True)
        return True

    def _listen(self, client: IMAPClient, until: float) -> None:
        silent = 0
        while client.socket() in self._ready((client.socket(),), until):
            responses = client.idle_check(timeout=0)
            if _news(responses):
                return
            silent = 0 if responses else silent + 1
            if silent >= _SILENT_READS:
                raise Unreachable("Sambungan IMAP untuk IDLE ditutup server.")

    def _ready(self, sockets: Sequence[socket.socket], until: float) -> list[Any]:
        """Which of the sockets can be read; none when the time is over or the bell rang."""
        with selectors.DefaultSelector() as selector:
            for one in (*sockets, self._bell):
                selector.register(one, selectors.EVENT_READ)
            ready = [key.fileobj for key, _ in selector.select(max(0.0, until - time.monotonic()))]
        if self._bell in ready:
            self._bell.recv(64)
            return []
        return ready


def _news(responses: Iterable[Any]) -> bool:
    return any(isinstance(one, tuple) and len(one) > 1 and one[1] in _NEWS for one in responses)
