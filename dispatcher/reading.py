"""The normaliser in processes of its own, which can be killed: no message, however hostile, stalls the hub.

Each worker reads one message after the other and answers each. One that takes too long dies with its message; the next ones go to a
fresh process. The first workers are forked before the hub has threads and share its memory (with chat only the hub stays small);
their successors come from a clean server, because forking beside threads is not safe.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from config.profile import Profile
from connectors.contract import Inbound
from normalizer.cleaning import Cleaned
from normalizer.outcome import Normalized

Wanted = TypeVar("Wanted")
Answer = TypeVar("Answer")
DEATH_SIGNAL = 1
"""prctl's PR_SET_PDEATHSIG: https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html"""


class Unread(Exception):
    """The normaliser gave no answer: `reason` is `timeout`, `crash` or the name of an exception."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _serve(pipe: Connection, profile: Profile) -> None:
    """In the worker: answer every Inbound until the pipe closes."""
    from normalizer.cleaning import clean
    from normalizer.mime import part
    from normalizer.normalize import normalize

    while True:
        try:
            wanted = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Any
            if isinstance(wanted, bytes):
                answer = clean(wanted)
            else:
                answer = normalize(wanted, profile) if isinstance(wanted, Inbound) else part(*wanted)
        except Exception as error:
            pipe.send(type(error).__name__)
        else:
            pipe.send((answer,))


def _forked(pipe: Connection, profile: Profile) -> None:
    """In a forked worker: none of the hub's signals are its business, and it ends with the hub, however that ends."""
    ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve(pipe, profile)


def _spawned(pipe: Connection, profile: Profile) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve(pipe, profile)


class _Worker:
    """One process and its pipe; used by one thread at a time."""

    def __init__(self, profile: Profile, seconds: float) -> None:
        self._profile, self._seconds = profile, seconds
        self._process: BaseProcess | None = None
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
        if self._pipe is None:
            self._start(multiprocessing.get_context("forkserver"), _spawned)
        assert self._pipe is not None
        return self._pipe

    def fork(self) -> None:
        """The first start, while the hub has one thread."""
        self._start(multiprocessing.get_context("fork"), _forked)

    def _start(self, context: ForkContext | ForkServerContext, target: Callable[[Connection, Profile], None]) -> None:
        ours, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(theirs, self._profile), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours

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
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._workers = [_Worker(profile, seconds) for _ in range(count)]
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def normalize(self, inbounds: Sequence[Inbound]) -> list[Normalized | Unread]:
        """One outcome for each, in order."""
        return await self._on_a_worker(_normalize_each, list(inbounds))

    async def part(self, raw: bytes, index: int) -> bytes:
        """An attachment that lies inside a mail. Raises Unread."""
        return await self._on_a_worker(_part, (raw, index))

    async def clean(self, content: bytes) -> Cleaned:
        """A file as it may leave the hub. Raises Unread."""
        return await self._on_a_worker(_clean, content)

    async def _on_a_worker(self, job: Callable[[_Worker, Wanted], Answer], wanted: Wanted) -> Answer:
        worker = await self._idle.get()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, job, worker, wanted)
        finally:
            self._idle.put_nowait(worker)

    def start(self) -> None:
        """Fork the workers. Call it before anything starts a thread."""
        import_module("normalizer.normalize")  # loaded once, shared by all
        gc.collect()
        gc.freeze()  # a look for cycles would write to every object's head, and so copy all that is shared
        for worker in self._workers:
            worker.fork()

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown)
        for worker in self._workers:
            worker.stop()


def _normalize_each(worker: _Worker, inbounds: list[Inbound]) -> list[Normalized | Unread]:
    answers: list[Normalized | Unread] = []
    for inbound in inbounds:
        try:
            answers.append(worker.ask(inbound))
        except Unread as unread:
            answers.append(unread)
    return answers


def _clean(worker: _Worker, content: bytes) -> Cleaned:
    cleaned: Cleaned = worker.ask(content)
    return cleaned


def _part(worker: _Worker, wanted: tuple[bytes, int]) -> bytes:
    return bytes(worker.ask(wanted))
