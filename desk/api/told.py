"""What a webhook is told: CloudEvents 1.0, JSON, structured, around the very complaint that GET /api/v1/complaints/{number} gives.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md.
"""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from desk.api import shapes
from desk.api.document import BASE
from desk.api.looking import complaint
from desk.context import Desk
from dispatcher.doors.cloud_events import PREFIX
from dispatcher.subscribing.lanes import Tellers
from dispatcher.workers import Tools
from normalizer import tracking
from store import dossier
from store.outbox import Debt


def work(desk: Desk, tools: Tools) -> dict[str, Coroutine[Any, Any, None]]:
    """By name, to run as a task until it is cancelled."""
    return {"tellers": tellers(desk, tools).run()}


def tellers(desk: Desk, tools: Tools) -> Tellers:
    return Tellers(tools, desk.settings.api.webhook_networks, desk.secret, partial(content, desk.public_url))


def content(public_url: str, session: Session, debt: Debt) -> bytes:
    """An event's body. An owed event holds no words: the complaint is read as it is now."""
    case = dossier.by_id(session, debt.complaint_id) if debt.complaint_id is not None else None
    event = shapes.CloudEvent(
        specversion="1.0",
        id=debt.payload["id"],
        source=f"{public_url}{BASE}",
        type=PREFIX + debt.payload["event"],
        subject=tracking.printed(case.complaint.tracking_number) if case else None,
        time=datetime.fromisoformat(debt.payload["at"]),
        datacontenttype="application/json",
        dataschema=f"{public_url}{BASE}/openapi.json#/components/schemas/Complaint" if case else None,
        data=complaint(case) if case else None,
    )
    return event.model_dump_json(exclude_none=case is None).encode()
