"""The care that a reply needs where sending costs money, windows close, or the platform tells later what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from connectors.charges import Charges
from connectors.contract import Connector, Delivery, Reply, Sent
from connectors.delivery import DeliveryState
from connectors.errors import ConnectorError, RecipientGone
from dispatcher.fallbacks import Fallbacks
from dispatcher.spending import Purse
from store import deliveries, expenses
from store.database import Database
from store.outbox import Debt

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Care:
    """Of all accounts; for a platform that neither charges nor reports it does nothing of its own."""

    db: Database
    clock: Callable[[], datetime]
    purse: Purse
    fallbacks: Fallbacks

    async def send(self, connector: Connector, reply: Reply) -> Sent:
        """Raises what `send` raises, and RecipientGone after a STOP, SpendingLimit when the account may send no more."""
        if not isinstance(connector, Charges):
            return await connector.send(reply)
        last = await self.db.read(lambda session: expenses.last_words(session.connection(), reply.conversation))
        if last is not None and last.service == "opt_out":
            raise RecipientGone("Warga meminta berhenti menerima pesan; kami baru menjawab lagi setelah ia menulis lagi.")
        taken = await self.purse.take(reply.account, connector, reply)
        try:
            return await connector.send(replace(reply, heard_at=last.at if last else NEVER))
        except ConnectorError as error:
            if error.certain:
                await self.purse.give_back(reply.account, taken)
            raise

    def sent(self, connection: Connection, account: str, debt: Debt, message_id: str) -> None:
        """The platform's id is known now; perhaps it told already that the message was lost."""
        ours = Delivery(
            channel=debt.payload["channel"], account=account, message_id=message_id, state=DeliveryState.ACCEPTED, at=self.clock()
        )
        deliveries.note(connection, ours, debt.id)
        lost = deliveries.settle(connection, account, message_id)
        if lost is not None:
            self.fallbacks.lost(connection, lost)
