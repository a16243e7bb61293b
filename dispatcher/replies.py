"""What a citizen is told: sentences of the profile, never their own words back. A reply is owed in the transaction that causes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import Connection

from config.profile import Profile
from connectors.contract import Button, Inbound, Reply
from connectors.segments import count
from dispatcher import publicly
from normalizer import tracking
from store import outbox
from store.complaints import Found
from store.outbox import Debt, Owing
from store.tables import Work

LOOP_REPLIES = 20
LOOP_TIME = timedelta(hours=1)
"""More automatic replies than this to one conversation is a loop of two machines, or somebody playing."""
FILE_LIMIT_MB = 20
"""Where the channel named no limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Where a reply goes."""

    channel: str
    account: str
    conversation: str
    address: str | None
    in_reply_to: str | None = None
    extra: Mapping[str, Any]


def to_sender(inbound: Inbound) -> To:
    return To(
        channel=inbound.channel,
        account=inbound.account,
        conversation=inbound.conversation,
        address=inbound.reply_address,
        in_reply_to=inbound.message_id or None,
        extra=dict(inbound.extra),
    )


def to_reporter(complaint: Found) -> To:
    extra = dict(complaint["reply_extra"] or {})
    return To(
        channel=complaint["channel"],
        account=complaint["account"],
        conversation=complaint["conversation"],
        address=complaint["reply_address"],
        in_reply_to=extra.pop("in_reply_to", None),
        extra=extra,
    )


class Saying(TypedDict):
    """One reply. `automatic`: no person caused it; `more`: what else is kept beside its words."""

    key: str
    text: str
    now: datetime
    complaint_id: NotRequired[int | None]
    number: NotRequired[str | None]
    subject: NotRequired[str | None]
    buttons: NotRequired[tuple[Button, ...]]
    automatic: NotRequired[bool]
    due_at: NotRequired[datetime | None]
    more: NotRequired[Mapping[str, Any] | None]


class Replies:
    """Composes and owes replies for one city."""

    def __init__(self, profile: Profile, public_url: str) -> None:
        self.profile, self._url = profile, public_url

    def link(self, number: str) -> str:
        """Where anyone with the number can follow it."""
        return f"{self._url}/lacak/{tracking.printed(number)}"

    def owe(self, connection: Connection, to: To, **said: Unpack[Saying]) -> bool:
        """False: there is nobody to answer, it is owed already, or it would feed a loop."""
        debt = self.draft(connection, to, **said)
        return debt is not None and outbox.owe(connection, **debt)

    def draft(
        self,
        connection: Connection,
        to: To,
        *,
        key: str,
        text: str,
        now: datetime,
        complaint_id: int | None = None,
        number: str | None = None,
        subject: str | None = None,
        buttons: tuple[Button, ...] = (),
        automatic: bool = True,
        due_at: datetime | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Owing | None:
        """What would be owed; None: nobody is to be answered, or it would feed a loop. What is put off holds up no other reply."""
        if to.address is None:
            return None
        if publicly.is_public(to.extra):
            link = self.link(number) if number else ""
            urgent = number is not None and text.startswith(self.profile.text("ack_emergency", number=tracking.printed(number), link=link))
            said = publicly.said(
                connection, self.profile, to.conversation, key=key, number=number, link=link, automatic=automatic, urgent=urgent, now=now
            )
            if said is None:
                return None
            text, due_at, subject, buttons, more = said.text, said.due_at, None, (), None
        if automatic and outbox.replies_since(connection, to.conversation, now - LOOP_TIME) >= LOOP_REPLIES:
            return None
        return Owing(
            key=key,
            kind=Work.REPLY,
            name=to.account,
            order_key=f"later:{to.conversation}" if more and due_at and due_at > now else to.conversation,
            now=now,
            due_at=due_at,
            conversation=to.conversation,
            complaint_id=complaint_id,
            payload={
                "channel": to.channel,
                "address": to.address,
                "text": text,
                "subject": subject,
                "in_reply_to": to.in_reply_to,
                "buttons": [{"text": button.text, "command": button.command} for button in buttons],
                "automatic": automatic,
                "extra": dict(to.extra),
                "tracking_number": tracking.printed(number) if number else None,
                **(more or {}),
            },
        )

    def acknowledgement(self, number: str, *, emergency: bool, words: bool, placed: bool, channel: str = "") -> str:
        """The first answer to a complaint: its number at once, and one question at most."""
        name = "ack_emergency" if emergency else "ack" if words else "ack_words"
        if channel == "sms":
            return self._in_one_segment(number, "ack_place" if name == "ack" and not placed else name)
        text = self.profile.text(name, number=tracking.printed(number), link=self.link(number))
        return f"{text} {self.profile.text('ask_place')}" if words and not placed else text

    def _in_one_segment(self, number: str, name: str) -> str:
        """Each further part of an SMS is paid; where the hub's own address is long, the link is what can be spared."""
        named = {"number": tracking.printed(number), "link": self.link(number)}
        text = self.profile.text(f"{name}_sms", **named)
        return text if name != "ack" or count(text).segments == 1 else self.profile.text("ack_bare_sms", **named)

    def about_files(self, extra: Mapping[str, Any]) -> str:
        """What is added when a file was too large for us to take; empty when none was."""
        if not extra.get("too_large"):
            return ""
        return " " + self.profile.text("too_large", limit=extra.get("limit_mb", FILE_LIMIT_MB))

    def state(self, complaint: Mapping[str, Any]) -> str:
        """The state for people: "Didisposisikan ke Dinas Perhubungan"."""
        agency = self.profile.agencies.get(complaint["agency"] or "")
        return self.profile.text(f"state_{complaint['state']}", agency=agency.name if agency else self.profile.office)

    def status(self, complaint: Mapping[str, Any]) -> str:
        since = complaint["state_at"].astimezone(self.profile.tz)
        number = complaint["tracking_number"]
        return self.profile.text(
            "status",
            number=tracking.printed(number),
            state=self.state(complaint),
            since=f"{since:%d-%m-%Y %H:%M} {self.profile.zone_name}",
            link=self.link(number),
        )

    def choices_about(self, number: str, *, placed: bool, anonymous: bool, confidential: bool) -> tuple[Button, ...]:
        """What may be done with one complaint, the most useful first: some channels show three only."""
        offered = (
            ("button_status", "status", True),
            ("button_place", "lokasi", not placed),
            ("button_anonymous", "anonim", not anonymous),
            ("button_confidential", "rahasia", not confidential),
            ("button_cancel", "batal", True),
        )
        about = tracking.printed(number)
        buttons = [Button(text=self.profile.text(name), command=f"{command} {about}") for name, command, sensible in offered if sensible]
        return (*buttons, Button(text=self.profile.text("button_new"), command="baru"))

    def verdicts(self, number: str) -> tuple[Button, ...]:
        """Under an answer: is it solved?"""
        about = tracking.printed(number)
        offered = (("button_solved", "beres"), ("button_unsolved", "belum_beres"))
        return tuple(Button(text=self.profile.text(name), command=f"{command} {about}") for name, command in offered)

    def choices(self) -> tuple[Button, ...]:
        text = self.profile.text
        return (
            Button(text=text("button_status"), command="status"),
            Button(text=text("button_new"), command="baru"),
            Button(text=text("button_help"), command="bantuan"),
        )


def of_debt(debt: Debt, account: str, limit: int) -> Reply:
    """The Reply that a stored debt stands for, cut to the channel's length at a word."""
    owed = debt.payload
    return Reply(
        key=debt.key,
        channel=owed["channel"],
        account=account,
        conversation=debt.conversation or "",
        address=owed["address"],
        text=shortened(owed["text"], limit),
        subject=owed["subject"],
        in_reply_to=owed["in_reply_to"],
        buttons=tuple(Button(**button) for button in owed["buttons"]),
        automatic=owed["automatic"],
        extra=owed["extra"],
    )


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, ended at a word with an ellipsis when something was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[limit // 2 :] else cut).rstrip() + "…"
