"""The configured accounts: built, checked, set up on their platforms, polled. One that fails is reported; the others run.

An account with a wrong setting is left out. One whose platform does not answer at start is kept: it is asked again and again, because
a hub that starts during an outage must catch up by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

import structlog

from config.settings import Settings
from connectors import gateway, registry
from connectors.contract import Checked, Connector, Cursor, Health, Prepares, Puller, Receiver
from connectors.errors import ConnectorError, Doubtful, Then
from connectors.poller import Poller
from connectors.vault import Keeps, Vault
from dispatcher import retry
from dispatcher.workers import Tools
from store import cursors

POLL_LEASE = timedelta(seconds=30)
"""The poller renews it every ten seconds; a dead node is replaced after this."""
CHECK_SECONDS = 10.0
WATCH_SECONDS = 60.0
"""A platform that calls us does not say that it cannot: it is asked so often how it fares."""
log = structlog.get_logger()


def build(settings: Settings, secret: bytes, public_url: str, troubled: dict[str, str], vault: Vault | None = None) -> dict[str, Connector]:
    """By account name. Those that cannot be built go into `troubled` with the sentence that says why. `vault`: for refresh tokens."""
    built: dict[str, Connector] = {}
    for name, account in settings.accounts.items():
        if not account.enabled:
            continue
        try:
            built[name] = registry.build(name, account, secret, public_url)
        except ConnectorError as error:
            troubled[name] = error.sentence
    for connector in built.values():
        if vault is not None and isinstance(connector, Keeps):
            connector.keep_in(vault)
    return built


async def check(connectors: Mapping[str, Connector]) -> dict[str, Checked]:
    """All at once, each within CHECK_SECONDS."""
    names = list(connectors)
    return dict(zip(names, await asyncio.gather(*(_check(connectors[name]) for name in names)), strict=True))


async def _check(connector: Connector) -> Checked:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await connector.check()
    except TimeoutError:
        return Checked(health=Health.FAILED, sentence="Tidak ada jawaban; periksa jaringan atau alamat api_base.")


def work(connectors: Mapping[str, Connector], accept: gateway.Accept, tools: Tools) -> dict[str, Coroutine[Any, Any, None]]:
    """What the accounts do by themselves, by name, each to run as a task until it is cancelled."""
    busy = {name: each for name, each in connectors.items() if isinstance(each, Prepares | Puller | Receiver)}
    return {f"account:{name}": _work(name, each, accept, tools) for name, each in busy.items()}


async def _work(name: str, connector: Connector, accept: gateway.Accept, tools: Tools) -> None:
    if isinstance(connector, Prepares) and not await _prepared(name, connector, tools):
        return
    if isinstance(connector, Puller):
        await _poller(name, connector, accept, tools).run()
    elif isinstance(connector, Receiver):
        await watch(name, connector, tools)


async def watch(name: str, connector: Connector, tools: Tools, every: float = WATCH_SECONDS) -> None:
    """Until cancelled: what a check finds is the account's health on the desk."""
    while True:
        checked = await _check(connector)
        try:
            await tools.pulses.pulse(name, None if checked.health is Health.OK else Doubtful(checked.sentence))
        except Exception as error:  # health is worth no message
            log.warning("pulse_lost", account=name, error=type(error).__name__)
        await asyncio.sleep(every)


async def _prepared(name: str, connector: Prepares, tools: Tools) -> bool:
    """Set up on the platform, however long it takes; False when a setting has to be changed first."""
    attempts = 0
    while True:
        try:
            await connector.prepare()
        except ConnectorError as error:
            await tools.pulses.trouble(name, error)
            log.warning("account.not_prepared", account=name, code=error.code)
            if error.then is Then.STOP_ACCOUNT:
                return False
            attempts += 1
            await asyncio.sleep(retry.wait(attempts, tools.chance).total_seconds())
        else:
            return True


def _poller(name: str, puller: Puller, accept: gateway.Accept, tools: Tools) -> Poller:
    async def load() -> Cursor:
        return await tools.db.read(lambda session: cursors.load(session.connection(), name))

    async def save(cursor: Cursor) -> None:
        moment = tools.clock()
        await tools.db.write(lambda connection: cursors.save(connection, name, dict(cursor or {}), moment))

    async def lease() -> bool:
        return await tools.hold(f"poll:{name}", POLL_LEASE)

    async def pulse(error: ConnectorError | None) -> None:
        await tools.pulses.pulse(name, error)

    return Poller(name, puller, accept, load, save, lease, pulse, tools.clock, tools.chance)
