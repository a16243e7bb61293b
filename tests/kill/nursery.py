"""Hubs that are born instead of started: forked from a Python that has loaded everything once. A hundred starts cost one import.

What lives then is `run.py` as the main program, with its own arguments, environment, session and output: a process like any other, to be
killed at any step. Only a hub that begins itself anew needs a command line of its own to do so, and is started (`Hub(born=False)`).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import pkgutil
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "connectors", "normalizer", "store", "dispatcher", "desk")
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload([f"{__name__}_rooms"])


def load() -> None:
    """Every module of the hub, and with them the libraries that they load when they are used."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".migrations." not in module.name:
                importlib.import_module(module.name)


class Born:
    """What a kill test asks of `asyncio.subprocess.Process`, of a hub that was forked."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._process: ForkServerProcess = _NURSERY.Process(target=_live, args=(list(arguments), dict(environment), log))
        self._process.start()
        assert self._process.pid
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        while (code := self.returncode) is None:
            await asyncio.sleep(0.02)
        return code


def _live(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    importlib.reload(sys.modules["dispatcher.faults"])  # armed by this environment, not by the nursery's
    sys.argv = arguments
    runpy.run_path(arguments[0], run_name="__main__")
