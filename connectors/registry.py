"""The only module that imports providers, each when an account needs it: one of them costs a second and thirty megabytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config import advice
from config.settings import Account
from connectors.contract import Arrival, Connector
from connectors.errors import Misconfigured

Reader = Callable[[bytes, str, datetime], Sequence[Arrival]]
S = TypeVar("S", bound=BaseModel)

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "telegram": "telegram",
        "whatsapp": "twilio",
        "sms": "twilio",
        "x": "x",
        "email": "email",
        "webchat": "webchat",
        "manual": "manual",
        "webhook": "webhook",
        "open311": "open311",
    }
)


def channels() -> Mapping[str, str]:
    """Channel -> the provider that serves it."""
    return CHANNELS


def build(name: str, account: Account, secret: bytes, public_url: str) -> Connector:
    """The connector of one account. Raises Misconfigured naming the key, and the valid key that was probably meant."""
    return _BUILDERS[_provider(account.channel, f"accounts.{name}.channel")](name, account, secret, public_url)


def reader(channel: str) -> Reader:
    """The channel's pure `read`, for `run.py normalize`. Raises Misconfigured for an unknown channel."""
    wire = import_module(f"connectors.{_provider(channel, 'channel')}.wire")

    def read(raw: bytes, account: str, now: datetime) -> Sequence[Arrival]:
        arrivals: Sequence[Arrival] = wire.read(raw, account=account, now=now)
        return arrivals

    return read


def _provider(channel: str, key: str) -> str:
    provider = CHANNELS.get(channel)
    if provider is None:
        raise Misconfigured(f"{key}: kanal {channel!r} tidak dikenal.{_meant(channel, CHANNELS)} Yang ada: {', '.join(CHANNELS)}.")
    return provider


def _telegram(name: str, account: Account, secret: bytes, public_url: str) -> Connector:
    from connectors.telegram.receive import connect
    from connectors.telegram.settings import Settings

    return connect(name, _settings(name, account, Settings), secret, public_url)


def _email(name: str, account: Account, secret: bytes, public_url: str) -> Connector:
    from connectors.email.client import EmailConnector, Settings

    return EmailConnector(name, _settings(name, account, Settings), secret)


def _twilio(name: str, account: Account, secret: bytes, public_url: str) -> Connector:
    from connectors.twilio.client import Settings, TwilioConnector

    return TwilioConnector(name, account.channel, _settings(name, account, Settings), public_url)


def _plain(provider: str, connector: str, name: str, account: Account, secret: bytes, public_url: str) -> Connector:
    """A provider that needs nothing but its settings."""
    client: Any = import_module(f"connectors.{provider}.client")
    built: Connector = getattr(client, connector)(name, _settings(name, account, client.Settings))
    return built


_BUILDERS: Mapping[str, Callable[[str, Account, bytes, str], Connector]] = MappingProxyType(
    {
        "telegram": _telegram,
        "twilio": _twilio,
        "email": _email,
        "webchat": partial(_plain, "webchat", "WebchatConnector"),
        "manual": partial(_plain, "manual", "ManualConnector"),
        "webhook": partial(_plain, "webhook", "WebhookConnector"),
        "open311": partial(_plain, "open311", "Open311Connector"),
        "x": partial(_plain, "x", "XConnector"),
    }
)


def _settings(name: str, account: Account, settings: type[S]) -> S:
    try:
        return settings.model_validate(account.options())
    except ValidationError as error:
        raise Misconfigured(" ".join(_sentence(name, fault, settings) for fault in error.errors(include_input=False))) from None


def _sentence(name: str, fault: Mapping[str, Any], settings: type[BaseModel]) -> str:
    """One mistake as a sentence; values never appear in it, they may be secrets."""
    key = ".".join(str(part) for part in fault["loc"])
    full = f"accounts.{name}.{key}" if key else f"accounts.{name}"
    if fault["type"] == "extra_forbidden":
        return f"{full} tidak dikenal.{_meant(key, settings.model_fields)}"
    if fault["type"] == "missing":
        return f"{full} belum diisi (rahasia: lewat berkas secrets/{full} atau SATUPINTU__{full.replace('.', '__').upper()})."
    if fault["type"] == "literal_error":
        return f"{full} harus salah satu dari {fault['ctx']['expected']}."
    return f"{full}: {advice.KINDS.get(fault['type'], str(fault['msg']).removeprefix('Value error, '))}."


def _meant(written: str, valid: Mapping[str, Any]) -> str:
    close = advice.nearest(written, valid)
    return f" Maksudnya {close}?" if close else ""
