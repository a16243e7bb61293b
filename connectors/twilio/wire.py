"""Twilio's forms, and messages as its list gives them, to our values. Pure: no network, no clock.

Fields: https://www.twilio.com/docs/messaging/guides/webhook-request and https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

from connectors.contract import Arrival, Attachment, Delivery, Inbound, Place, Sender, Unreadable
from connectors.delivery import DeliveryState
from connectors.twilio.codes import lost
from connectors.twilio.form import pairs
from connectors.twilio.words import said

SMS, WHATSAPP = "sms", "whatsapp"
PREFIX = "whatsapp:"
PHONE = re.compile(r"\+\d{5,15}")
MEDIA_MOST = 10
"""https://www.twilio.com/docs/messaging/api/message-resource: at most ten files a message."""
STATES: Mapping[str, DeliveryState] = MappingProxyType(
    {
        "accepted": DeliveryState.QUEUED,
        "scheduled": DeliveryState.QUEUED,
        "queued": DeliveryState.QUEUED,
        "sending": DeliveryState.QUEUED,
        "sent": DeliveryState.SENT,
        "partially_delivered": DeliveryState.SENT,
        "delivered": DeliveryState.DELIVERED,
        "read": DeliveryState.READ,
        "undelivered": DeliveryState.FAILED,
        "failed": DeliveryState.FAILED,
        "canceled": DeliveryState.FAILED,
    }
)


def read(raw: bytes, *, account: str, now: datetime, channel: str = SMS) -> Sequence[Arrival]:
    """One message: a webhook's form, or a message resource as JSON. Any bytes in, one arrival out; never raises on content.

    channel: of an account whose message does not tell it itself.
    """
    if raw[:1] == b"{":
        return (_listed(raw, account, now, channel),)
    try:
        form = pairs(raw)
    except ValueError:
        return (Unreadable(channel=channel, account=account, raw=raw, reason="shape"),)
    return (_Reader(raw, account, now, channel).message({name: value.replace("\x00", "") for name, value in form}),)


def status(raw: bytes, *, account: str, now: datetime, channel: str = SMS) -> Sequence[Arrival]:
    """One status callback. A state that was not invented when this was written says nothing."""
    try:
        form = dict(pairs(raw))
    except ValueError:
        form = {}
    message_id, told = form.get("MessageSid") or form.get("SmsSid"), form.get("MessageStatus") or form.get("SmsStatus")
    if not message_id or not told:
        return (Unreadable(channel=channel, account=account, raw=raw, reason="shape"),)
    state = STATES.get(told.lower())
    if state is None:
        return ()
    error = lost(form.get("ErrorCode", "")) if state is DeliveryState.FAILED else None
    return (
        Delivery(
            channel=channel,
            account=account,
            message_id=message_id,
            state=state,
            at=now,
            code=error.code if error else None,
            sentence=error.sentence if error else "",
            raw=raw,
        ),
    )


def _listed(raw: bytes, account: str, now: datetime, channel: str) -> Arrival:
    """A message of Twilio's list: no name and no place, but the time at which it was sent."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return Unreadable(channel=channel, account=account, raw=raw, reason="json")
    if not isinstance(found, dict):
        return Unreadable(channel=channel, account=account, raw=raw, reason="shape")
    written = {
        "MessageSid": found.get("sid"),
        "From": found.get("from"),
        "To": found.get("to"),
        "Body": found.get("body"),
        "MessagingServiceSid": found.get("messaging_service_sid"),
    }
    count = _number(found.get("num_media"))
    form = {name: value.replace("\x00", "") for name, value in written.items() if isinstance(value, str)}
    form |= {f"MediaUrl{index}": f"{form.get('MessageSid', '')}/Media/{index}" for index in range(int(min(count or 0, MEDIA_MOST)))}
    return _Reader(raw, account, _moment(found.get("date_sent") or found.get("date_created"), now), channel).message(form)


class _Reader:
    """One message under reading; holds what every step needs."""

    __slots__ = ("account", "channel", "raw", "sent_at")

    def __init__(self, raw: bytes, account: str, sent_at: datetime, channel: str) -> None:
        self.raw, self.account, self.sent_at, self.channel = raw, account, sent_at, channel

    def message(self, form: Mapping[str, str]) -> Arrival:
        key = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid")
        author = form.get("From", "").strip()
        if not key or not author:
            return Unreadable(channel=self.channel, account=self.account, raw=self.raw, reason="shape", external_id=key or None)
        channel = WHATSAPP if author.startswith(PREFIX) else self.channel
        line = author.removeprefix(PREFIX)
        phone = line if PHONE.fullmatch(line) else None
        heard, where = said(form), _place(form)
        text = "" if where is not None and heard.text in (form.get("Address"), form.get("Label"), where.text) else heard.text
        return Inbound(
            channel=channel,
            account=self.account,
            external_id=key,
            message_id=key,
            conversation=f"{channel}:{self.account}:{line}",
            sender=Sender(id=line, name=form.get("ProfileName", "").strip() or None, address=phone, phone=phone),
            sent_at=self.sent_at,
            text=text,
            attachments=tuple(_files(form)),
            place=where,
            reply_address=author,
            in_reply_to=form.get("OriginalRepliedMessageSid") or None,
            command=heard.command,
            service=heard.service,
            extra=_extra(form),
            raw=self.raw,
        )


def _files(form: Mapping[str, str]) -> Iterator[Attachment]:
    for index in range(MEDIA_MOST):
        ref = form.get(f"MediaUrl{index}")
        if ref:
            media_type = form.get(f"MediaContentType{index}", "").partition(";")[0].strip().lower() or None
            yield Attachment(ref=ref, media_type=media_type, kind=_kind(media_type))


def _kind(media_type: str | None) -> str:
    family = (media_type or "").partition("/")[0]
    if family in ("image", "audio", "video"):
        return family
    return "document" if family in ("application", "text") else "file"


def _place(form: Mapping[str, str]) -> Place | None:
    lat, lon = _number(form.get("Latitude")), _number(form.get("Longitude"))
    text = ", ".join(dict.fromkeys(part.strip() for part in (form.get("Label", ""), form.get("Address", "")) if part.strip())) or None
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Place(lat=lat, lon=lon, text=text)


def _extra(form: Mapping[str, str]) -> dict[str, str | int | float | bool]:
    """Which of our numbers was written to: the answer comes from the same, or from its pool."""
    extra: dict[str, str | int | float | bool] = {}
    if form.get("To"):
        extra["to"] = form["To"]
    if form.get("MessagingServiceSid"):
        extra["pool"] = form["MessagingServiceSid"]
    if form.get("Forwarded") == "true" or form.get("FrequentlyForwarded") == "true":
        extra["forwarded"] = True
    if ("Latitude" in form or "Longitude" in form) and _place(form) is None:
        extra["place_refused"] = True
    return extra


def _number(written: Any) -> float | None:
    try:
        number = float(written)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= -180 else None


def _moment(written: Any, now: datetime) -> datetime:
    """RFC 2822, as the list writes it; a time that cannot be is now."""
    try:
        at = parsedate_to_datetime(written if isinstance(written, str) else "")
    except (TypeError, ValueError, IndexError, OverflowError):
        return now
    return now if at.tzinfo is None or at > now else at
