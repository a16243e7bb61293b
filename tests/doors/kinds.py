"""Every kind of door, ready for the contract suite. A new kind is one entry here."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from config.settings import DoorSettings
from demo.door_webhook import SECRET, CitySystem
from demo.lapor import TOKEN, Lapor
from demo.open311 import Open311
from demo.rabbitmq import RabbitMQ
from tests.brokers import BROKER


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`ready`: settings of a door whose other side is well. `astray`: of one whose other side is at this port, whatever answers there.

    `http`: the other side speaks HTTP, so that its statuses mean what they always mean.
    """

    kind: str
    ready: Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[DoorSettings]]
    astray: Callable[[int], DoorSettings] | None = None
    http: bool = True
    marks: tuple[Any, ...] = ()


@contextlib.asynccontextmanager
async def _desk(request: pytest.FixtureRequest) -> AsyncIterator[DoorSettings]:
    yield DoorSettings(kind="desk")


@contextlib.asynccontextmanager
async def _worklist(request: pytest.FixtureRequest) -> AsyncIterator[DoorSettings]:
    yield DoorSettings(kind="worklist")


@contextlib.asynccontextmanager
async def _open311(request: pytest.FixtureRequest) -> AsyncIterator[DoorSettings]:
    city = Open311(api_key="kunci-rahasia-311", codes={"umum": "Umum", "lampu": "Lampu jalan"})
    base = await city.start()
    yield DoorSettings(kind="open311", base=base, api_key="kunci-rahasia-311", default_service="umum", timeout=5)
    await city.stop()


@contextlib.asynccontextmanager
async def _amqp(request: pytest.FixtureRequest) -> AsyncIterator[DoorSettings]:
    broker: RabbitMQ = request.getfixturevalue("rabbit")
    yield DoorSettings(kind="amqp", url=broker.url, queue="perjanjian", reply_queue="perjanjian.kabar", timeout=10)


@contextlib.asynccontextmanager
async def _lapor(request: pytest.FixtureRequest) -> AsyncIterator[DoorSettings]:
    lapor = Lapor()
    yield DoorSettings(kind="lapor", base=await lapor.start(), token=TOKEN, timeout=5)
    await lapor.stop()


@contextlib.asynccontextmanager
async def _webhook(request: pytest.FixtureRequest) -> AsyncIterator[DoorSettings]:
    system = CitySystem()
    base = await system.start()
    yield DoorSettings(kind="webhook", url=f"{base}/laporan", lookup=f"{base}/laporan/cari", secret=SECRET, timeout=5)
    await system.stop()


def _at(kind: str, key: str, **more: Any) -> Callable[[int], DoorSettings]:
    return lambda port: DoorSettings(kind=kind, timeout=0.5, **{key: f"http://127.0.0.1:{port}", **more})


def _amqp_at(port: int) -> DoorSettings:
    return DoorSettings(kind="amqp", url=f"amqp://guest:guest@127.0.0.1:{port}/", queue="perjanjian", timeout=0.5)


KINDS: Mapping[str, Kind] = {
    each.kind: each
    for each in (
        Kind(kind="desk", ready=_desk),
        Kind(kind="worklist", ready=_worklist),
        Kind(kind="open311", ready=_open311, astray=_at("open311", "base", default_service="umum")),
        Kind(kind="amqp", ready=_amqp, astray=_amqp_at, http=False, marks=tuple(BROKER)),
        Kind(kind="lapor", ready=_lapor, astray=_at("lapor", "base", token=TOKEN)),
        Kind(kind="webhook", ready=_webhook, astray=_at("webhook", "url", secret=SECRET)),
    )
}
