"""The normaliser in processes of its own, which can be killed: no message, however hostile, stalls the hub.

Each worker is forked from a clean server that has the normaliser loaded, reads one message after the other and answers each.
One that takes too long dies with its message; the next ones go to a fresh process.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, TypeVar

from config.profile import Profile
from connectors.contract import Inbound
from normalizer.outcome import Normalized

Wanted = TypeVar("Wanted")
Answer = TypeVar("Answer")
PRELOAD = ["normalizer.normalize"]


class Unread(Exception):
    """The normaliser gave no answer: `reason` is `timeout`, `crash` or the name of an exception."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _serve(pipe: Connection, profile: Profile) -> None:
    """In the worker: answer every Inbound until the pipe closes."""
    from normalizer.mime import part
    from normalizer.normalize import normalize

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            wanted = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = normalize(wanted, profile) if isinstance(wanted, Inbound) else part(*wanted)
        except Exception as error:
            pipe.send(type(error).__name__)
        else:
            pipe.send((answer,))


class _Worker:
    """One process and its pipe; used by one thread at a time."""

    def __init__(self, context: ForkServerContext, profile: Profile, seconds: float) -> None:
        self._context, self._profile, self._seconds = context, profile, seconds
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, wanted: object) -> Any:
        """Raises Unread."""
        pipe = self.begin()
        try:
            pipe.send(wanted)
            if not pipe.poll(self._seconds):
                raise Unread("timeout")
            answer = pipe.recv()
        except Unread:
            self.stop()
            raise
        except (EOFError, OSError):
            self.stop()
            raise Unread("crash") from None
        if isinstance(answer, str):
            raise Unread(answer)
        return answer[0]

    def begin(self) -> Connection:
        """Our end of the pipe; starts the process where there is none."""
        if self._pipe is not None:
            return self._pipe
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(theirs, self._profile), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours
        return ours

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


class Readers:
    """`count` workers; each message waits at most `seconds` for its outcome."""

    def __init__(self, profile: Profile, count: int, seconds: float) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOAD)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._workers = [_Worker(context, profile, seconds) for _ in range(count)]
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def normalize(self, inbounds: Sequence[Inbound]) -> list[Normalized | Unread]:
        """One outcome for each, in order."""
        return await self._on_a_worker(_normalize_each, list(inbounds))

    async def part(self, raw: bytes, index: int) -> bytes:
        """An attachment that lies inside a mail. Raises Unread."""
        return await self._on_a_worker(_part, (raw, index))

    async def _on_a_worker(self, job: Callable[[_Worker, Wanted], Answer], wanted: Wanted) -> Answer:
        worker = await self._idle.get()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, job, worker, wanted)
        finally:
            self._idle.put_nowait(worker)

    async def warm(self) -> None:
        """Start the first worker, so that the first citizen does not wait for it."""
        await self._on_a_worker(_begin, None)

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown)
        for worker in self._workers:
            worker.stop()


def _begin(worker: _Worker, _: None) -> None:
    worker.begin()


def _normalize_each(worker: _Worker, inbounds: list[Inbound]) -> list[Normalized | Unread]:
    answers: list[Normalized | Unread] = []
    for inbound in inbounds:
        try:
            answers.append(worker.ask(inbound))
        except Unread as unread:
            answers.append(unread)
    return answers


def _part(worker: _Worker, wanted: tuple[bytes, int]) -> bytes:
    return bytes(worker.ask(wanted))
