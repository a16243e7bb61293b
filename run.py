"""Satu Pintu: one door for every complaint a city receives.

The one place that knows everything: it builds the hub, starts it in order, stops it in reverse, and is the command line.
Nothing heavy is imported at the top: the normaliser's worker processes import this file too, and stay small that way.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from aiohttp import web

    from config.profile import Profile
    from config.settings import Settings
    from connectors.contract import Connector
    from dispatcher.doors.contract import Door
    from dispatcher.intake import Intake
    from dispatcher.workers import Tools
    from store.database import Database

LEASE = timedelta(seconds=30)
"""Of a polled account; its poller renews it every ten seconds."""
CHECK_SECONDS = 15.0
STOP_SECONDS = 20.0
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
users = typer.Typer(no_args_is_help=True, help="Petugas dan peran mereka.")
keys = typer.Typer(no_args_is_help=True, help="Kunci API untuk sistem lain.")
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
Config = Annotated[Path | None, typer.Option("--config", help="hub.toml; tanpa ini: ./hub.toml bila ada, selain itu nilai bawaan.")]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `url`: where it listens. `skipped`: accounts and doors that cannot run, with the sentence that says why."""

    settings: Settings
    profile: Profile
    db: Database
    intake: Intake
    tools: Tools
    connectors: dict[str, Connector]
    doors: dict[str, Door]
    skipped: dict[str, str]
    url: str


