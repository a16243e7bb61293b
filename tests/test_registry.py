"""The registry: mistakes in an account are told by key, never with the value; providers are imported only when needed."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from config.settings import Account
from connectors import registry
from connectors.errors import Misconfigured

MAIL = {"address": "lapor@kota.example", "password": "x", "imap": {"host": "127.0.0.1", "tls": "none"}}


def account(channel: str, **keys: Any) -> Account:
    return Account.model_validate({"channel": channel, **keys})


def build(channel: str, **keys: Any) -> Any:
    return registry.build("kominfo", account(channel, **keys), b"secret", "https://hub.example")


@pytest.mark.parametrize(
    ("channel", "keys"),
    [
        ("telegram", {"token": "1:abc"}),
        ("telegram", {"token": "1:abc", "mode": "webhook"}),
        ("webchat", {}),
        ("manual", {}),
        ("webhook", {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}),
        ("email", {**MAIL, "smtp": {"host": "127.0.0.1", "tls": "none"}}),
    ],
)
async def test_every_channel_is_built(channel: str, keys: dict[str, Any]) -> None:
    """Each channel has a connector that says whose it is."""
    connector = build(channel, **keys)
    assert channel in connector.about.channels
    assert connector.about.provider == registry.channels()[channel]
    await connector.aclose()


@pytest.mark.parametrize(
    ("channel", "keys", "told"),
    [
        ("telegram", {}, ["accounts.kominfo.token", "SATUPINTU__ACCOUNTS__KOMINFO__TOKEN"]),
        ("telegram", {"token": "1:rahasia", "tokn": "x"}, ["accounts.kominfo.tokn", "token?"]),
        ("telegram", {"token": "1:rahasia", "mode": "push"}, ["accounts.kominfo.mode", "'poll' or 'webhook'"]),
        ("telegram", {"token": "rahasia / salah"}, ["accounts.kominfo.token", "@BotFather"]),
        ("telegram", {"token": "1:rahasia", "poll_seconds": "lama"}, ["accounts.kominfo.poll_seconds", "bilangan bulat"]),
        ("telegram", {"token": "1:rahasia", "mode": "webhook", "secret_token": "rahasia è"}, ["accounts.kominfo.secret_token"]),
        ("telegram", {"token": "1:rahasia", "api_base": "ftp://x"}, ["accounts.kominfo.api_base", "https://"]),
        ("telegran", {}, ["accounts.kominfo.channel", "telegram?"]),
        ("webchat", {"tokens": "rahasia"}, ["accounts.kominfo.tokens"]),
        ("email", {"address": "lapor@kota.example"}, ["accounts.kominfo.password", "accounts.kominfo.imap"]),
    ],
)
def test_a_mistake_names_its_key(channel: str, keys: dict[str, Any], told: list[str]) -> None:
    """The sentence names the full key and, for a slip, the key that was meant; it never repeats a value."""
    with pytest.raises(Misconfigured) as failed:
        build(channel, **keys)
    for part in told:
        assert part in failed.value.sentence
    assert "rahasia" not in failed.value.sentence.replace("(rahasia: lewat", "")


def test_a_reader_for_every_channel() -> None:
    """`run.py normalize` reads each channel without an account; an unknown one is named."""
    for channel in registry.channels():
        assert callable(registry.reader(channel))
    with pytest.raises(Misconfigured, match="telegram"):
        registry.reader("telegrm")


def test_nothing_heavy_until_needed() -> None:
    """A hub with chat only carries neither python-telegram-bot nor the mail libraries."""
    code = (
        "import sys; from connectors import registry; from config.settings import Account\n"
        "registry.build('chat', Account(channel='webchat'), b'', ''); registry.reader('telegram')\n"
        "print(sorted({'telegram', 'imapclient', 'aiosmtplib', 'httpx', 'aiohttp'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
