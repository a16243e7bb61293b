"""Mailboxes that take no passwords: access tokens from a refresh token that changes, against a token endpoint and XOAUTH2 on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Health
from connectors.email.client import EmailConnector, Settings
from connectors.errors import CredentialRefused, StoreAway, Throttled, Unreachable
from demo.oauth import OAuthMailbox
from tests.channels.email.standin import REPLY

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAIL = (
    b"From: Ani <ani@example.org>\r\nTo: pengaduan@cimahi.example\r\nSubject: Lampu\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n"
    b"Message-ID: <a@example.org>\r\n\r\nLampu jalan mati.\r\n"
)


class Vault:
    """Keeps what was saved; can be away."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = False

    async def load(self, name: str) -> str | None:
        if self.away:
            raise StoreAway("full")
        return self.kept.get(name)

    async def save(self, name: str, secret: str) -> None:
        if self.away:
            raise StoreAway("full")
        self.kept[name] = secret


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def office() -> AsyncIterator[OAuthMailbox]:
    async with OAuthMailbox() as office:
        yield office


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def connect(office: OAuthMailbox, clock: Clock) -> AsyncIterator[Callable[..., EmailConnector]]:
    made: list[EmailConnector] = []

    def build(vault: Vault | None = None, **oauth: Any) -> EmailConnector:
        options = {name: value for name, value in office.account_settings().items() if name != "channel"}
        options |= {"timeout_seconds": 3, "oauth": options["oauth"] | oauth}
        connector = EmailConnector("surel", Settings(**options), b"rahasia uji", clock=clock)
        if vault:
            connector.keep_in(vault)
        made.append(connector)
        return connector

    yield build
    for each in made:
        await each.aclose()


async def test_reads_and_answers_without_a_password(office: OAuthMailbox, connect: Callable[..., EmailConnector]) -> None:
    """One access token serves IMAP and SMTP, and is asked for once."""
    connector = connect(Vault())
    await office.box.deliver(MAIL)
    assert len((await connector.pull(None)).arrivals) == 1
    await connector.send(REPLY)
    assert len(office.box.sent) == 1
    assert (await connector.check()).health is Health.OK
    [call] = office.grants.calls
    assert call == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-0",
        "client_id": "aplikasi-uji",
        "client_secret": "rahasia-aplikasi",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    }


async def test_oauth_refresh_token_lost(office: OAuthMailbox, connect: Callable[..., EmailConnector]) -> None:
    """The pain: the provider replaced the refresh token, the hub restarted, and the mailbox was locked out for good.

    Here the new one is durable before the access token is used, and the next start goes on from it.
    """
    vault = Vault()
    first = connect(vault)
    await first.pull(None)
    assert office.grants.refresh_token == "refresh-1"
    await first.aclose()
    await connect(vault).pull(None)
    assert [call["refresh_token"] for call in office.grants.calls] == ["refresh-0", "refresh-1"]


async def test_a_refresh_that_is_cancelled_is_finished(office: OAuthMailbox, connect: Callable[..., EmailConnector]) -> None:
    """Stopping the hub in the middle of a refresh must not lose the token that is on its way."""
    vault = Vault()
    connector = connect(vault)
    pulling = asyncio.ensure_future(connector.pull(None))
    async with asyncio.timeout(10):
        while not office.grants.calls:
            await asyncio.sleep(0)
    pulling.cancel()
    await asyncio.wait({pulling})
    await connector.aclose()
    assert "refresh-1" in vault.kept["oauth:surel"]


async def test_a_store_that_is_away_loses_no_token(office: OAuthMailbox, connect: Callable[..., EmailConnector], clock: Clock) -> None:
    """It works from memory, and is saved at the next occasion."""
    vault = Vault()
    vault.away = True
    connector = connect(vault)
    await connector.pull(None)
    assert not vault.kept
    vault.away = False
    await connector.pull(None)
    assert "refresh-1" in vault.kept["oauth:surel"]
    assert len(office.grants.calls) == 1


async def test_a_new_token_of_the_operator_counts(office: OAuthMailbox, connect: Callable[..., EmailConnector]) -> None:
    """After a revocation somebody puts a new refresh token into the settings: the kept one of old must not stand in its way."""
    vault = Vault()
    await connect(vault).pull(None)
    office.grants.refresh_token = "refresh-baru"
    await connect(vault, refresh_token="refresh-baru").pull(None)
    assert office.grants.calls[-1]["refresh_token"] == "refresh-baru"


