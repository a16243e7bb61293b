"""A new complaint in one go: the row, its number, its first line of the timeline, and all that is owed because of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.profile import Profile
from connectors.contract import ONCE, Inbound
from dispatcher.clocks import winding
from dispatcher.grouping import group
from dispatcher.replies import Replies, to_sender
from dispatcher.wishes import wished
from normalizer import tracking
from normalizer.complaint import Provenance
from normalizer.outcome import Normalized
from store import complaints, outbox
from store.inbox import Claim
from store.tables import Work

DRAWS = 20
"""32**7 numbers: a second draw is rare, a twentieth means that the random source is broken."""
OLD = timedelta(days=30)
"""Older messages (a mailbox read for the first time) are registered without an answer: nobody waits for one any more."""
ALBUM_WAIT = timedelta(seconds=2)
"""The acknowledgement of an album waits this long for the photo with the words, so that one answer suits all of it."""
WORDS_WAIT = timedelta(minutes=10)
"""A photo without words waits this long for them before it goes to the door."""


@dataclass(frozen=True, slots=True)
class Registered:
    complaint_id: int
    number: str


def insert(connection: Connection, prefix: str, draw: Callable[[str], str], values: dict[str, Any]) -> Registered:
    """A complaint's row under a number that is free."""
    for _ in range(DRAWS):
        number = draw(prefix)
        complaint_id = complaints.add(connection, values | {"tracking_number": number})
        if complaint_id is not None:
            return Registered(complaint_id, number)
    raise RuntimeError("no free tracking number: is the random source broken?")


class Registrar:
    def __init__(self, profile: Profile, replies: Replies, draw: Callable[[str], str]) -> None:
        self._profile, self._replies, self._draw = profile, replies, draw

    def register(
        self,
        connection: Connection,
        claim: Claim,
        read: Normalized,
        now: datetime,
        *,
        refers_to: str | None = None,
        acknowledge: bool = True,
    ) -> Registered:
        values = _values(self._profile, claim, read, now) | wished(connection, claim.conversation, claim.received_at)
        values |= winding.first(self._profile, now, read.classification)
        registered = insert(connection, self._profile.prefix, self._draw, values)
        complaint_id, number = registered.complaint_id, registered.number
        complaints.note(
            connection,
            complaint_id,
            at=now,
            kind="registered",
            actor="citizen",
            source=claim.inbound.channel,
            state="received",
            note=f"merujuk {tracking.printed(refers_to)}" if refers_to else None,
        )
        owe_evidence(connection, claim, read, complaint_id, now)
        group(connection, self._profile, values | {"id": complaint_id, "tracking_number": number}, now)
        if self._profile.forward == "at_once":
            settle = timedelta(seconds=self._profile.intake.settle_seconds)
            owe_forward(connection, complaint_id, number, values["door"], now, now + (settle if read.words else WORDS_WAIT))
        if claim.received_at - claim.inbound.sent_at <= OLD:
            self._acknowledge(connection, claim.inbound, read, registered, values, now)
        return registered

    def _acknowledge(
        self,
        connection: Connection,
        inbound: Inbound,
        read: Normalized,
        registered: Registered,
        values: Mapping[str, Any],
        now: datetime,
    ) -> None:
        number = registered.number
        placed = is_placed(read.location.model_dump())
        channel = inbound.channel
        text = self._replies.acknowledgement(number, emergency=read.emergency, words=read.words, placed=placed, channel=channel)
        if channel != "sms":
            text += self._replies.about_files(inbound.extra)
        self._replies.owe(
            connection,
            to_sender(inbound),
            key=f"ack:{number}",
            text=text,
            now=now,
            complaint_id=registered.complaint_id,
            number=number,
            subject=self._profile.text("ack_subject", number=tracking.printed(number)),
            buttons=self._replies.choices_about(number, placed=placed, anonymous=values["anonymous"], confidential=values["confidential"]),
            due_at=now + ALBUM_WAIT if inbound.group and not read.emergency else None,
        )


