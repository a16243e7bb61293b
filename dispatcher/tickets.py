"""Doors that give a ticket first ("token:...") and the number later: the ticket is shown until the number is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import Connection, select

from connectors.errors import ConnectorError, Refused
from dispatcher.doors.contract import Door
from dispatcher.workers import Tools
from store import complaints

TICKET = "token:"
AT_ONCE = 100
"""Tickets that are shown in one round, the oldest first."""
log = structlog.get_logger()


@runtime_checkable
class GivesTickets(Protocol):
    """What such a door has beside the contract."""

    async def ticket(self, token: str) -> str | None:
        """The door's number for this ticket; None while it has none. Raises ConnectorError."""
        ...


async def redeem(door: Door, tools: Tools) -> int:
    """How many numbers were learnt. One refused ticket holds up no other; a door that cannot be asked is asked again in the next round."""
    if not isinstance(door, GivesTickets):
        return 0
    table, learnt = complaints.table, 0
    waiting = (
        select(table.c.id, table.c.door_reference)
        .where(table.c.door == door.name, table.c.door_reference.startswith(TICKET))
        .order_by(table.c.id)
        .limit(AT_ONCE)
    )
    for complaint_id, token in await tools.db.read(lambda session: session.connection().execute(waiting).all()):
        try:
            number = await door.ticket(token)
        except Refused:
            continue
        except ConnectorError as error:
            await tools.pulses.trouble(f"door:{door.name}", error)
            return learnt
        if number is not None:
            await tools.db.write(_learn(complaint_id, number))
            learnt += 1
    if learnt:
        log.info("door.tickets", door=door.name, count=learnt)
        tools.bell.ring("desk")
    return learnt


def _learn(complaint_id: int, number: str) -> Callable[[Connection], None]:
    return lambda connection: complaints.mark(connection, complaint_id, door_reference=number)
