"""Satu Pintu: one door for every complaint a city receives.

The one place that knows everything: it builds the hub, starts it in order, stops it in reverse, and is the command line.
Nothing heavy is imported at the top: the normaliser's worker processes import this file too, and stay small that way.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from desk import exporting, importing, restarting, upkeep
from desk.commands import Config, explained, failed, first_link, keys, now, settings_of, users

if TYPE_CHECKING:
    from aiohttp import web

    from config.profile import Profile
    from config.settings import Settings
    from connectors.contract import Connector
    from dispatcher.doors.contract import Door
    from dispatcher.intake import Intake
    from dispatcher.workers import Tools
    from store.database import Database

STOP_SECONDS = 20.0
GARBAGE = 20_000
"""New objects between two looks for cycles; Python's 700 are a dozen requests."""
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
app.add_typer(importing.group, name="import")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `url`: where it listens. `troubled`: accounts and doors that do not run well, with the sentence that says why."""

    settings: Settings
    profile: Profile
    db: Database
    intake: Intake
    tools: Tools
    connectors: dict[str, Connector]
    doors: dict[str, Door]
    troubled: dict[str, str]
    url: str
    newest: int
    """The last change of a setting at the desk that it knows."""


@contextlib.asynccontextmanager
async def running(settings: Settings, *, clock: Callable[[], datetime] = now, port: socket.socket | None = None) -> AsyncIterator[Hub]:
    """Up in this order, down in reverse: reader processes, store, doors and accounts, workers, pages, listener.

    `port`: a listener that is bound already; it is closed at the end.

    Raises SettingsError, StoreTaken, StoreAway or OSError (the port), each with a sentence for the operator.
    """
    import secrets

    from config import load
    from dispatcher.in_force import in_force
    from dispatcher.reading import Readers

    valid, secret, node = in_force(settings), load.secret(settings), secrets.token_hex(8)
    profile = valid.profile
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(port or restarting.bound(settings.http.host, settings.http.port))
        http = settings.http.model_copy(update={"port": listener.getsockname()[1]})
        settings = settings.model_copy(update={"http": http})
        url = f"http://{http.host}:{http.port}"
        public_url = (http.public_url or url).rstrip("/")

        readers = Readers(profile, settings.workers.normalizers, settings.workers.normalize_seconds)
        stack.push_async_callback(readers.aclose)
        readers.start()

        # Loaded only now, so that the readers stay small.
        import random

        from connectors.contract import Health
        from desk.api import told
        from desk.app import build as build_pages
        from desk.context import Desk
        from desk.enclosing import Recaps
        from dispatcher import accounts, tracking
        from dispatcher.acts import Acts
        from dispatcher.caring import Care
        from dispatcher.clocks import timetable
        from dispatcher.doors import registry
        from dispatcher.fallbacks import Fallbacks
        from dispatcher.intake import Intake
        from dispatcher.line import Line
        from dispatcher.links import Links
        from dispatcher.pulses import Pulses
        from dispatcher.pushed import Pushed
        from dispatcher.replies import Replies
        from dispatcher.schedule import scheduler
        from dispatcher.spending import Purse
        from dispatcher.taking import Taker
        from dispatcher.workers import Tools
        from store import migrate, ownership
        from store.bell import Bell
        from store.blobs import Blobs
        from store.credentials import Credentials
        from store.database import Database

        stack.enter_context(ownership.alone(settings.store.url))
        migrate.bring_up(settings.store.url)
        db = Database(settings.store.url)
        stack.push_async_callback(db.aclose)
        await db.write(lambda connection: ownership.take_over(connection, node, clock()))
        blobs, bell = Blobs(settings.store.blobs), Bell(settings.store.url)
        bell.start()
        stack.push_async_callback(bell.aclose)
        tools = Tools(db=db, bell=bell, pulses=Pulses(db, clock), clock=clock, chance=random.random, node=node)
        stack.push_async_callback(tools.let_go)

        troubled: dict[str, str] = {}
        doors = registry.build_all(settings.doors, profile, troubled, public_url=public_url)
        for door in doors.values():
            stack.push_async_callback(door.aclose)
        connectors = accounts.build(settings, secret, public_url, troubled, Credentials(db, [secret], clock))
        for connector in connectors.values():
            stack.push_async_callback(connector.aclose)
        replies = Replies(profile, public_url)
        taker = Taker(profile, replies, {name: each.about for name, each in connectors.items()}, node, tracking.draw)
        fallbacks = Fallbacks(profile, {name: settings.accounts[name].channel for name in connectors}, clock)
        care = Care(db, clock, Purse(db, clock, profile.tz), fallbacks)
        intake = Intake(db, blobs, bell, clock, fallbacks.lost)
        links = Links(secret, public_url, timedelta(days=http.link_days), clock)
        recaps = Recaps(db, profile, public_url)
        line = Line(tools, blobs, readers, taker, connectors, doors, list(settings.accounts), intake.crowd, care, links, recaps)
        stack.push_async_callback(_stopped, [asyncio.create_task(work, name=name) for name, work in line.work().items()])
        jobs = scheduler(tools, profile, replies, blobs, doors, timetable.jobs(tools, profile, replies, settings, public_url))
        jobs.start()
        stack.callback(jobs.shutdown, wait=False)

        acts = Acts(db, bell, profile, replies, tracking.draw, clock, registry.by_hand(settings.doors))
        desk = Desk(
            settings=settings,
            profile=profile,
            db=db,
            blobs=blobs,
            bell=bell,
            acts=acts,
            intake=intake,
            connectors=connectors,
            secret=secret,
            clock=clock,
        )
        pages = build_pages(desk)
        _mount(pages, connectors, intake, tools, http.public_url, http.trusted_proxies)
        pushed = Pushed(tools, profile, replies)
        pushed.mount(pages, doors, http.public_url, http.trusted_proxies)
        await _listen(pages, listener, stack)
        checks = await accounts.check(connectors)
        troubled |= {name: checked.sentence for name, checked in checks.items() if checked.health is Health.FAILED}
        at_work = {**accounts.work(connectors, intake.accept, tools), **pushed.listening(doors), **told.work(desk, tools)}
        stack.push_async_callback(_stopped, [asyncio.create_task(work, name=name) for name, work in at_work.items()])
        gc.freeze()  # the libraries' objects stay for ever; looking through them again and again took a fifth of a busy hub's time
        gc.set_threshold(GARBAGE)
        yield Hub(
            settings=settings,
            profile=profile,
            db=db,
            intake=intake,
            tools=tools,
            connectors=connectors,
            doors=doors,
            troubled=troubled,
            url=url,
            newest=valid.newest,
        )


async def _stopped(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_SECONDS)


def _mount(
    pages: web.Application, connectors: dict[str, Connector], intake: Intake, tools: Tools, public_url: str, trusted_proxies: int
) -> None:
    from connectors import gateway
    from connectors.contract import Receiver

    receivers = {name: each for name, each in connectors.items() if isinstance(each, Receiver)}
    counting: set[asyncio.Task[None]] = set()

    def forged(account: str) -> None:
        task = asyncio.create_task(tools.pulses.forged(account))
        counting.add(task)
        task.add_done_callback(counting.discard)

    gateway.mount(pages, receivers, intake.accept, public_url=public_url, trusted_proxies=trusted_proxies, clock=tools.clock, forged=forged)


async def _listen(pages: web.Application, listener: socket.socket, stack: contextlib.AsyncExitStack) -> None:
    from aiohttp import web

    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener, backlog=1024).start()


# -- the command line


@app.command()
def serve(
    config: Config = None,
    host: Annotated[str | None, typer.Option(help="Alamat untuk mendengarkan; hanya 127.0.0.1 bila tidak disebut.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: dipilih sistem.")] = None,
) -> None:
    """The hub: connectors, dispatcher, desk."""
    settings = settings_of(config)
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"http": settings.http.model_copy(update=chosen)})
    try:
        with explained(settings):
            asyncio.run(_serve(settings))
    except OSError as error:
        raise failed(f"http.port: {settings.http.host}:{settings.http.port} tidak dapat dipakai ({error.strerror}).") from None


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with restarting.bound(settings.http.host, settings.http.port) as port:
        async with running(settings, port=port.dup()) as hub:
            await _opened(hub)
            again = await restarting.told_to_stop(stop, hub.db, hub.tools.bell, hub.newest)
            typer.echo("  Menyelesaikan yang sedang berjalan…")
        if again and not stop.is_set():
            restarting.again(port)


async def _opened(hub: Hub) -> None:
    typer.secho(f"\n  Satu Pintu untuk {hub.profile.name} sudah buka.\n", bold=True)
    typer.echo(f"  Warga    {hub.url}/\n  Petugas  {hub.url}/desk/")
    for name, sentence in hub.troubled.items():
        typer.secho(f"  Perhatian, {name}: {sentence}", fg="yellow")
    link = await first_link(hub.db, hub.settings)
    if link:
        typer.secho(f"\n  Admin pertama: buka tautan ini sekali, dalam 24 jam:\n  {link}", fg="green")
    typer.echo("\n  Ctrl+C untuk berhenti.", nl=True)
    sys.stdout.flush()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Satu laporan lewat tiap kanal, lalu selesai.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, max=30)] = 1.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: dipilih sistem.")] = 0,
) -> None:
    """`serve` with stand-ins of Telegram, a mailbox and an Open311 door, and citizens who write through every channel."""
    from config import logging
    from config.settings import Log
    from demo import show

    logging.set_up(Log(level="error"))
    with contextlib.suppress(KeyboardInterrupt):
        raise typer.Exit(0 if asyncio.run(show.demo(running, first_link, once=once, speed=speed, port=port)) else 1)


for command in (*upkeep.COMMANDS, exporting.export):
    app.command()(command)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
