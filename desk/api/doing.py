"""What the JSON API changes: through the same acts as the desk, and the same intake as every channel."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import orjson
import structlog

from connectors.contract import Inbound
from connectors.open311 import wire
from desk.api import shapes
from desk.api.looking import found, one
from desk.api.operations import Call
from desk.open311.gate import account_of
from desk.open311.posting import number_of
from dispatcher.acts import ActRefused
from normalizer import tracking

log = structlog.get_logger()


async def move(call: Call) -> shapes.Complaint:
    """The complaint as it stands afterwards, with its new version."""
    key, asked = (await found(call)).complaint.id or 0, call.asked
    await call.desk.acts.move(
        key, asked.to, operator=call.operator, agency=asked.agency, text=asked.text, reason=asked.reason, version=asked.version
    )
    return await one(call)


async def note(call: Call) -> shapes.Complaint:
    await call.desk.acts.note((await found(call)).complaint.id or 0, call.asked.text.strip(), operator=call.operator)
    return await one(call)


async def register(call: Call) -> shapes.Registered:
    """A complaint from another system, in the channel of those (`open311`). Durable when this answers, with or without a number."""
    desk, asked = call.desk, call.asked
    account, category = account_of(desk), desk.profile.categories.get(asked.category or "")
    if account is None:
        raise ActRefused("Kanal untuk sistem lain (open311) sedang dimatikan.")
    if asked.category and category is None:
        raise ActRefused("Kategori itu tidak ada dalam profil kota.")
    reference = asked.reference or secrets.token_urlsafe(16)
    posted = _posted(call, reference, category.name if category else "")
    (inbound,) = wire.read(orjson.dumps(posted), account=account, now=desk.clock())
    if not isinstance(inbound, Inbound):
        raise ActRefused("Laporan ini tidak dapat dibaca. Periksa isinya.")
    with desk.bell.listening(f"talk:{inbound.conversation}") as event:
        (accepted,) = await desk.intake.accept((inbound,))
        number = await number_of(desk, accepted, event)
    log.info("api.registered", account=account, tracking_number=number, inbox_id=accepted.inbox_id)
    return shapes.Registered(number=tracking.printed(number) if number else None, reference=reference)


def _posted(call: Call, reference: str, service: str) -> dict[str, Any]:
    """The channel's own request. Its id is made of key and reference, so that a repeated call is the same message."""
    asked: shapes.NewComplaint = call.asked
    point = {"lat": asked.point.lat, "long": asked.point.lon} if asked.point else {}
    return {
        "id": hashlib.sha256(f"{call.key_id}:{reference}".encode()).hexdigest()[:32],
        "system": call.operator,
        "category": asked.category,
        "service_name": service,
        "description": asked.text,
        "address_string": asked.address,
        "email": asked.email,
        "phone": asked.phone,
        "first_name": asked.name,
        **point,
    }
