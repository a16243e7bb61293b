"""E-mail for the contract suite: pymap and aiosmtpd, each behind a line that can have a bad day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from connectors.contract import Reply
from connectors.email.client import EmailConnector, Settings
from demo.mailbox import LOOPBACK, Mailbox
from tests.channels.asking import Standin

PASSWORD = "sandi-rahasia-uji"
REPLY = Reply(
    key="k1",
    channel="email",
    account="surel",
    conversation="email:surel:rina@example.org",
    address="rina@example.org",
    subject="Laporan Anda",
    text="Laporan Anda kami catat.",
    in_reply_to="surat-15@example.org",
    extra={"references": "surat-15@example.org"},
)
GENUINE = (
    b"From: Rina Kartika <rina@example.org>\r\nTo: pengaduan@cimahi.example\r\nSubject: Lampu jalan\r\n"
    b"Message-ID: <surat-15@example.org>\r\nDate: Fri, 2 Jan 2026 10:00:00 +0700\r\n\r\nLampu jalan mati\r\n"
)
GARBAGE: Mapping[str, bytes] = {
    "html": b"<!doctype html><html><body>502 Bad Gateway</body></html>\r\n",
    "broken_utf8": b"\xff\xfe\x80\r\n",
    "random": bytes(range(256)) + b"\r\n",
}


class Line:
    """Between the hub and one of the servers. On a bad day it answers itself: in IMAP at the login, in SMTP once the mail is over."""

    def __init__(self, port: int, when: Callable[[bytes], bool], answers: Mapping[str, bytes], early: Mapping[str, bytes]) -> None:
        self.target, self.when, self.answers, self.early = port, when, answers, early
        self.mood = ""
        self.port = 0

    async def open(self) -> None:
        self.server = await asyncio.start_server(self.serve, LOOPBACK, 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, upwriter = await asyncio.open_connection(LOOPBACK, self.target)
        back = asyncio.ensure_future(self.pump(upstream, writer))
        while (line := await reader.readline()) and not (self.mood == "empty" and self.when(line)):
            answer = self.answer(line)
            if answer is None:
                upwriter.write(line)
            else:
                writer.write(answer.replace(b"TAG", line.split()[0]))
        back.cancel()
        writer.close()
        upwriter.close()

    def answer(self, line: bytes) -> bytes | None:
        """None: the server may answer; empty: silence."""
        if self.mood in self.early:
            return self.early[self.mood] if b"MAIL" in line else None
        if not self.mood or not self.when(line):
            return None
        return self.answers.get(self.mood, b"")

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)


@asynccontextmanager
async def opened() -> AsyncIterator[Standin]:
    busy = b"TAG NO [LIMIT] too many connections\r\n"
    later = b"421 4.7.0 too many connections\r\n"
    async with Mailbox(password=PASSWORD) as box:
        refusals = {"throttled": busy, "throttled_no_wait": busy, "error_500": b"TAG NO [SERVERBUG] oops\r\n"}
        imap = Line(box.imap_port, lambda line: b"LOGIN" in line, {**GARBAGE, **refusals}, {})
        smtp = Line(
            box.smtp_port,
            lambda line: line == b".\r\n",
            {**GARBAGE, "error_500": b"451 4.3.0 oops\r\n"},
            {"throttled": later, "throttled_no_wait": later},
        )
        lines = (imap, smtp)
        for line in lines:
            await line.open()
        ports = {name: {"host": LOOPBACK, "port": line.port, "tls": "none"} for name, line in (("imap", imap), ("smtp", smtp))}
        settings = Settings(address=box.address, password=PASSWORD, timeout_seconds=0.5, **ports)
        connector = EmailConnector("surel", settings, b"rahasia")

        async def trouble(name: str) -> None:
            for line in lines:
                line.mood = name
                if name == "refused":
                    line.server.close()

        try:
            yield Standin(
                account="surel", connector=connector, reply=REPLY, genuine=GENUINE, secrets=[PASSWORD, "rahasia"], trouble=trouble
            )
        finally:
            await connector.aclose()
            for line in lines:
                line.server.close()
