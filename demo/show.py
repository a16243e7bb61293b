"""`run.py demo`: the real hub, with stand-ins of the platforms and citizens who write through every channel; a live table of it all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from sqlalchemy import Connection

from config.settings import Account, DoorSettings, Http, Log, Settings, Store
from demo.citizens import (
    STORIES,
    AppCitizen,
    ChatCitizen,
    Citizen,
    DeskVisitor,
    MailCitizen,
    PhoneCitizen,
    SystemCitizen,
    TelegramCitizen,
    XCitizen,
)
from demo.mailbox import Mailbox
from demo.open311 import Open311
from demo.telegram import Telegram
from demo.twilio import Twilio
from demo.webhook import Application
from demo.x import X
from normalizer.tracking import printed
from store import operators

NAMES = ("Siti Aminah", "Budi Santoso", "Rina Marlina", "Asep Sunandar", "Dewi Lestari", "Joko Prasetyo")
DOOR_SECONDS = 30.0
SYSTEM_KEY = "kunci-sistem-peragaan"
ROWS = 20
PHONES = (("wa", "whatsapp", "+6222000001"), ("pesan_singkat", "sms", "+6222000002"))
"""Account, channel and number of the city."""
Running = Callable[[Settings], contextlib.AbstractAsyncContextManager[Any]]
"""`run.running`, handed in: nothing imports `run`."""
FirstLink = Callable[[Any, Settings], Awaitable[str | None]]


@dataclass(slots=True)
class Told:
    """One line of the table. `number` is what the citizen read in the answer, in stored form."""

    channel: str
    name: str
    number: str | None = None
    at_door: str = "menunggu"
    answered: bool = False

    @property
    def complete(self) -> bool:
        return self.answered and self.at_door != "menunggu"


@dataclass(frozen=True, slots=True)
class World:
    """The stand-ins, running."""

    telegram: Telegram
    twilio: Twilio
    x: X
    box: Mailbox
    application: Application
    door: Open311
    settings: Settings


async def demo(running: Running, first_link: FirstLink, *, once: bool, speed: float, port: int) -> bool:
    """True when every citizen got a number in their own channel and every complaint reached the door."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="satu-pintu-") as folder:
        async with world(Path(folder), port) as stage, running(stage.settings) as hub:
            console.print(f"\nSatu Pintu, peragaan. Warga: {hub.url}/   Petugas: {hub.url}/desk/   (semua data dibuang saat selesai)\n")
            for name, sentence in hub.troubled.items():
                console.print(f"[yellow]{name}: {sentence}[/]")
            if not once:
                console.print(f"Admin pertama: {await first_link(hub.db, hub.settings)}\n", soft_wrap=True)
            await hub.db.write(_system_key)
            rows: list[Told] = []
            with Live(table(rows), console=console, refresh_per_second=4, transient=False) as live:
                if once:
                    await _once(hub, stage, rows, live)
                else:
                    await _forever(hub, stage, rows, live, speed)
    return bool(rows) and all(row.complete for row in rows)


def _system_key(connection: Connection) -> None:
    """The other city system may post to our Open311 server."""
    digest = operators.digest(SYSTEM_KEY)
    operators.add_key(connection, name="Aplikasi kota lain", scope="open311", key_sha256=digest, now=datetime.now(UTC))


@contextlib.asynccontextmanager
async def world(folder: Path, port: int) -> AsyncIterator[World]:
    """Telegram, Twilio, X, a mailbox and the city's Open311 server on loopback, and the settings that lead to them."""
    telegram, application, door = Telegram(), Application(), Open311(api_key="kunci-peragaan")
    async with contextlib.AsyncExitStack() as stack:
        api_base, base = await telegram.start(), await door.start()
        stack.push_async_callback(telegram.stop)
        stack.push_async_callback(door.stop)
        await application.start()
        stack.push_async_callback(application.stop)
        box = await stack.enter_async_context(Mailbox())
        twilio = Twilio()
        await twilio.start()
        stack.push_async_callback(twilio.stop)
        x = X()
        await x.start()
        stack.push_async_callback(x.stop)
        settings = _with_phones(_settings(folder, port, telegram.token, api_base, base, box, application), twilio)
        public = Account(channel="x", username=x.username, api_base=x.address, poll_seconds=1, **x.secrets)
        settings = settings.model_copy(update={"accounts": {**settings.accounts, "x_kota": public}})
        yield World(telegram, twilio, x, box, application, door, settings)


def _with_phones(settings: Settings, twilio: Twilio) -> Settings:
    """An account for each channel of Twilio, with the city's invented numbers."""
    phones = {
        name: Account(
            channel=channel,
            account_sid=twilio.account_sid,
            auth_token=twilio.token,
            numbers=[number],
            api_base=twilio.address,
            media_hosts=["localhost"],
        )
        for name, channel, number in PHONES
    }
    return settings.model_copy(update={"accounts": {**settings.accounts, **phones}})


