"""A mailbox on loopback that takes no passwords: a token endpoint as Google and Microsoft have it, and XOAUTH2 in front of IMAP and SMTP.

Every use of a refresh token replaces it, and the old one is worth nothing any more: the strictest of what providers do.
https://developers.google.com/gmail/imap/xoauth2-protocol
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from aiohttp import web

from demo.mailbox import LOOPBACK, Mailbox

LIFE_SECONDS = 3600


class Grants:
    """Who may enter: one refresh token in force at a time, and the access tokens that came of it."""

    def __init__(self) -> None:
        self.refresh_token = "refresh-0"
        self.access: set[str] = set()
        self.calls: list[Mapping[str, str]] = []
        self.moods: list[str] = []
        """What the next calls meet: error_500, throttled, html, hang, revoked."""
        self.rotates = True
        self._made = 0

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append(form)
        mood = self.moods.pop(0) if self.moods else ""
        if mood == "hang":
            await asyncio.sleep(3600)
        if mood == "error_500":
            return web.Response(status=500, text="oops")
        if mood == "throttled":
            return web.Response(status=429, headers={"Retry-After": "9"})
        if mood == "html":
            return web.Response(text="<html>masuk dulu</html>", content_type="text/html")
        if mood == "revoked" or form.get("refresh_token") != self.refresh_token:
            return web.json_response({"error": "invalid_grant", "error_description": f"token {form.get('refresh_token')}"}, status=400)
        return web.json_response(self._granted())

    def _granted(self) -> dict[str, Any]:
        self._made += 1
        token = f"access-{self._made}"
        self.access.add(token)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS}
        if self.rotates:
            self.refresh_token = f"refresh-{self._made}"
            answer["refresh_token"] = self.refresh_token
        return answer

    def allows(self, encoded: bytes, user: str) -> bool:
        """user={user}^Aauth=Bearer {token}^A^A in base64."""
        with suppress(ValueError):
            name, bearer, *_ = base64.b64decode(encoded).decode().split("\x01")
            return name == f"user={user}" and bearer.removeprefix("auth=Bearer ") in self.access
        return False


class OAuthMailbox:
    """`async with OAuthMailbox() as office`: `office.box` is the mailbox behind it."""

    def __init__(self) -> None:
        self.box, self.grants = Mailbox(), Grants()
        self.token_url = ""
        self._servers: list[asyncio.Server] = []
        self._ports: list[int] = []

    async def __aenter__(self) -> Self:
        await self.box.__aenter__()
        app = web.Application()
        app.router.add_post("/token", self.grants.take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        self.token_url = f"http://{LOOPBACK}:{self._runner.addresses[0][1]}/token"
        for serve in (self._imap, self._smtp):
            server = await asyncio.start_server(serve, LOOPBACK, 0)
            self._servers.append(server)
            self._ports.append(server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *problem: object) -> None:
        for server in self._servers:
            server.close()
        await self._runner.cleanup()
        await self.box.__aexit__(*problem)

    def account_settings(self) -> dict[str, Any]:
        """The account's table in hub.toml, as a dict."""
        imap, smtp = ({"host": LOOPBACK, "port": port, "tls": "none"} for port in self._ports)
        oauth = {
            "provider": "microsoft",
            "client_id": "aplikasi-uji",
            "client_secret": "rahasia-aplikasi",
            "refresh_token": "refresh-0",
            "token_url": self.token_url,
        }
        return {"channel": "email", "address": self.box.address, "oauth": oauth, "imap": imap, "smtp": smtp}

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def enter(line: bytes) -> bytes | None:
            tag, _, rest = line.partition(b" ")
            if rest.strip().upper() == b"AUTHENTICATE XOAUTH2":
                writer.write(b"+ \r\n")
                if self.grants.allows((await reader.readline()).strip(), self.box.address):
                    return b'%s LOGIN "%s" "%s"\r\n' % (tag, self.box.address.encode(), self.box.password.encode())
                writer.write(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n")
                return None
            if rest.upper().startswith(b"LOGIN "):
                writer.write(tag + b" NO [AUTHENTICATIONFAILED] LOGIN disabled\r\n")
                return None
            return line

        await self._between(reader, writer, self.box.imap_port, enter)

    async def _smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def enter(line: bytes) -> bytes | None:
            words = line.split()
            if words[:1] != [b"AUTH"]:
                return line
            if words[1:2] == [b"XOAUTH2"] and self.grants.allows(b"".join(words[2:]), self.box.address):
                plain = f"\0{self.box.address}\0{self.box.password}".encode()
                return b"AUTH PLAIN " + base64.b64encode(plain) + b"\r\n"
            writer.write(b"535 5.7.8 Authentication unsuccessful\r\n")
            return None

        await self._between(reader, writer, self.box.smtp_port, enter)

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, enter: Any) -> None:
        """Passes everything on, but for what `enter` changes or answers itself (None)."""
        upstream, upwriter = await asyncio.open_connection(LOOPBACK, port)
        back = asyncio.ensure_future(_pump(upstream, writer))
        with suppress(OSError, asyncio.CancelledError):
            while line := await reader.readline():
                passed = await enter(line)
                if passed is not None:
                    upwriter.write(passed)
        back.cancel()
        for each in (writer, upwriter):
            each.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
    writer.close()
