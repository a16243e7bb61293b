"""What paid replies may cost. Counted before sending; the limit stops automatic ones, never a person's, and never a complaint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection

from connectors.charges import Charges
from connectors.contract import Reply
from connectors.errors import SpendingLimit
from store import expenses
from store.database import Database


class Purse:
    """Of all accounts; days are the city's. Two nodes at the same moment may pass a limit by one reply each."""

    def __init__(self, db: Database, clock: Callable[[], datetime], zone: tzinfo) -> None:
        self._db, self._clock, self._zone = db, clock, zone

    async def take(self, account: str, connector: Charges, reply: Reply) -> tuple[date, int]:
        """Count a reply that is about to go; what to give back if it does not. Raises SpendingLimit."""
        parts, budget = connector.price(reply), connector.budget
        day = self._clock().astimezone(self._zone).date()

        def write(connection: Connection) -> bool:
            of_day, of_month = expenses.spent(connection, account, day)
            fits = of_day + parts <= budget.a_day and of_month + parts <= budget.a_month
            if fits or not reply.automatic:
                expenses.add(connection, account, day, parts)
            return fits or not reply.automatic

        if not await self._db.write(write):
            raise SpendingLimit(
                f"Batas pengiriman berbayar tercapai ({budget.a_day} bagian sehari, {budget.a_month} sebulan); balasan otomatis berhenti, "
                f"laporan tetap masuk. Naikkan accounts.{account}.limit_a_day atau limit_a_month bila perlu."
            )
        return day, parts

    async def give_back(self, account: str, taken: tuple[date, int]) -> None:
        """It surely did not go out."""
        day, parts = taken
        await self._db.write(lambda connection: expenses.add(connection, account, day, -parts))
