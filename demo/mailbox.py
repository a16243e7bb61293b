"""A mailbox on loopback for tests and `run.py demo`: pymap speaks IMAP, aiosmtpd speaks SMTP, both in this process and event loop.

Real servers with real protocols. What the hub sends is recorded as it came; nothing is deduplicated.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import warnings
from argparse import Namespace
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPServer
from pymap.mailbox import MailboxSnapshot
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pysasl.hashing import Cleartext

LOOPBACK = "127.0.0.1"
HUNG_UP = "421 putus"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """One mail that the SMTP server took."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the SMTP server does with one coming mail instead of taking it.

    step: mail, rcpt or data. answer: its words, for example "450 4.2.0 nanti"; "" hangs up: at data after the mail was taken and recorded.
    """

    step: str
    answer: str = ""


class _Readable(Cleartext):
    """Hashing costs 0.1 s at each login; pysasl's own comparison fails on letters outside ASCII."""

    def verify(self, secret: str, hash: str) -> bool:
        return secret == hash


class _Quiet(Config):
    """pymap asks the DNS for this machine's name at each greeting; a loopback server needs none."""

    lacks: tuple[str, ...] = ()

    @property
    def greeting(self) -> bytes:
        return b"Kotak surat contoh siap"

    @property
    def login_capability(self) -> list[bytes]:
        return [one for one in super().login_capability if one.decode() not in self.lacks]


class Mailbox:
    """`async with Mailbox() as box`: both servers listen on ports that the system chose.

    tls: a server's context; IMAP and SMTP then speak TLS from the first byte ("ssl"), or on demand with starttls=True.
    lacks: IMAP capabilities that the server does not have, for example MOVE, UIDPLUS, IDLE.
    """

    def __init__(
        self,
        address: str = "pengaduan@cimahi.example",
        password: str = "kata-sandi contoh",  # loopback only
        *,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        lacks: tuple[str, ...] = (),
    ) -> None:
        self.address = address
        self.password = password
        self.sent: list[SentMail] = []
        self.refusals: list[Refusal] = []
        self.mailed = asyncio.Event()
        """Set whenever a mail was taken; whoever waits clears it first."""
        self.imap_port = 0
        self.smtp_port = 0
        self._tls, self._starttls, self._lacks = tls, starttls, lacks
        self._servers: list[asyncio.Server] = []
        self._lines: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        await self._prepare()
        await self.open_imap()
        await self._open_smtp()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close_imap()
        for server in self._servers:
            server.close()

    def account_settings(self) -> dict[str, Any]:
        """The account's table in hub.toml, as a dict."""
        tls = "none" if not self._tls else "starttls" if self._starttls else "ssl"
        return {
            "channel": "email",
            "address": self.address,
            "password": self.password,
            "imap": {"host": LOOPBACK, "port": self.imap_port, "tls": tls},
            "smtp": {"host": LOOPBACK, "port": self.smtp_port, "tls": tls},
        }

    async def deliver(self, raw: bytes, *, flags: tuple[bytes, ...] = (), folder: str = "INBOX") -> None:
        """Puts a mail into a folder, as a mail server would."""
        mailbox = await self._folder(folder)
        await mailbox.append(AppendMessage(raw, datetime.now(UTC), frozenset(Flag(flag) for flag in flags)))

    async def renumber(self) -> None:
        """A new UIDVALIDITY, as after a restored backup: the old UIDs mean nothing any more."""
        mailbox = await self._folder("INBOX")
        before = mailbox.uid_validity
        while mailbox.uid_validity == before:
            mailbox._uid_validity = MailboxSnapshot.new_uid_validity()

    async def _prepare(self) -> None:
        config = _Quiet.from_args(self._pymap_arguments(), invalid_user_sleep=0.0, ssl_context=self._tls, hash_context=_Readable())
        config.lacks = self._lacks
        config.apply_context()
        self._backend, self._config = DictBackend(Login(config), config), config
        await DictBackend._add_demo_user(config, self._backend.login)

    async def _folder(self, name: str) -> Any:
        async with self._backend.login.demo_user_identity.new_session() as session:
            return await session.mailbox_set.get_mailbox(name)

    async def open_imap(self) -> None:
        """Listens again on the same port after `close_imap`."""
        serve = ProxyProtocolReader(self._config.proxy_protocol).get_callback(IMAPServer(self._backend.login, self._config))
        implicit = None if self._starttls else self._tls
        self._imap = await asyncio.start_server(self._counted(serve), LOOPBACK, self.imap_port, ssl=implicit)
        self.imap_port = self._imap.sockets[0].getsockname()[1]

    async def close_imap(self) -> None:
        """The IMAP server goes away: no new lines, and the old ones end in the middle of a word."""
        self._imap.close()
        await self.cut()

    async def cut(self) -> None:
        """Ends all IMAP lines; new ones are taken."""
        for line in self._lines:
            line.transport.abort()
        self._lines.clear()

    def _counted(self, serve: Callable[..., Awaitable[None]]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._lines.add(writer)
            with suppress(OSError, EOFError, asyncio.CancelledError):
                await serve(reader, writer)
            self._lines.discard(writer)

        return serve_one

    async def _open_smtp(self) -> None:
        for name in ("mail.log", "pymap"):  # they warn of passwords without TLS, and write passwords when told to debug
            logging.getLogger(name).setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        implicit = None if self._starttls else self._tls
        server = await loop.create_server(self._smtp, LOOPBACK, 0, ssl=implicit)
        self.smtp_port = server.sockets[0].getsockname()[1]
        self._servers.append(server)

    def _smtp(self) -> SMTP:
        with warnings.catch_warnings():  # passwords without TLS: on loopback only
            warnings.simplefilter("ignore")
            return self._smtp_line()

    def _smtp_line(self) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            ident="kotak surat contoh",
            authenticator=self._authenticate,
            auth_required=True,
            auth_require_tls=False,
            tls_context=self._tls if self._starttls else None,
            require_starttls=self._starttls,
        )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
        right = LoginPassword(self.address.encode(), self.password.encode())
        return AuthResult(success=login == right, handled=False)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return self._answer(server, "mail")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        answer = self._answer(server, "rcpt")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer(server, "data")
        if answer.startswith(("250", HUNG_UP)):
            mail = SentMail(sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), content=envelope.original_content or b"")
            self.sent.append(mail)
            self.mailed.set()
        return answer

    def _answer(self, server: SMTP, step: str) -> str:
        if not self.refusals or self.refusals[0].step != step:
            return "250 2.0.0 baik"
        refusal = self.refusals.pop(0)
        if refusal.answer:
            return refusal.answer
        if isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return HUNG_UP

    def _pymap_arguments(self) -> Namespace:
        return Namespace(
            passlib_cfg=None,
            proxy_protocol=None,
            host=LOOPBACK,
            port=0,
            debug=False,
            cert=None,
            key=None,
            tls=self._starttls,
            demo_data=False,
            demo_user=self.address,
            demo_password=self.password,
        )
