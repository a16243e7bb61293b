"""What `run.py normalize` does: one file of a channel in, one outcome as a mapping out. No network, no store, no clock of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlencode

import orjson

from config.profile import Profile
from connectors.contract import Arrival, Inbound, Sender, Unreadable
from normalizer.complaint import Outcome
from normalizer.normalize import normalize
from normalizer.outcome import Normalized

FILE_LIMIT = 64_000_000
"""Bytes of one file that are read."""


def preview(
    channel: str,
    content: bytes,
    filename: str,
    account: str,
    staff: bool,
    profile: Profile,
    now: datetime,
    *,
    explain: bool = False,
) -> dict[str, Any]:
    """The outcome with the field names of docs/interfaces. Never raises on content.

    filename decides how it is read: `.txt` is a bare text; `.json` for Telegram and the like may hold {"update": …}, {"updates": […]},
    {"form": …}; several updates of one file are one outcome: an album is joined, an edit replaces, a repeat changes nothing.
    explain: with `rules`, every rule that fired.
    """
    if filename.lower().endswith(".txt") and channel != "email":
        arrivals: Sequence[Arrival] = [_bare(channel, account, content, now)]
    else:
        arrivals = _read(channel, content, account, now)
    inbounds = _folded([one for one in arrivals if isinstance(one, Inbound)])
    if not inbounds:
        reason = next((one.reason for one in arrivals if isinstance(one, Unreadable)), "empty")
        return _unreadable(channel, account, content, reason)
    inbounds = [replace(one, staff=one.staff or staff) for one in inbounds]
    told = [normalize(one, profile) for one in inbounds]
    chosen = next((place for place, one in enumerate(told) if not one.ignored), 0)
    rules = {"rules": _rules(inbounds[chosen], profile)} if explain else {}
    return shown(told[chosen]) | rules


def batch(lines: Iterable[str], out: TextIO, show: Callable[[bytes, str], Mapping[str, Any]]) -> None:
    """One path a line in, one JSON object a line out, whatever happens to a file. show: (content, filename) -> outcome."""
    for line in lines:
        path = line.rstrip("\r\n")
        if not path:
            continue
        try:
            with Path(path).open("rb") as file:
                outcome = show(file.read(FILE_LIMIT), path)
        except Exception as error:  # a batch goes on: the line says what happened
            outcome = {"outcome": Outcome.UNREADABLE.value, "ignored": True, "reason": f"failed:{type(error).__name__}"}
        out.write(line_of(outcome) + "\n")
        out.flush()


def line_of(outcome: Mapping[str, Any]) -> str:
    """One line of JSON, also where a text holds what UTF-8 cannot."""
    return orjson.dumps(dict(outcome), default=str).decode()


def shown(told: Normalized) -> dict[str, Any]:
    """Under the field names that stay stable (`from`, not `from_`; no inner indices)."""
    values = told.model_dump(mode="json", exclude={"parts"})
    if values["original"]:
        original = values["original"]
        values["original"] = {"from": original.pop("from_"), **original}
    return {"outcome": values.pop("outcome"), "ignored": told.ignored, "reason": values.pop("reason"), **values}


def _rules(inbound: Inbound, profile: Profile) -> list[dict[str, Any]]:
    from normalizer.explain import explained

    return [fired.model_dump() for fired in explained(inbound, profile)[1]]


def _read(channel: str, content: bytes, account: str, now: datetime) -> Sequence[Arrival]:
    from connectors.registry import reader

    read = reader(channel)
    return [arrival for raw in _unwrapped(channel, content) for arrival in read(raw, account, now)]


def _unwrapped(channel: str, content: bytes) -> Sequence[bytes]:
    if channel == "email":
        return [content]
    try:
        held = orjson.loads(content)
    except orjson.JSONDecodeError:
        return [content]
    if not isinstance(held, dict):
        return [content]
    if isinstance(held.get("updates"), list):
        return [orjson.dumps(update) for update in held["updates"]]
    if "update" in held:
        return [orjson.dumps(held["update"])]
    if isinstance(held.get("form"), list):
        return [urlencode([(str(pair[0]), str(pair[1])) for pair in held["form"] if isinstance(pair, list) and len(pair) == 2]).encode()]
    return [content]


def _bare(channel: str, account: str, content: bytes, now: datetime) -> Inbound:
    from normalizer.charset import decode

    name = hashlib.sha256(content).hexdigest()[:16]
    return Inbound(
        channel=channel,
        account=account,
        external_id=f"text:{name}",
        message_id=name,
        conversation=f"{channel}:{account}:text",
        sender=Sender(id=""),
        sent_at=now,
        text=decode(content, None),
    )


def _folded(inbounds: Sequence[Inbound]) -> list[Inbound]:
    """Repeats dropped, edits put in place, albums joined; the order of arrival stays."""
    kept: dict[str, Inbound] = {}
    for one in inbounds:
        first = one.edit_of or _album(one, kept) or one.external_id
        known = kept.get(first)
        if known is None:
            kept[first] = one
        elif one.edit_of:
            kept[first] = replace(known, text=one.text, place=one.place or known.place, attachments=one.attachments or known.attachments)
        elif one.external_id != known.external_id:
            kept[first] = replace(known, text=known.text or one.text, attachments=(*known.attachments, *one.attachments))
    return list(kept.values())


def _album(one: Inbound, kept: Mapping[str, Inbound]) -> str | None:
    if one.group is None:
        return None
    return next((key for key, known in kept.items() if known.group == one.group), None)


def _unreadable(channel: str, account: str, content: bytes, reason: str) -> dict[str, Any]:
    return {
        "outcome": Outcome.UNREADABLE.value,
        "ignored": True,
        "reason": reason,
        "channel": channel,
        "account": account,
        "external_id": "unreadable:" + hashlib.sha256(content).hexdigest(),
    }