def is_placed(location: Mapping[str, Any]) -> bool:
    """Whether a complaint says where it happened."""
    return any(location.get(part) for part in ("text", "address", "region_code")) or location.get("lat") is not None


def owe_forward(connection: Connection, complaint_id: int, number: str, door: str, now: datetime, due_at: datetime) -> None:
    outbox.owe(
        connection,
        key=f"forward:{number}",
        kind=Work.FORWARD,
        name=door,
        order_key=f"complaint:{complaint_id}",
        now=now,
        due_at=due_at,
        complaint_id=complaint_id,
    )


def owe_evidence(
    connection: Connection, claim: Claim, read: Normalized, complaint_id: int, now: datetime, supplement_id: int | None = None
) -> None:
    """A row for each file; one that is not here yet is owed, and never holds up the complaint."""
    belongs = {"complaint_id": complaint_id, "supplement_id": supplement_id, "account": claim.account}
    files: list[dict[str, Any]] = [
        {"ref": file.ref, "filename": file.filename, "media_type": file.media_type, "size": file.size, "sha256": file.sha256}
        for file in claim.inbound.attachments
    ]
    files += [
        {
            "ref": f"part:{claim.id}:{part.index}",
            "filename": part.filename,
            "media_type": part.media_type,
            "size": part.size,
            "sha256": None,
        }
        for part in read.parts
    ]
    for file in files:
        missing = file["sha256"] is None
        error = "too_large" if missing and file["ref"] is None else None
        evidence_id = complaints.add_evidence(connection, **belongs, **file, error=error)
        if missing and error is None:
            key = f"fetch:{evidence_id}"
            payload = {"evidence_id": evidence_id, "ref": file["ref"]}
            outbox.owe(
                connection, key=key, kind=Work.FETCH, name=claim.account, order_key=key, now=now, complaint_id=complaint_id, payload=payload
            )


def _values(profile: Profile, claim: Claim, read: Normalized, now: datetime) -> dict[str, Any]:
    """The complaint's columns, but for the number."""
    inbound = claim.inbound
    provenance = Provenance(
        channel=inbound.channel,
        account=inbound.account,
        external_id=inbound.external_id,
        received_at=claim.received_at,
        inbox_id=claim.id,
        entered_by=str(inbound.extra["entered_by"]) if "entered_by" in inbound.extra else None,
    )
    return {
        "schema_version": 1,
        "title": (read.title or "Laporan tanpa judul")[:200],
        "first_words": read.body,
        "body": read.body,
        "classification": read.classification,
        "category": read.category,
        "agency": read.agency or profile.agency_for(read.category),
        "suggestions": [suggestion.model_dump() for suggestion in read.suggestions],
        "incident_date": read.incident_date,
        "location": read.location.model_dump(),
        "reporter": read.reporter.model_dump(),
        "anonymous": read.anonymous or bool(inbound.extra.get("anonymous")),
        "confidential": read.confidential or bool(inbound.extra.get("confidential")),
        "evidence": [],
        "language": read.language,
        "urgency": read.urgency,
        "personal_data": [span.model_dump() for span in read.personal_data],
        "submitted_at": read.submitted_at or inbound.sent_at,
        "provenance": provenance.model_dump(mode="json"),
        "inbox_id": claim.id,
        "channel": inbound.channel,
        "account": inbound.account,
        "conversation": claim.conversation,
        "reply_address": inbound.reply_address,
        "reply_extra": {name: told for name, told in inbound.extra.items() if name not in ONCE}
        | {"in_reply_to": inbound.message_id or None},
        "group": inbound.group,
        "state": "received",
        "state_at": now,
        "registered_at": now,
        "door": profile.door_for(read.category, read.agency or profile.agency_for(read.category)),
        "last_words_at": claim.received_at,
        "awaits_words": not read.words,
        "version": 1,
    }
