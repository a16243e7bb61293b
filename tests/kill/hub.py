"""The real hub as a process of its own, and the city's door beside it: what a kill test starts, kills and starts again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from demo.open311 import Open311, taken_in
from tests.kill.nursery import Born

ROOT = Path(__file__).parents[2]
SECRET = "rahasia-hanya-untuk-uji-coba"
TOKEN = "700001:AAuji-coba"
HOOK_SECRET = "rahasia-kait"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def until(true: Callable[[], Awaitable[bool] | bool], seconds: float, what: str) -> None:
    """Poll with a deadline; the failure says what never happened."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = true()
        if await answer if asyncio.iscoroutine(answer) else answer:
            return
        assert asyncio.get_running_loop().time() < deadline, f"within {seconds} s: {what}"
        await asyncio.sleep(0.05)


class Process:
    """A Python process of ours with its output in a file; ended by its id, never by name."""

    def __init__(self, *arguments: str, log: Path, environment: Mapping[str, str] | None = None, born: bool) -> None:
        self._arguments, self._log, self._environment, self._born = arguments, log, dict(environment or {}), born
        self.process: asyncio.subprocess.Process | Born | None = None

    async def start(self) -> None:
        if self._born:
            self.process = await asyncio.to_thread(Born, self._arguments, {**_clean(os.environ), **self._environment}, self._log)
            return
        with self._log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                cwd=ROOT,
                env={**_clean(os.environ), **self._environment},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def died_of_sigkill(self, seconds: float = 45) -> None:
        assert self.process
        async with asyncio.timeout(seconds):
            assert await self.process.wait() == -signal.SIGKILL, self.output()[-3000:]

    async def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
        """The whole session goes at the end: children of a killed hub too."""
        if self.process is None:
            return
        if self.running:
            self.process.send_signal(number)
            try:
                async with asyncio.timeout(seconds):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def output(self) -> str:
        return self._log.read_text(errors="replace")


class City:
    """The open311 stand-in on a port that stays the same, with its journal. It lives in the test: a hub that dies leaves it alone."""

    def __init__(self, folder: Path) -> None:
        self.journal, self._port = folder / "city.journal", free_port()
        self.base = f"http://127.0.0.1:{self._port}/open311/v2"
        self._server: Open311 | None = None

    async def start(self) -> None:
        self._server = Open311(self.journal)
        await self._server.start(self._port)

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()

    def mood(self, mood: str, times: int = 1) -> None:
        assert self._server
        self._server.mood(mood, times)

    def taken(self) -> list[str]:
        """The tracking numbers (printed) that this city took, in order, doubles included; read from the journal."""
        return [one.number or "?" for one in taken_in(self.journal)] if self.journal.exists() else []


class Hub(Process):
    """`run.py serve` on a configuration of its own. `born`: as the nursery has it; else started from the beginning."""

    def __init__(
        self,
        folder: Path,
        config: str,
        *,
        name: str = "hub",
        fault: str | None = None,
        port: int | None = None,
        secrets: Mapping[str, str] | None = None,
        born: bool = True,
    ) -> None:
        self.folder, self.port = folder, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        toml = folder / f"{name}.toml"
        toml.write_text(config)
        armed = {"SATUPINTU_FAULTS_ALLOWED": "yes", "SATUPINTU_FAULT": fault} if fault else {}
        known = {
            "SATUPINTU__SECRET": SECRET,
            "SATUPINTU__ACCOUNTS__BOT__TOKEN": TOKEN,
            "SATUPINTU__ACCOUNTS__BOT__SECRET_TOKEN": HOOK_SECRET,
        }
        super().__init__(
            "run.py",
            "serve",
            "--config",
            str(toml),
            "--port",
            str(self.port),
            log=folder / f"{name}.log",
            environment=known | dict(secrets or {}) | armed,
            born=born,
        )

    async def start(self) -> None:
        """Returns once it is ready, or dead of an armed fault."""
        await super().start()
        try:
            await until(self._up, 60, "the hub is ready")
        except AssertionError:
            raise AssertionError(f"the hub is not ready:\n{self.output()[-3000:]}") from None
        if not self.running:
            assert self.process
            assert self.process.returncode == -signal.SIGKILL, f"the hub ended by itself:\n{self.output()[-3000:]}"

    async def _up(self) -> bool:
        return not self.running or await answers(f"{self.url}/readyz")


async def answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def rows(database: Path, query: str) -> list[dict[str, Any]]:
    """What the store holds, seen from outside."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text)


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if not key.startswith("SATUPINTU")}
