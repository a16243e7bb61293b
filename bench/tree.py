"""A process of ours with all its children: how much memory and CPU they take; stopped and continued together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]


class Tree:
    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None, log: Path) -> None:
        self._out = log.open("wb")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SATUPINTU")} | dict(environment or {})
        self._process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=self._out, start_new_session=True
        )
        self.peak = 0

    def first_line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().decode().strip()

    def drain(self) -> None:
        """Let it print as it likes; nobody reads it."""
        assert self._process.stdout
        threading.Thread(target=self._out.writelines, args=(self._process.stdout,), daemon=True).start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def members(self) -> list[psutil.Process]:
        top = psutil.Process(self._process.pid)
        return [top, *top.children(recursive=True)]

    def signal(self, number: signal.Signals) -> None:
        for member in self.members():
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(number)

    def rss(self) -> int:
        """Sum over the processes; counts shared pages in each of them."""
        return sum(_of(member, lambda one: one.memory_info().rss) for member in self.members())

    def pss(self) -> int:
        """Sum over the processes; shared pages are counted once."""
        return sum(_of(member, lambda one: one.memory_full_info().pss) for member in self.members())

    def cpu(self) -> dict[str, float]:
        """Seconds so far: `main` is the first process, `all` the tree."""
        used = [_of(member, lambda one: sum(one.cpu_times()[:2])) for member in self.members()]
        return {"main": used[0], "all": sum(used)}

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Keeps `peak`, the largest rss seen, a few times a second."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.25):
                self.peak = max(self.peak, self.rss())

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGCONT)
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._out.close()


def _of(member: psutil.Process, measure) -> float:  # noqa: ANN001
    try:
        return measure(member)
    except psutil.NoSuchProcess:
        return 0
