"""A loopback server that answers everything in one bad way, whatever it is asked: what every door must survive."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """status 0: `body` goes out bare, without HTTP around it. hang: nothing ever goes out."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: tuple[str, ...] = ()
    hang: bool = False


class BadDay:
    """`calls` counts connections on which something was said."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.calls = self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        """The port, which is kept in `port` too."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._open:
            writer.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if not await reader.read(65536):
            return
        self.calls += 1
        if self.answer.hang:
            return
        one = self.answer
        head = [f"HTTP/1.1 {one.status} Bad Day", f"Content-Type: {one.media_type}", f"Content-Length: {len(one.body)}", *one.headers]
        bare = one.status == 0
        writer.write(one.body if bare else "\r\n".join([*head, "Connection: close", "", ""]).encode() + one.body)
        writer.close()
