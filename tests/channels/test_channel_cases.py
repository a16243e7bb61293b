"""One runner for every channel's cases: what the platform sends, and what we make of it.

A case is JSON: `about` (the promise), `body` (JSON), `text` or `hex` (other bytes), `headers` (else genuine ones), and one of
`inbounds` (each with the fields that matter), `unreadable` (the reason) or `refused` (the status). A field that must be empty unless
the case names it is in QUIET.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.contract import Arrival, Inbound, Request, Unopened, Unreadable
from connectors.errors import Forged
from tests.channels.asking import HERE, NOW, Standin, opened, providers
from tests.channels.conftest import Ear

CASES = sorted(HERE.glob("*/cases/*.json"))
QUIET: Mapping[str, Any] = {
    "text": "",
    "subject": None,
    "attachments": [],
    "place": None,
    "in_reply_to": None,
    "group": None,
    "edit_of": None,
    "command": None,
    "service": None,
    "staff": False,
    "extra": {},
}


def sent(case: Mapping[str, Any]) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    return case["text"].encode() if "text" in case else json.dumps(case["body"], ensure_ascii=False).encode()


def read(standin: Standin | None, provider: str, case: Mapping[str, Any]) -> Sequence[Arrival]:
    """Through the route that the platform calls, where there is one."""
    body = sent(case)
    if standin is None or standin.receiver is None:
        channel = next(name for name, owner in registry.channels().items() if owner == provider)
        return registry.reader(channel)(body, case.get("account", "bot"), NOW)
    route = standin.receiver.routes()[0]
    url = standin.url(route.path)
    headers = case.get("headers", standin.signed(url, body))
    request = Request(
        account=standin.account,
        method="POST",
        url=url,
        headers={name.lower(): value for name, value in headers.items()},
        query={},
        body=body,
        remote="127.0.0.1",
    )
    route.verify(request)
    return [one for arrival in route.read(request, NOW) for one in read_on(arrival)]


def read_on(arrival: Arrival) -> Sequence[Arrival]:
    """What a route kept unopened, as the line reads it: under the key that was seen at a glance."""
    if not isinstance(arrival, Unopened):
        return (arrival,)
    (message,) = registry.reader(arrival.channel)(arrival.raw, arrival.account, NOW)
    assert isinstance(message, Inbound)
    assert (message.external_id, message.conversation) == (arrival.external_id, arrival.conversation)
    return (message,)


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def agrees(expected: Any, got: Any, path: str = "") -> None:
    """Objects agree when all expected fields do; lists item by item."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name, value in expected.items():
            agrees(value, got[name], f"{path}.{name}")
    elif isinstance(expected, list):
        assert len(expected) == len(got), f"{path}: {got!r}"
        for index, (one, other) in enumerate(zip(expected, got, strict=True)):
            agrees(one, other, f"{path}[{index}]")
    else:
        assert plain(got) == expected, f"{path}: {plain(got)!r}, expected {expected!r}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
async def test_case(path: Path, ear: Ear) -> None:
    """What stands in the case's `about`; nothing of it shows in a log."""
    case, provider = json.loads(path.read_text("utf-8")), path.parent.parent.name
    if provider not in providers():
        check(case, lambda: read(None, provider, case), sent(case))
        return
    async with opened(provider) as standin:
        check(case, lambda: read(standin, provider, case), sent(case))
        for secret in standin.secrets:
            assert secret not in ear.heard
    for word in (inbound.get("text") for inbound in case.get("inbounds", [])):
        assert not word or word not in ear.heard


def check(case: Mapping[str, Any], reading: Any, body: bytes) -> None:
    if "refused" in case:
        with pytest.raises(Forged) as refused:
            reading()
        assert refused.value.status == case["refused"]
        return
    arrivals = reading()
    if "unreadable" in case:
        (arrival,) = arrivals
        assert isinstance(arrival, Unreadable)
        assert (arrival.reason, arrival.raw) == (case["unreadable"], body)
        return
    assert len(arrivals) == len(case["inbounds"])
    for arrival, expected in zip(arrivals, case["inbounds"], strict=True):
        assert isinstance(arrival, Inbound)
        assert arrival.raw
        agrees({**QUIET, **expected}, asdict(arrival) | {"attachments": [asdict(each) for each in arrival.attachments]})
        assert dict(arrival.extra) == expected.get("extra", {})


def test_every_case_has_its_promise() -> None:
    """A case without `about` or without an outcome tests nothing."""
    for path in CASES:
        case = json.loads(path.read_text("utf-8"))
        assert case["about"], path
        assert len({"inbounds", "unreadable", "refused"} & set(case)) == 1, path