def _settings(folder: Path, port: int, token: str, api_base: str, base: str, box: Mailbox, application: Application) -> Settings:
    mail = box.account_settings()
    return Settings(
        store=Store(url=f"sqlite:///{folder}/hub.db", blobs=folder / "blobs"),
        http=Http(port=port),
        log=Log(level="error"),
        accounts={
            "chat": Account(channel="webchat"),
            "desk": Account(channel="manual"),
            "open311": Account(channel="open311"),
            "bot": Account(channel="telegram", token=token, api_base=api_base, poll_seconds=5),
            "kotak_surat": Account(**mail),
            "aplikasi": Account(channel="webhook", secret=application.secret, callback_url=application.callback_url),
        },
        doors={"kota": DoorSettings(kind="open311", base=base, api_key="kunci-peragaan", default_service="lain")},
        profile_overrides={"door": "kota", "intake": {"settle_seconds": 1.0}},
    )


def _citizens(hub: Any, stage: World, pick: random.Random, chat: int) -> list[Citizen]:
    prefix = hub.profile.prefix
    names = [pick.choice(NAMES) for _ in range(9)]
    phones: list[Citizen] = [
        PhoneCitizen(stage.twilio, f"{hub.url}/hooks/twilio/{account}", prefix, name, channel, f"+62812{chat:08d}", number)
        for name, (account, channel, number) in zip(names[6:8], PHONES, strict=True)
    ]
    return [
        ChatCitizen(hub.url, prefix, names[0]),
        TelegramCitizen(stage.telegram, prefix, names[1], chat),
        MailCitizen(stage.box, prefix, names[2]),
        DeskVisitor(hub.intake, hub.db, names[3]),
        AppCitizen(stage.application, hub.url, prefix, names[4]),
        XCitizen(stage.x, prefix, names[5], 80_000 + chat),
        SystemCitizen(hub.url, prefix, names[8], SYSTEM_KEY),
        *phones,
    ]


async def _once(hub: Any, stage: World, rows: list[Told], live: Live) -> None:
    """One complaint through each channel, then wait for the door."""
    citizens = _citizens(hub, stage, random.Random(1), 7001)
    rows += [Told(each.channel, each.name) for each in citizens]

    async def one(citizen: Citizen, row: Told, story: str) -> None:
        row.number = await citizen.write(story)
        row.answered = row.number is not None

    async with asyncio.TaskGroup() as writing:
        for citizen, row, story in zip(citizens, rows, cycle(STORIES), strict=False):
            writing.create_task(one(citizen, row, story))
    deadline = asyncio.get_running_loop().time() + DOOR_SECONDS
    while not all(row.complete for row in rows) and asyncio.get_running_loop().time() < deadline:
        _look_at_door(stage.door, rows)
        live.update(table(rows))
        await asyncio.sleep(0.1)
    live.update(table(rows))


async def _forever(hub: Any, stage: World, rows: list[Told], live: Live, speed: float) -> None:
    """Until Ctrl+C: a citizen every few seconds, and a city that answers now and then."""
    pick = random.Random()
    writing: set[asyncio.Task[None]] = set()
    for turn in count():
        citizen = pick.choice(_citizens(hub, stage, pick, 7001 + turn))
        row = Told(citizen.channel, citizen.name)
        rows.append(row)
        del rows[:-ROWS]

        async def one(citizen: Citizen = citizen, row: Told = row) -> None:
            row.number = await citizen.write(pick.choice(STORIES))
            row.answered = row.number is not None

        task = asyncio.create_task(one())
        writing.add(task)
        task.add_done_callback(writing.discard)
        for _ in range(max(1, int(30 / speed))):
            _look_at_door(stage.door, rows)
            live.update(table(rows))
            await asyncio.sleep(0.1)
        if turn % 4 == 3 and stage.door.taken:
            stage.door.decide(pick.choice(stage.door.taken).reference, "closed", "Sudah dikerjakan petugas lapangan.")


def _look_at_door(door: Open311, rows: list[Told]) -> None:
    taken = {one.number: one for one in door.taken}
    for row in rows:
        if row.number and (found := taken.get(printed(row.number))):
            row.at_door = f"{found.reference} ({found.status})"


def table(rows: list[Told]) -> Table:
    """Channel, citizen, tracking number, status at the door, answer."""
    shown = Table(title="Laporan yang masuk", expand=False)
    for title in ("Kanal", "Warga", "Nomor laporan", "Di pintu", "Balasan"):
        shown.add_column(title)
    for row in rows:
        number = printed(row.number) if row.number else "…"
        shown.add_row(row.channel, row.name, number, row.at_door, "[green]sampai[/]" if row.answered else "menunggu")
    return shown
