"""For orchestration and Prometheus: is the process there, is the store there, and how much waits."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from connectors.errors import StoreAway
from desk.context import desk_of
from store.tables import InboxRow, InboxState, OutboxRow, Owed


async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """The store answers too; 503 otherwise."""
    try:
        await desk_of(request).db.read(lambda session: session.execute(text("SELECT 1")).scalar_one())
    except StoreAway:
        return web.Response(text="store away\n", status=503)
    return web.Response(text="ready\n")


async def metrics(request: web.Request) -> web.Response:
    """The process's own figures, and what waits in the store at this moment. No names, no numbers of citizens."""
    try:
        waiting = await desk_of(request).db.read(_waiting)
    except StoreAway:
        waiting = generate_latest(CollectorRegistry())
    return web.Response(body=generate_latest(REGISTRY) + waiting, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _waiting(session: Session) -> bytes:
    """Only what is not done: those rows are few and indexed."""
    registry = CollectorRegistry()
    inbox = Gauge("satupintu_inbox_messages", "Messages that wait or could not be read", ["account", "state"], registry=registry)
    wanted = select(InboxRow.account, InboxRow.state, func.count()).where(col(InboxRow.state) != InboxState.DONE)
    for account, state, number in session.execute(wanted.group_by(col(InboxRow.account), col(InboxRow.state))):
        inbox.labels(account, state).set(number)
    outbox = Gauge("satupintu_outbox_debts", "Forwards, replies and files that are owed", ["lane", "state"], registry=registry)
    owed = select(OutboxRow.lane, OutboxRow.state, func.count()).where(col(OutboxRow.state) != Owed.DONE)
    for lane, state, number in session.execute(owed.group_by(col(OutboxRow.lane), col(OutboxRow.state))):
        outbox.labels(lane, state).set(number)
    return generate_latest(registry)
