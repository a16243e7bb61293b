"""A real RabbitMQ of Debian's package in a folder of its own, on loopback, for tests. No service of the system is touched.

`kill` is SIGKILL, as a power cut is; `start` after it finds everything that was confirmed. Every call blocks: from a loop, in a thread.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
HOW_TO_GET_IT = "RabbitMQ: Debian's rabbitmq-server is not installed: sudo apt-get install rabbitmq-server"
LOOPBACK = "127.0.0.1"
START_SECONDS = 180.0
HIGHEST_PORT = 45535
"""The node's port + 20000 must stay below 65536: that is where its command-line tools would listen."""


class RabbitMQ:
    """Starts as root and not. `url` is its address with the user guest, who may come from this machine only."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="satu-pintu-rabbit-"))
        self._port, self._between, self._names = _free_ports(3)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{LOOPBACK}:{self._port}/"

    def start(self) -> None:
        """Returns when it answers. Raises RuntimeError with the broker's last words."""
        (self._home / "rabbitmq.conf").write_text("log.console = false\nlog.file.level = warning\n")
        (self._home / "enabled_plugins").write_text("[].\n")
        with (self._home / "out").open("wb") as out:
            self._server = subprocess.Popen(
                PROGRAM, env=self._environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._greets():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._home / "out").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to the whole group; returns when nobody answers any more."""
        if self._server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        while self._greets():
            time.sleep(0.01)

    def stop(self) -> None:
        self.kill()
        epmd = shutil.which("epmd")
        if epmd:  # the names' daemon that the node started for itself, on a port of its own
            subprocess.run([epmd, "-port", str(self._names), "-kill"], env=self._environment(), capture_output=True, check=False)
        shutil.rmtree(self._home, ignore_errors=True)

    def _environment(self) -> Mapping[str, str]:
        own = {
            "HOME": self._home,
            "ERL_EPMD_PORT": self._names,
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": f"satupintu{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": self._port,
            "RABBITMQ_DIST_PORT": self._between,
            "RABBITMQ_MNESIA_BASE": self._home / "mnesia",
            "RABBITMQ_LOG_BASE": self._home / "log",
            "RABBITMQ_PID_FILE": self._home / "pid",
            "RABBITMQ_CONF_ENV_FILE": self._home / "none",
            "RABBITMQ_CONFIG_FILE": self._home / "rabbitmq",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self._home / "enabled_plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{127,0,0,1}} +S {min(os.cpu_count() or 1, 2)}",
        }
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **{name: str(value) for name, value in own.items()}}

    def _greets(self) -> bool:
        """Whether somebody answers an AMQP greeting there."""
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=2) as line:
                line.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(line.recv(8))
        except OSError:
            return False


def _free_ports(count: int) -> list[int]:
    """All held while they are drawn, so that they differ."""
    with contextlib.ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            probe.bind((LOOPBACK, 0))
            if probe.getsockname()[1] <= HIGHEST_PORT:
                found.append(int(probe.getsockname()[1]))
        return found
