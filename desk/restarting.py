"""A changed setting takes effect: the hub's inside stops in order and the same process begins anew, while its port stays open.

Whoever calls meanwhile waits in the listener's queue; nobody is refused. Nothing is lost, because everything is durable. Light at the top.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from store.bell import Bell
    from store.database import Database

HANDED_ON = "SATUPINTU_LISTENER"
"""The number of the open listener that the process before this one left behind."""


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """The port is taken before anything else starts, so that a second hub fails at once. It is served last."""
    handed_on = os.environ.pop(HANDED_ON, "")
    if handed_on.isdecimal():
        with socket.socket(fileno=int(handed_on)) as listener:
            listener.set_inheritable(False)
            yield listener
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        yield listener


async def told_to_stop(stop: asyncio.Event, db: Database, bell: Bell, known: int) -> bool:
    """Waits for the end. True: a setting newer than `known` came, so begin anew; False: somebody wants the hub to stop."""
    from dispatcher import overlaying

    change, end = asyncio.create_task(overlaying.changed(db, bell, known)), asyncio.create_task(stop.wait())
    await asyncio.wait((change, end), return_when=asyncio.FIRST_COMPLETED)
    again = change.done() and not stop.is_set()
    for task in (change, end):
        task.cancel()
    await asyncio.gather(change, end, return_exceptions=True)
    return again


def again(listener: socket.socket) -> None:
    """This process becomes a fresh one with the same arguments; it does not return."""
    typer.echo("  Pengaturan berubah: dimulai lagi dengan yang baru.")
    sys.stdout.flush()
    listener.set_inheritable(True)
    os.environ[HANDED_ON] = str(listener.fileno())
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves
