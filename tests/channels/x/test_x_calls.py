"""Every call that we make to X has the parameters that it documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.contract import Reply
from connectors.x.client import XConnector
from demo.x import Call, X
from tests.channels.x.standin import settings

OURS = json.loads((Path(__file__).parent / "x_api.json").read_text("utf-8"))
"""Endpoints, parameters and their values, written from https://docs.x.com/x-api."""


async def everything() -> list[Call]:
    """Each of our calls at least once."""
    x = X()
    await x.start()
    kota = XConnector("kota", settings(x, page=10, queries=["jalan rusak"]))
    try:
        await kota.check()
        posts = [x.post("81001", f"@{x.username} jalan rusak {n}") for n in range(30)]
        cursor = (await kota.pull({"since": posts[0], "step": 0})).cursor
        x.expired.add(str((cursor or {})["next"]))
        more = True
        while more:
            batch = await kota.pull(cursor)
            cursor, more = batch.cursor, batch.more
        await kota.pull({"step": 1, **{name: value for name, value in (cursor or {}).items() if name.startswith("since")}})
        await kota.send(reply_to(posts[0]))
    finally:
        await kota.aclose()
        await x.stop()
    return x.calls


def reply_to(to: str) -> Reply:
    return Reply(key="ack:1", channel="x", account="kota", conversation="c", address=to, text="Nomor CMH-1234-567C")


def agrees(kind: Any, value: str, kinds: Mapping[str, list[str]]) -> bool:
    if isinstance(kind, list):
        return kind[0] <= int(value) <= kind[1]
    if kind == "id":
        return value.isdigit() and len(value) <= 19
    return kind == "text" or set(value.split(",")) <= set(kinds[kind])


async def test_every_call_is_one_that_x_documents() -> None:
    """Endpoint, parameter names, and each of their values."""
    calls = await everything()
    assert {call.endpoint for call in calls} == set(OURS) - {"kinds"}
    for call in calls:
        known = OURS[call.endpoint]
        for name, value in call.query.items():
            assert agrees(known["query"][name], value, OURS["kinds"]), f"{call.endpoint}: {name}={value}"
        assert set(call.body) <= set(known.get("body", {}))
        assert not call.body or agrees("id", call.body["reply"]["in_reply_to_tweet_id"], {})
