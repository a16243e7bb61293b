"""An e-mail account: pulls through IMAP, answers through SMTP. Each blocking conversation has a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from connectors.contract import About, Batch, Checked, Cursor, FollowUp, Health, Reply, Sent
from connectors.email import guard, smtp, tokens
from connectors.email.compose import compose, recipient
from connectors.email.imap import connect, drop, failures, open_folder
from connectors.email.oauth import Access
from connectors.email.reader import Reader
from connectors.email.settings import Server, Settings
from connectors.email.waker import Waker
from connectors.errors import ConnectorError, CredentialRefused, RecipientGone, Refused
from connectors.vault import Vault

T = TypeVar("T")

__all__ = ["ABOUT", "EmailConnector", "Server", "Settings"]

ABOUT = About(
    provider="email",
    channels=("email",),
    title="Surel (e-mail)",
    follow_up=FollowUp.THREAD,
    text_limit=20_000,
    source="https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3",
)


SMTP_LINES = 3
"""Connections at once; mail providers refuse an account that opens many."""
CLOSE_SECONDS = 5.0
"""How long closing waits for a thread that just connects; it then ends by itself."""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class EmailConnector:
    """Satisfies Connector and Puller."""

    def __init__(self, account: str, settings: Settings, secret: bytes, clock: Callable[[], datetime] = _wall_clock) -> None:
        self.account = account
        self.settings = settings
        self._secret = secret
        self._clock = clock
        self._reader = Reader(account, settings, secret, clock)
        self._waker = Waker(settings)
        self._access = Access(account, settings.oauth, clock, settings.timeout_seconds) if settings.oauth else None
        self._reading = ThreadPoolExecutor(1, thread_name_prefix=f"imap-{account}")
        self._waiting = ThreadPoolExecutor(1, thread_name_prefix=f"idle-{account}")
        self._sending = asyncio.Semaphore(SMTP_LINES)
        self._sendings: guard.Sendings = {}
        self._closed = False

    @property
    def about(self) -> About:
        return ABOUT

    def keep_in(self, vault: Vault) -> None:
        if self._access:
            self._access.keep_in(vault)

    async def pull(self, cursor: Cursor) -> Batch:
        """At most `batch` mails beyond the cursor. Mails up to it are safe now and are flagged or moved where `after` says so."""
        loop = asyncio.get_running_loop()
        return await self._entered(lambda token: loop.run_in_executor(self._reading, self._reader.pull, cursor, token))

    async def _entered(self, work: Callable[[str | None], Awaitable[T]]) -> T:
        """The work with an access token where the account has no password; once more with a fresh one when an old one was refused."""
        token = await self._access.token() if self._access else None
        try:
            return await work(token)
        except CredentialRefused:
            if self._access is None or token is None or not self._access.stale(token):
                raise
        return await work(await self._access.token())

    async def wakes(self) -> AsyncIterator[None]:
        """Yields when the server announces mail (IDLE), and every `poll_seconds` in any case."""
        while True:
            token = await self._token_or_none()
            waiting = asyncio.get_running_loop().run_in_executor(self._waiting, self._waker.wait, token)
            try:
                await asyncio.shield(waiting)
            except asyncio.CancelledError:
                self._waker.ring()
                raise
            yield

    async def _token_or_none(self) -> str | None:
        """Without one the waker only looks less promptly; the pull reports the trouble."""
        try:
            return await self._access.token() if self._access else None
        except ConnectorError:
            return None

    async def send(self, reply: Reply) -> Sent:
        to = recipient(reply, self.settings)
        now = self._clock()
        self._guard(reply, to.lower(), now)
        message_id = tokens.message_id(self._secret, self.account, reply.key, self.settings.domain)
        composing = reply, to, message_id, self.settings, now
        mail = await asyncio.to_thread(compose, *composing) if reply.enclosures else compose(*composing)
        try:
            async with self._sending:
                await self._entered(lambda token: smtp.deliver(self.settings, to, mail, token))
        except ConnectorError as error:
            if not error.certain:
                self._note(reply, to.lower(), now)
            raise
        self._note(reply, to.lower(), now)
        return Sent(message_id=message_id)

    def _guard(self, reply: Reply, to: str, now: datetime) -> None:
        """The dispatcher has a cap for all channels; this one knows that one address may write under many conversations."""
        limits = self.settings
        times = self._sendings.get(to, ())
        if reply.automatic and not guard.allowed(times, now, per_hour=limits.answers_per_hour, per_day=limits.answers_per_day):
            raise Refused(
                "Terlalu banyak jawaban otomatis ke satu alamat; mungkin dua mesin saling membalas. Periksa laporannya di meja kerja."
            )

    def _note(self, reply: Reply, to: str, now: datetime) -> None:
        if reply.automatic:
            self._sendings = guard.noted(self._sendings, to, now)

    async def download(self, ref: str, limit: int) -> bytes:
        """Raises RecipientGone: attachments lie inside the mail's own bytes, so no ref exists."""
        raise RecipientGone("Lampiran surel tidak diunduh: berkasnya ada di dalam surat itu sendiri.")

    async def check(self) -> Checked:
        """Logs in to both servers and opens the folder for reading only."""
        try:
            inbox = await self._entered(lambda token: asyncio.to_thread(self._look, token))
            await self._entered(self._greet)
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        return inbox

    async def _greet(self, token: str | None) -> None:
        async with smtp.session(self.settings, token):
            return

    def _look(self, token: str | None) -> Checked:
        settings = self.settings
        client = connect(settings, token)
        try:
            opened = open_folder(client, settings.folder, readonly=True)
            with failures("periksa"):
                promptly = settings.idle and client.has_capability("IDLE")
                missing = settings.after == "move" and not client.folder_exists(settings.done_folder)
        finally:
            drop(client)
        how = "surat baru langsung terlihat" if promptly else f"surat baru dilihat tiap {settings.poll_seconds:g} detik"
        note = f" Folder “{settings.done_folder}” akan dibuat saat surat pertama dipindahkan." if missing else ""
        return Checked(
            health=Health.OK, sentence=f"IMAP dan SMTP menerima kita; {settings.folder} berisi {opened.exists} surat, {how}.{note}"
        )

    async def aclose(self) -> None:
        """Ends both threads and their connections, whatever they wait for."""
        if self._closed:
            return
        self._closed = True
        if self._access:
            await self._access.aclose()
        self._reader.interrupt()
        self._waker.ring()
        loop = asyncio.get_running_loop()
        endings = [
            loop.run_in_executor(self._reading, self._reader.close),
            loop.run_in_executor(self._waiting, self._waker.end),
        ]
        await asyncio.wait(endings, timeout=CLOSE_SECONDS)
        self._reading.shutdown(wait=False)
        self._waiting.shutdown(wait=False)
