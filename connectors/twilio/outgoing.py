"""Our reply as the parameters of Twilio's Messages API. Pure. https://www.twilio.com/docs/messaging/api/message-resource#create-a-message"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from connectors.contract import Reply
from connectors.errors import WindowClosed
from connectors.segments import count
from connectors.twilio.settings import Settings
from connectors.twilio.wire import PREFIX, WHATSAPP

WINDOW_HOURS = 24
WINDOW = timedelta(hours=WINDOW_HOURS) - timedelta(minutes=1)
"""A minute is left for the way to Meta."""
VARIABLE_LIMIT = 1000
"""Letters of a template's variable; Meta refuses a template over 1,024 in all, or a variable with line breaks."""


def outgoing(reply: Reply, channel: str, settings: Settings, status_url: str | None, now: datetime) -> dict[str, str]:
    """Raises WindowClosed when only a template may go and there is none."""
    named = {"to": _address(reply.address, channel), **_sender(reply, channel, settings)}
    if status_url:
        named["status_callback"] = status_url
    if not is_outside(reply, channel, now):
        return named | {"body": reply.text}
    if settings.template_sid is None:
        raise WindowClosed("Sudah lebih dari 24 jam sejak warga menulis, dan template_sid belum diisi.")
    words = " ".join(reply.text.split())[:VARIABLE_LIMIT]
    return named | {"content_sid": settings.template_sid, "content_variables": json.dumps({"1": words}, ensure_ascii=False)}


def is_outside(reply: Reply, channel: str, now: datetime) -> bool:
    """Whether WhatsApp's window is closed. Where nobody can tell when the citizen wrote, Twilio itself will say."""
    return channel == WHATSAPP and reply.heard_at is not None and now - reply.heard_at > WINDOW


def price(reply: Reply, channel: str) -> int:
    """Paid parts: SMS by segment, WhatsApp by message."""
    return 1 if channel == WHATSAPP else count(reply.text).segments


def _sender(reply: Reply, channel: str, settings: Settings) -> dict[str, str]:
    """A pool remembers by itself from which of its numbers a citizen is answered; else the number that was written to."""
    pool = settings.messaging_service_sid or ("" if settings.numbers else str(reply.extra.get("pool", "")))
    if pool:
        return {"messaging_service_sid": pool}
    written_to = str(reply.extra.get("to", "")).removeprefix(PREFIX)
    return {"from_": _address(written_to if written_to in settings.numbers else settings.numbers[0], channel)}


def _address(number: str, channel: str) -> str:
    bare = number.removeprefix(PREFIX)
    return f"{PREFIX}{bare}" if channel == WHATSAPP else bare
