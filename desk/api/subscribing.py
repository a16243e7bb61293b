"""Webhooks through the API: who is told of events. What is told stands in `desk.api.told`."""

from __future__ import annotations

from typing import Any

from desk.api import shapes
from desk.api.operations import Call, Trouble
from desk.context import Desk
from dispatcher.acts import ActRefused
from dispatcher.subscribing.book import Book
from normalizer import tracking
from store import events, subscribers
from store.subscribers import SubscriberRow
from store.tables import OutboxRow, Owed


def book_of(desk: Desk) -> Book:
    return Book(desk.db, desk.bell, desk.secret, desk.settings.api.webhook_networks, desk.clock)


async def several(call: Call) -> shapes.Webhooks:
    return shapes.Webhooks(webhooks=[_webhook(row) for row in await call.desk.db.read(subscribers.listed)])


async def one(call: Call) -> shapes.Webhook:
    return _webhook(await _found(call))


async def add(call: Call) -> shapes.WebhookSecret:
    asked: shapes.NewWebhook = call.asked
    if asked.agency is not None and asked.agency not in call.desk.profile.agencies:
        raise ActRefused("Instansi itu tidak ada dalam profil kota.")
    secret = await book_of(call.desk).add(
        name=asked.name, url=asked.url, wanted=set(asked.events), agency=asked.agency, operator=call.operator
    )
    row = await call.desk.db.read(lambda session: subscribers.find(session, asked.name))
    if row is None:
        raise ActRefused("Webhook itu baru saja dihapus.")
    return shapes.WebhookSecret(**_shown(row), secret=secret)


async def remove(call: Call) -> shapes.Webhook:
    """As it was."""
    row = await _found(call)
    await book_of(call.desk).remove(row, operator=call.operator)
    return _webhook(row)


async def check(call: Call) -> shapes.Tried:
    return shapes.Tried(id=await book_of(call.desk).check(await _found(call), operator=call.operator))


async def deliveries(call: Call) -> shapes.Deliveries:
    row = await _found(call)
    log = await call.desk.db.read(lambda session: events.log(session, row.name))
    return shapes.Deliveries(deliveries=[_attempted(debt, number) for debt, number in log])


async def _found(call: Call) -> SubscriberRow:
    row = await call.desk.db.read(lambda session: subscribers.find(session, call.name)) if "\0" not in call.name else None
    if row is None:
        raise Trouble(404, "unknown", "Webhook itu tidak ada.")
    return row


def _webhook(row: SubscriberRow) -> shapes.Webhook:
    return shapes.Webhook(**_shown(row))


def _shown(row: SubscriberRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shapes.Webhook.model_fields}


def _attempted(debt: OutboxRow, number: str | None) -> shapes.Attempted:
    owed = debt.state == Owed.OWED
    return shapes.Attempted(
        id=debt.payload["id"],
        event=debt.payload["event"],
        number=tracking.printed(number) if number else None,
        at=debt.payload["at"],
        state=debt.state,
        attempts=debt.attempts,
        told=debt.result or debt.last_error,
        due_at=debt.due_at if owed else None,
    )
