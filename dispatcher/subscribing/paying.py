"""How an event is told: CloudEvents in the body, signed as Standard Webhooks says, the same webhook-id on every attempt.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. It may arrive twice and is harmless then:
whoever listens knows it by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection
from sqlmodel import Session

from connectors.errors import Refused, Unreachable
from dispatcher import faults
from dispatcher.subscribing.guard import Caller
from dispatcher.subscribing.secrets import Seal
from dispatcher.workers import NotYet, Payment, Tools
from store import events, subscribers
from store.outbox import Debt
from store.subscribers import Standing, SubscriberRow

ATTEMPTS = 400
"""Of one event while others arrive: with waits of eleven minutes, three days."""
PAUSED_SECONDS = 60.0
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
Content = Callable[[Session, Debt], bytes]
"""The body of an event, made of the complaint as it is now."""


class Gone(Refused):
    """They answered 410: told nothing more until an admin lets it go on."""

    code = "subscriber_gone"


class Failed(Unreachable):
    """Nothing but failure for days: paused until an admin lets it go on."""

    code = "subscriber_failed"


@dataclass(frozen=True, slots=True)
class Telling:
    subscriber: SubscriberRow
    body: bytes


class TellPayer:
    """Pays what is owed to the subscriber of this name."""

    def __init__(self, name: str, tools: Tools, caller: Caller, seal: Seal, content: Content) -> None:
        self._name, self._tools, self._caller, self._seal, self._content = name, tools, caller, seal, content

    async def pay(self, debt: Debt) -> Payment:
        telling = await self._tools.db.read(lambda session: self._read(session, debt))
        try:
            headers = self._signed(telling.subscriber, debt.payload["id"], telling.body)
            status = await self._caller.post(telling.subscriber.url, telling.body, {"Content-Type": MEDIA_TYPE, **headers})
        except Unreachable as error:
            raise await self._missed(debt, error.sentence) from None
        faults.point("tell.taken")
        if 200 <= status < 300:
            return lambda connection: f"HTTP {status}"
        if status == 410:
            await self._tools.db.write(lambda connection: subscribers.gone(connection, self._name))
            raise Gone("HTTP 410: penerima minta tidak dikabari lagi.")
        raise await self._missed(debt, f"HTTP {status}: pengalihan tidak diikuti." if 300 <= status < 400 else f"HTTP {status}.")

    def may_repeat(self, debt: Debt) -> bool:
        return True

    def settled(self, connection: Connection, debt: Debt, result: str | None) -> None:
        subscribers.arrived(connection, self._name)

    def given_up(self, connection: Connection, debt: Debt, code: str) -> None:
        events.give_up(connection, debt.id)

    def _read(self, session: Session, debt: Debt) -> Telling:
        """As they are now: the address and the secret may have changed since it was owed."""
        row = subscribers.find(session, self._name)
        if row is None or row.standing != Standing.ACTIVE:
            raise NotYet("Penerima sedang dijeda.", wait=PAUSED_SECONDS)
        return Telling(row, self._content(session, debt))

    async def _missed(self, debt: Debt, sentence: str) -> Unreachable | Refused:
        now = self._tools.clock()
        if await self._tools.db.write(lambda connection: subscribers.missed(connection, self._name, now)):
            self._tools.bell.ring(BELL)
            return Failed(f"{sentence} Tiga hari gagal terus: dijeda.")
        return Refused(sentence) if debt.attempts >= ATTEMPTS else Unreachable(sentence)

    def _signed(self, row: SubscriberRow, message_id: str, body: bytes) -> dict[str, str]:
        """By the present secret, and by the one before as long as it counts."""
        from standardwebhooks import Webhook  # a hub that tells nobody does without it

        now = self._tools.clock()
        try:
            keys = [self._seal.opened(one) for one in _sealed(row, now)]
        except InvalidToken:
            raise Unreachable("Rahasia hub sudah berganti. Ganti rahasia penerima ini.") from None
        signatures = [Webhook(key).sign(message_id, now, body.decode()) for key in keys]
        return {"webhook-id": message_id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": " ".join(signatures)}


BELL = "subscribers"
"""Rings when one came, went or was paused."""


def _sealed(row: SubscriberRow, now: datetime) -> list[bytes]:
    counts = row.former is not None and row.former_until is not None and now < row.former_until
    return [row.sealed, *([row.former] if counts and row.former else [])]
