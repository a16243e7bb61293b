"""Every call that we make to the Bot API has the parameters that it documents."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import ASK_PLACE, Button
from connectors.telegram.receive import Polling, Webhook
from demo.telegram import Call, Telegram
from tests.channels.telegram.standin import REPLY, SECRET, settings

HERE = Path(__file__).parent
OURS = json.loads((HERE / "bot_api.json").read_text("utf-8"))
"""The methods and fields that we use, written from https://core.telegram.org/bots/api; a name with ! must be there."""
SPECIFICATION = Path(__file__).parents[4] / "shared" / "corpora" / "04-telegram" / "bot-api.trimmed.json"
TYPES = {"str": str, "int": int, "bool": bool}
SCALARS = {"Integer": int, "String": str, "Boolean": bool, "Float": float}


async def everything() -> list[Call]:
    """Each of our calls at least once."""
    telegram = Telegram()
    await telegram.start()
    polling, webhook = (
        Polling("bot", settings(telegram)),
        Webhook("bot", settings(telegram, secret_token=SECRET), b"", "https://hub.example"),
    )
    try:
        await webhook.prepare()
        await webhook.check()
        await polling.prepare()
        telegram.say(81001, "Lampu mati")
        batch = await polling.pull(None)
        await polling.pull(batch.cursor)
        await polling.send(REPLY)
        await polling.send(replace(REPLY, address="81002", buttons=[Button(text="Kirim lokasi", command=ASK_PLACE)]))
        await polling.download(telegram.keep(b"foto"), 100)
    finally:
        await polling.aclose()
        await webhook.aclose()
        await telegram.stop()
    return telegram.calls


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    return asyncio.run(everything())


def fits(kind: Any, value: Any, path: str) -> None:
    if isinstance(kind, dict):
        assert isinstance(value, dict), path
        fields = {name.rstrip("!"): each for name, each in kind.items()}
        missing = {name[:-1] for name in kind if name.endswith("!")} - set(value)
        assert not missing, f"{path} lacks {missing}"
        for name, each in value.items():
            assert name in fields, f"{path}.{name} is not documented"
            fits(fields[name], each, f"{path}.{name}")
    elif isinstance(kind, list):
        assert isinstance(value, list), path
        for each in value:
            fits(kind[0], each, f"{path}[]")
    else:
        # In a form everything but JSON is text, so truth values arrive as their words.
        assert type(value) is TYPES[kind] or value in ("true", "false"), f"{path}: {value!r} is no {kind}"


def test_our_calls_are_as_documented(calls: list[Call]) -> None:
    """Names and types of all parameters are those of our own list, and every method of the list was called."""
    names = {name.lower(): name for name in OURS}
    for call in calls:
        fits(OURS[names[call.method.lower()]], dict(call.parameters), call.method)
    assert {names[call.method.lower()] for call in calls} == set(OURS)


def test_our_calls_are_as_specified(calls: list[Call]) -> None:
    """The same against Telegram's whole specification, where it lies beside the repository."""
    if not SPECIFICATION.is_file():
        pytest.skip("the Bot API's specification is not beside this checkout")
    api = json.loads(SPECIFICATION.read_text("utf-8"))
    methods = {name.lower(): method for name, method in api["methods"].items()}
    for call in calls:
        specified(api, methods[call.method.lower()].get("fields", []), dict(call.parameters), call.method)


def specified(api: Mapping[str, Any], fields: list[Mapping[str, Any]], value: Mapping[str, Any], path: str) -> None:
    known = {field["name"]: field["types"] for field in fields}
    missing = {field["name"] for field in fields if field["required"]} - set(value)
    assert not missing, f"{path} lacks {missing}"
    for name, each in value.items():
        assert name in known, f"{path}.{name} is not in the specification"
        assert any(of_type(api, kind, each, f"{path}.{name}") for kind in known[name]), f"{path}.{name}: {each!r} is none of {known[name]}"


def of_type(api: Mapping[str, Any], kind: str, value: Any, path: str) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(of_type(api, kind.removeprefix("Array of "), each, path) for each in value)
    if kind in SCALARS:
        return type(value) is SCALARS[kind] or (kind == "Boolean" and value in ("true", "false"))
    if not isinstance(value, dict):
        return False
    try:
        specified(api, api["types"][kind].get("fields", []), value, path)
    except AssertionError:
        return False
    return True
