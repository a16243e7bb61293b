"""A reply that cannot reach its citizen goes the next way that the profile lists: whatsapp -> sms -> email.

The lost one stays in the dead pocket, where a person sees it; the new one is a debt of its own with a key made from the old, so it is
owed once, however often the loss is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from config.profile import Profile
from store import complaints, outbox
from store.complaints import Found
from store.deliveries import Undelivered
from store.outbox import Debt
from store.tables import Work

BY_PHONE = frozenset({"sms", "whatsapp"})
STAYS = frozenset({"too_large"})
"""What would fail on any way."""


class Fallbacks:
    """accounts: those that run, with their channel; the first of a channel is used."""

    def __init__(self, profile: Profile, accounts: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self._profile, self._clock = profile, clock
        self._accounts: dict[str, str] = {}
        for name, channel in accounts.items():
            self._accounts.setdefault(channel, name)

    def lost(self, connection: Connection, lost: Undelivered) -> None:
        """What follows when a platform tells later that a reply did not arrive."""
        self.go(connection, lost.debt, lost.code)

    def go(self, connection: Connection, debt: Debt, code: str) -> bool:
        """Owe the reply on the next way; False when there is none."""
        complaint = complaints.get(connection, debt.complaint_id) if debt.complaint_id is not None else None
        if complaint is not None:
            complaints.note(
                connection,
                complaint["id"],
                at=self._clock(),
                kind="undelivered",
                actor="system",
                source=str(debt.payload["channel"]),
                external_id=debt.key,
                note=code,
            )
        tried = [*debt.payload.get("tried", ()), debt.payload["channel"]]
        if code in STAYS:
            return False
        for channel in self._profile.fallbacks.get(tried[0], ()):
            address = None if channel in tried else self._address(channel, debt, complaint)
            if address is not None and channel in self._accounts:
                return self._owe(connection, debt, channel, address, tried)
        return False

    def _address(self, channel: str, debt: Debt, complaint: Found | None) -> str | None:
        reporter = (complaint["reporter"] or {}) if complaint else {}
        if channel == "email":
            return reporter.get("email")
        if channel not in BY_PHONE:
            return None
        if debt.payload["channel"] in BY_PHONE:
            number = str(debt.payload["address"]).removeprefix("whatsapp:")
            return number if number.startswith("+") else reporter.get("phone")
        return reporter.get("phone")

    def _owe(self, connection: Connection, debt: Debt, channel: str, address: str, tried: list[str]) -> bool:
        account, number = self._accounts[channel], debt.payload.get("tracking_number")
        conversation = f"{channel}:{account}:{address}"
        subject = debt.payload["subject"] or (self._profile.text("reply_subject", number=number) if number else None)
        payload = {**debt.payload, "channel": channel, "address": address, "tried": tried, "subject": subject}
        return outbox.owe(
            connection,
            key=f"{debt.key}:via:{channel}",
            kind=Work.REPLY,
            name=account,
            order_key=conversation,
            now=self._clock(),
            conversation=conversation,
            complaint_id=debt.complaint_id,
            payload=payload | {"extra": {}, "in_reply_to": None, "buttons": []},
        )
