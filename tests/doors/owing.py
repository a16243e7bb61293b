"""Many complaints that a door is owed, as rows: what the tests of a thousand begin with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert

from dispatcher.registering import owe_forward
from store.tables import ComplaintRow
from tests.doors.examples import number


def owe_many(connection: Connection, which: Iterable[int], now: datetime) -> None:
    """A complaint for each, of a conversation of its own, with a forward to the door `kota` that is due."""
    for nth in which:
        key = number(nth)
        row = {
            "tracking_number": key,
            "title": "Lampu mati",
            "first_words": "Lampu mati",
            "body": f"Lampu mati ke-{nth}",
            "submitted_at": now,
            "provenance": {"channel": "telegram", "account": "bot", "external_id": f"7:{nth}", "received_at": now.isoformat()},
            "channel": "telegram",
            "account": "bot",
            "conversation": f"telegram:bot:{nth}",
            "state_at": now,
            "registered_at": now,
            "last_words_at": now,
            "door": "kota",
        }
        whole = ComplaintRow(**row).model_dump(exclude={"id"}) | row
        made = connection.execute(insert(ComplaintRow).values(**whole)).inserted_primary_key
        assert made is not None
        owe_forward(connection, made[0], key, "kota", now, now)