@contextlib.asynccontextmanager
async def running(settings: Settings, *, clock: Callable[[], datetime] = now) -> AsyncIterator[Hub]:
    """Up in this order, down in reverse: reader processes, store, doors and accounts, workers, pages, listener.

    Raises SettingsError, StoreTaken, StoreAway or OSError (the port), each with a sentence for the operator.
    """
    import random
    import secrets

    from config import load
    from desk.app import build as build_pages
    from desk.context import Desk
    from dispatcher import tracking
    from dispatcher.acts import Acts
    from dispatcher.intake import Intake
    from dispatcher.line import Line
    from dispatcher.pulses import Pulses
    from dispatcher.reading import Readers
    from dispatcher.replies import Replies
    from dispatcher.schedule import scheduler
    from dispatcher.taking import Taker
    from dispatcher.workers import Tools
    from store import migrate, ownership
    from store.bell import Bell
    from store.blobs import Blobs
    from store.database import Database

    profile, secret, node = load.profile(settings), load.secret(settings), secrets.token_hex(8)
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(_bound(settings.http.host, settings.http.port))
        http = settings.http.model_copy(update={"port": listener.getsockname()[1]})
        settings = settings.model_copy(update={"http": http})
        url = f"http://{http.host}:{http.port}"
        public_url = (http.public_url or url).rstrip("/")

        readers = Readers(profile, settings.workers.normalizers, settings.workers.normalize_seconds)
        stack.push_async_callback(readers.aclose)
        await readers.warm()

        stack.enter_context(ownership.alone(settings.store.url))
        db = Database(settings.store.url)
        stack.push_async_callback(db.aclose)
        await asyncio.to_thread(migrate.upgrade, db.readers)
        await db.write(lambda connection: ownership.take_over(connection, node, clock()))
        blobs, bell = Blobs(settings.store.blobs), Bell(settings.store.url)
        bell.start()
        stack.push_async_callback(bell.aclose)
        tools = Tools(db=db, bell=bell, pulses=Pulses(db, clock), clock=clock, chance=random.random, node=node)
        stack.push_async_callback(tools.let_go)

        skipped: dict[str, str] = {}
        doors = await _doors(settings, profile, stack, skipped)
        connectors = await _connectors(settings, secret, public_url, stack, skipped)
        replies = Replies(profile, public_url)
        taker = Taker(profile, replies, {name: each.about for name, each in connectors.items()}, node, tracking.draw)
        intake = Intake(db, blobs, bell, clock)
        line = Line(tools, blobs, readers, taker, connectors, doors, list(settings.accounts))
        stack.push_async_callback(_stopped, [asyncio.create_task(work, name=name) for name, work in line.work().items()])
        jobs = scheduler(tools, profile, replies, doors)
        jobs.start()
        stack.callback(jobs.shutdown, wait=False)

        acts = Acts(db, bell, profile, replies, tracking.draw, clock)
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
        _mount(pages, connectors, intake, tools, public_url, http.trusted_proxies)
        await _listen(pages, listener, stack)
        polling = [asyncio.create_task(work, name=name) for name, work in _polling(connectors, intake, tools).items()]
        stack.push_async_callback(_stopped, polling)
        yield Hub(
            settings=settings,
            profile=profile,
            db=db,
            intake=intake,
            tools=tools,
            connectors=connectors,
            doors=doors,
            skipped=skipped,
            url=url,
        )


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """The port is taken before anything else starts, so that a second hub fails at once. It is served last."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        yield listener


async def _stopped(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_SECONDS)


async def _doors(settings: Settings, profile: Profile, stack: contextlib.AsyncExitStack, skipped: dict[str, str]) -> dict[str, Door]:
    from connectors.errors import Misconfigured
    from dispatcher.doors import registry

    doors = {}
    for name in {"desk", profile.door, *settings.doors}:
        try:
            doors[name] = registry.build(name, settings.doors.get(name), profile)
        except Misconfigured as error:
            skipped[f"door:{name}"] = error.sentence
        else:
            stack.push_async_callback(doors[name].aclose)
    return doors


async def _connectors(
    settings: Settings, secret: bytes, public_url: str, stack: contextlib.AsyncExitStack, skipped: dict[str, str]
) -> dict[str, Connector]:
    """One account that cannot run is reported and skipped, the others run."""
    from connectors import registry
    from connectors.contract import Health, Prepares
    from connectors.errors import ConnectorError

    connectors: dict[str, Connector] = {}
    for name, account in settings.accounts.items():
        if not account.enabled:
            continue
        try:
            connector = registry.build(name, account, secret, public_url)
            stack.push_async_callback(connector.aclose)
            async with asyncio.timeout(CHECK_SECONDS):
                checked = await connector.check()
            if checked.health is Health.FAILED:
                skipped[name] = checked.sentence
                if not getattr(checked, "passing", False):
                    continue
            if isinstance(connector, Prepares):
                async with asyncio.timeout(CHECK_SECONDS):
                    await connector.prepare()
        except ConnectorError as error:
            skipped[name] = error.sentence
        except TimeoutError:
            skipped[name] = "Tidak ada jawaban; periksa jaringan atau alamat api_base."
        else:
            connectors[name] = connector
    return connectors


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


def _polling(connectors: dict[str, Connector], intake: Intake, tools: Tools) -> dict[str, Coroutine[Any, Any, None]]:
    from connectors.contract import Cursor, Puller
    from connectors.poller import Poller
    from store import cursors

    def poller(name: str, puller: Puller) -> Poller:
        async def load() -> Cursor:
            return await tools.db.read(lambda session: cursors.load(session.connection(), name))

        async def save(cursor: Cursor) -> None:
            moment = tools.clock()
            await tools.db.write(lambda connection: cursors.save(connection, name, dict(cursor or {}), moment))

        async def lease() -> bool:
            return await tools.hold(f"poll:{name}", LEASE)

        async def pulse(error: Any) -> None:
            await tools.pulses.pulse(name, error)

        return Poller(name, puller, intake.accept, load, save, lease, pulse, tools.clock, tools.chance)

    return {f"poll:{name}": poller(name, each).run() for name, each in connectors.items() if isinstance(each, Puller)}


async def _listen(pages: web.Application, listener: socket.socket, stack: contextlib.AsyncExitStack) -> None:
    from aiohttp import web

    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener, backlog=1024).start()