async def test_another_node_turned_the_token(office: OAuthMailbox, connect: Callable[..., EmailConnector], clock: Clock) -> None:
    """Two hubs share a vault: the one whose token was replaced takes the other's."""
    vault = Vault()
    one, two = connect(vault), connect(vault)
    await one.pull(None)
    await two.pull(None)
    clock.now += timedelta(hours=2)
    await one.send(REPLY)
    await two.send(replace(REPLY, key="k2"))
    assert len(office.box.sent) == 2


async def test_a_revoked_permission_stops_the_account_and_names_the_setting(
    office: OAuthMailbox, connect: Callable[..., EmailConnector]
) -> None:
    """The operator reads what to make anew; no token is in the sentence, nor in what caused it."""
    office.grants.refresh_token = "lain"
    connector = connect(Vault())
    with pytest.raises(CredentialRefused, match=r"accounts\.surel\.oauth\.refresh_token") as failed:
        await connector.pull(None)
    assert "refresh-0" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert (await connector.check()).health is Health.FAILED


@pytest.mark.parametrize(("mood", "error"), [("error_500", Unreachable), ("html", Unreachable), ("throttled", Throttled)])
async def test_a_bad_day_of_the_endpoint_is_waited_out(
    office: OAuthMailbox, connect: Callable[..., EmailConnector], mood: str, error: type[Exception]
) -> None:
    """Nothing is given up, and the same refresh token works afterwards."""
    connector = connect(Vault())
    office.grants.moods.append(mood)
    with pytest.raises(error):
        await connector.pull(None)
    await connector.pull(None)


async def test_an_access_token_that_ended_early_is_replaced(
    office: OAuthMailbox, connect: Callable[..., EmailConnector], clock: Clock
) -> None:
    """The server refuses an old token: one fresh one is fetched and the work goes on."""
    connector = connect(Vault())
    await connector.send(REPLY)
    office.grants.access.clear()
    clock.now += timedelta(minutes=10)
    await connector.send(replace(REPLY, key="k2"))
    assert len(office.box.sent) == 2
    assert len(office.grants.calls) == 2


async def test_a_fresh_token_that_is_refused_stops_the_account(office: OAuthMailbox, connect: Callable[..., EmailConnector]) -> None:
    """No circle of refreshing: the mailbox does not let us in, and a person has to look."""
    connector = connect(Vault())
    await connector.send(REPLY)
    office.grants.access.clear()
    with pytest.raises(CredentialRefused):
        await connector.send(replace(REPLY, key="k2"))
    assert len(office.grants.calls) == 1


async def test_no_token_is_logged(office: OAuthMailbox, connect: Callable[..., EmailConnector], caplog: pytest.LogCaptureFixture) -> None:
    """Neither refresh nor access token, nor the application's secret."""
    caplog.set_level(logging.DEBUG)
    connector = connect(Vault())
    await connector.pull(None)
    await connector.send(REPLY)
    assert not any(secret in caplog.text for secret in ("refresh-0", "refresh-1", "access-1", "rahasia-aplikasi"))


@pytest.mark.parametrize(
    "change",
    [
        {"oauth": None},
        {"password": "sandi"},
        {"oauth": {"provider": "yahoo", "client_id": "a", "refresh_token": "b"}},
        {"oauth": {"provider": "google", "client_id": "a", "refresh_token": "b", "token_url": "http://token.example.org/"}},
    ],
)
async def test_settings_that_cannot_be_meant(office: OAuthMailbox, change: dict[str, Any]) -> None:
    """One way in, known to us, and never in clear over the network."""
    options = {name: value for name, value in office.account_settings().items() if name != "channel"}
    with pytest.raises(ValidationError):
        Settings(**(options | change))


def test_google_needs_no_scope() -> None:
    """The defaults lead to the providers' own addresses."""
    from connectors.email.settings import OAuth

    google = OAuth.model_validate({"provider": "google", "client_id": "a", "refresh_token": "b"})
    microsoft = OAuth.model_validate({"provider": "microsoft", "client_id": "a", "refresh_token": "b", "tenant": "kota.go.id"})
    assert google.endpoint == "https://oauth2.googleapis.com/token"
    assert "scope" not in google.form("b")
    assert microsoft.endpoint == "https://login.microsoftonline.com/kota.go.id/oauth2/v2.0/token"
