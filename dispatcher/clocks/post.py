"""How the hub writes to its own people: by an account that it has anyway, as a debt like any other, so that it survives and goes once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dispatcher.enclosing import Report
from normalizer import tracking
from store import mailings, outbox
from store.tables import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`account`: the e-mail account that sends; None where there is none. `telegram`: account and chat of the operators."""

    url: str
    account: str | None = None
    telegram: tuple[str, str] | None = None

    def link(self, number: str) -> str:
        return f"{self.url}/desk/pengaduan/{tracking.printed(number)}"

    def mail(self, connection: Connection, address: str, *, key: str, subject: str, text: str, now: datetime) -> bool:
        """False: owed before, or there is no account."""
        return self.account is not None and _owe(connection, "email", self.account, address, key, subject, text, now)

    def report(self, connection: Connection, address: str, report: Report, *, key: str, subject: str, now: datetime) -> bool:
        """Its words and files are made when it leaves. False: as for a mail."""
        return self.account is not None and _owe(connection, "email", self.account, address, key, subject, "", now, report)

    def chat(self, connection: Connection, *, key: str, text: str, now: datetime) -> bool:
        if self.telegram is None:
            return False
        account, chat = self.telegram
        return _owe(connection, "telegram", account, chat, key, None, text, now)


def _owe(
    connection: Connection,
    channel: str,
    account: str,
    address: str,
    key: str,
    subject: str | None,
    text: str,
    now: datetime,
    report: Report | None = None,
) -> bool:
    payload: dict[str, Any] = {"channel": channel, "address": address, "text": text, "subject": subject, "in_reply_to": None, "buttons": []}
    return outbox.owe(
        connection,
        key=key,
        kind=Work.REPLY,
        name=account,
        order_key=f"{'report' if report else 'staff'}:{channel}:{address}",
        now=now,
        conversation=mailings.CONVERSATION if report else None,
        payload={**payload, "automatic": False, "extra": {}, "tracking_number": None, **({"report": report.kept()} if report else {})},
    )
