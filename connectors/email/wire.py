"""E-mail bytes -> Inbound. Pure: no network, no clock. Reads only the headers that intake needs; MIME belongs to the normaliser."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from connectors.contract import Arrival, Inbound, Sender, Unreadable
from connectors.email import automatic, tokens
from connectors.email.cut import ended
from connectors.email.headers import Fields, addresses, decoded, fields, first, message_ids, sent_at, split

CHANNEL = "email"
NAME_LIMIT = 200
SUBJECT_LIMIT = 1000
REFERENCES_LIMIT = 1800
_CONTENT = ("from", "date", "subject")


def read(
    raw: bytes,
    *,
    account: str,
    now: datetime,
    staff: Collection[str] = (),
    own: Collection[str] = (),
    secret: bytes = b"",
    cut_from: int = 0,
    limit: int = 0,
) -> Sequence[Arrival]:
    """One mail. Never raises on content: what has no header at all comes back as Unreadable.

    staff: addresses, or `@domain`, of operators who forward. own: our own addresses, all in lower case. secret: knows our own Message-IDs.
    cut_from: size in bytes of the whole mail when `raw` is only the beginning of a mail over the cap; limit: that cap.
    """
    raw = ended(raw) if cut_from else raw
    head, body = split(raw)
    found = fields(head)
    if not found:
        return [Unreadable(channel=CHANNEL, account=account, raw=raw, reason="headers" if raw.strip() else "empty")]
    try:
        return [_inbound(raw, found, body, account, now, staff, own, secret, (cut_from, limit))]
    except Exception:  # whatever a parser of the standard library still throws: one mail must not stop a mailbox
        return [Unreadable(channel=CHANNEL, account=account, raw=raw, reason="headers")]


def _inbound(
    raw: bytes,
    found: Fields,
    body: bytes,
    account: str,
    now: datetime,
    staff: Collection[str],
    own: Collection[str],
    secret: bytes,
    cut: tuple[int, int],
) -> Inbound:
    ids = message_ids(first(found, "message-id"))
    external_id = _external_id(raw, found, body, ids)
    name, address = _sender(found)
    ours = address.lower() in own or any(tokens.is_ours(secret, one) for one in ids)
    answer, why_not = _reply_address(found, own, ours)
    references = _references(found)
    return Inbound(
        channel=CHANNEL,
        account=account,
        external_id=external_id,
        message_id=ids[0] if ids else "",
        conversation=f"{CHANNEL}:{account}:{_talk(found, address) or external_id}",
        sender=Sender(id=address.lower() or external_id, name=name or None, address=address or None),
        sent_at=sent_at(first(found, "date"), now),
        subject=decoded(first(found, "subject"), SUBJECT_LIMIT) or None,
        reply_address=answer,
        in_reply_to=_parent(found, references),
        service="own" if ours else None,
        staff=_is_staff(address.lower(), staff),
        extra=_extra(ids, references, why_not, *cut),
        raw=raw,
    )


def _external_id(raw: bytes, found: Fields, body: bytes, ids: Sequence[str]) -> str:
    """Message-ID plus a hash of what the writer wrote: a copy that came by another way is the same mail, a reused Message-ID is not.

    Without Message-ID: the hash of all bytes, because losing a report is worse than reading one twice.
    """
    if not ids:
        return "sha256:" + hashlib.sha256(_lines(raw)).hexdigest()[:40]
    written = "\0".join(first(found, name) for name in _CONTENT).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(written + b"\0" + _lines(body)).hexdigest()
    named = ids[0] if len(ids[0]) <= 250 else hashlib.sha256(ids[0].encode("utf-8", "surrogatepass")).hexdigest()
    return f"{named}:{digest[:16]}"


def _lines(content: bytes) -> bytes:
    """Servers differ in line ends and in the last one; the mail is the same."""
    return content.replace(b"\r\n", b"\n").rstrip(b"\r\n")


def _sender(found: Fields) -> tuple[str, str]:
    for name in ("from", "sender", "return-path"):
        for value in found.get(name, ()):
            for pair in addresses(value):
                return pair
    return decoded(first(found, "from"), NAME_LIMIT), ""


def _reply_address(found: Fields, own: Collection[str], ours: bool) -> tuple[str | None, str | None]:
    """Where an answer goes, or why there is none."""
    reason = "own" if ours else automatic.reason(found)
    if reason:
        return None, reason
    _, sender = _sender(found)
    chosen = next((address for _, address in addresses(first(found, "reply-to"))), sender)
    if not chosen:
        return None, "no_address"
    if automatic.is_machine(chosen) or (automatic.is_machine(sender) and not automatic.is_nobody(sender)):
        return None, "machine"
    return (None, "own") if chosen.lower() in own else (chosen, None)


def _talk(found: Fields, sender: str) -> str:
    """The line of talk: the sender, and whom they let answer in their place.

    A web form writes for many citizens from one address; and who forges a From to be told of another's complaint starts a talk of
    their own. So does a mail without a readable sender: the caller gives it its own key.
    """
    asked = next((address for _, address in addresses(first(found, "reply-to"))), sender)
    return ":".join(dict.fromkeys((sender.lower(), asked.lower()))) if sender else ""


def _references(found: Fields) -> Sequence[str]:
    ids = [one for value in found.get("references", ()) for one in message_ids(value)]
    return ids or [one for value in found.get("in-reply-to", ()) for one in message_ids(value)][:1]


def _parent(found: Fields, references: Sequence[str]) -> str | None:
    answered = message_ids(first(found, "in-reply-to"))
    return answered[0] if answered else (references[-1] if references else None)


def _is_staff(address: str, staff: Collection[str]) -> bool:
    return bool(address) and (address in staff or "@" + address.rpartition("@")[2] in staff)


def _extra(
    ids: Sequence[str], references: Sequence[str], why_not: str | None, cut_from: int, limit: int
) -> dict[str, str | int | float | bool]:
    """What `compose` needs to thread the answer, newest ids first to stay; and notes for the normaliser and the desk."""
    chain: list[str] = []
    for one in reversed([*references, *ids[:1]]):
        if one not in chain and sum(map(len, chain)) + len(one) < REFERENCES_LIMIT:
            chain.append(one)
    extra: dict[str, str | int | float | bool] = {"references": " ".join(reversed(chain))} if chain else {}
    if why_not:
        extra["unanswered"] = why_not
    if cut_from:
        extra |= {"too_large": True, "size": cut_from, **({"limit_mb": max(1, limit // 1_000_000)} if limit else {})}
    return extra
