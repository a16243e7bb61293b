"""The signed channel of another application: signatures as the specification has them, the way back, files from named hosts only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from config.settings import Account
from connectors import registry
from connectors.contract import Arrival, Inbound, Request
from connectors.errors import CredentialRefused, Forged, Misconfigured, RecipientGone, Refused, TooLarge, Unreachable
from connectors.webhook import signing, wire
from connectors.webhook.client import Settings, WebhookConnector
from connectors.webhook.line import waiting
from demo.webhook import SECRET, Application
from tests.channels.asking import NOW
from tests.channels.webhook.standin import REPLY, settings

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""From the specification's own libraries."""
THEN = datetime.fromtimestamp(1614265330, UTC)


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    application = Application(clock=lambda: NOW)
    await application.start()
    yield application
    await application.stop()


def verify(headers: dict[str, str], *, body: bytes = BODY, now: datetime = THEN, keys: tuple[str, ...] = (OLD,)) -> None:
    signing.verify([signing.key_of(key) for key in keys], headers, body, now, 300)


def test_the_vector_of_the_specification_is_right() -> None:
    """What other libraries sign is believed, and ours is the same byte for byte."""
    verify(VECTOR)
    assert signing.headers(signing.key_of(OLD), VECTOR["webhook-id"], THEN, BODY) == VECTOR


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF="},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-id": "x" * 300},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 40},
    ],
)
def test_whatever_is_changed_is_forged(changed: dict[str, str]) -> None:
    """Id, time and signature hold one another."""
    with pytest.raises(Forged):
        verify(VECTOR | changed)


def test_another_body_is_forged() -> None:
    with pytest.raises(Forged):
        verify(VECTOR, body=BODY + b" ")


@pytest.mark.parametrize("off", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_a_call_recorded_and_sent_again_later_is_forged(off: timedelta) -> None:
    """Outside the tolerance, in either direction, a right signature is worth nothing."""
    with pytest.raises(Forged):
        verify(VECTOR, now=THEN + off)
    verify(VECTOR, now=THEN + off / 2)


def test_both_secrets_are_believed_while_one_replaces_the_other() -> None:
    """Rotation on either side: two keys here, two signatures there."""
    verify(VECTOR, keys=(SECRET, OLD))
    verify(VECTOR | {"webhook-signature": f"v1,AAAA v1a,BBBB {VECTOR['webhook-signature']}"})


def test_replies_are_signed_with_the_new_secret(application: Application) -> None:
    connector = WebhookConnector("app", settings(application, previous_secret=OLD))
    (hook,) = connector.routes()
    assert list(hook.keys) == [signing.key_of(SECRET), signing.key_of(OLD)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("secret", ["", "rahasia", "whsec_", "whsec_AAAA", "whsec_***", "whsec_" + "A" * 400])
def test_a_secret_that_is_none_is_refused_without_being_told(secret: str) -> None:
    """check names the key of hub.toml and never the value."""
    account = Account(channel="webhook", secret=secret)
    with pytest.raises(Misconfigured, match=r"accounts\.app\.secret") as refused:
        registry.build("app", account, b"", "https://hub.example")
    assert not secret.removeprefix("whsec_") or secret not in refused.value.sentence


@pytest.mark.parametrize("url", ["http://app.example.go.id/x", "ftp://app.example", "app.example", "https://", "http://[::1"])
def test_answers_leave_by_https_only(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"secret": SECRET, "callback_url": url})


async def test_an_answer_arrives_signed_and_twice_under_one_id(application: Application) -> None:
    """The other side can tell a repeated answer by webhook-id."""
    connector = WebhookConnector("bot", settings(application), clock=lambda: NOW)
    assert connector.about.repeatable
    sent = [await connector.send(REPLY) for _ in range(2)]
    await connector.aclose()
    assert [one.message_id for one in sent] == ["m-1", "m-2"]
    assert [(call.signed, call.headers["webhook-id"]) for call in application.calls] == [(True, REPLY.key)] * 2
    assert application.answers("warga-17") == [REPLY.text] * 2
    told = application.calls[0].content
    assert (told["type"], told["in_reply_to"], told["buttons"]) == ("reply", "a-1", [{"text": "Laporan baru", "command": "baru"}])


async def test_check_asks_signed_and_bothers_no_citizen(application: Application) -> None:
    connector = WebhookConnector("bot", settings(application), clock=lambda: NOW)
    checked = await connector.check()
    await connector.aclose()
    assert (checked.health, [call.content for call in application.calls]) == ("ok", [{"type": "check"}])


@pytest.mark.parametrize(
    ("mood", "error"), [("unauthorized", CredentialRefused), ("gone", RecipientGone), ("bad_request", Refused), ("moved", Unreachable)]
)
async def test_what_an_answer_means(application: Application, mood: str, error: type[Exception]) -> None:
    connector = WebhookConnector("bot", settings(application), clock=lambda: NOW)
    application.mood(mood)
    with pytest.raises(error):
        await connector.send(REPLY)
    await connector.aclose()


async def test_without_an_address_nobody_is_answered_and_nothing_is_owed() -> None:
    """The connector says so beforehand, and what it reads has nobody to answer."""
    connector = WebhookConnector("bot", Settings.model_validate({"secret": SECRET}), clock=lambda: NOW)
    (route,) = connector.routes()
    request = Request(account="bot", method="POST", url="", headers={}, query={}, body=b'{"id":"1","text":"x"}', remote="")
    (arrival,) = route.read(request, NOW)
    assert isinstance(arrival, Inbound)
    assert (connector.about.replies, arrival.reply_address) == (False, None)
    with pytest.raises(Refused):
        await connector.send(replace(REPLY, address=""))
    assert "callback_url" in (await connector.check()).sentence


async def test_files_come_from_named_hosts_only(application: Application) -> None:
    """Whoever signs must not lead the hub to other machines, nor around by a redirect."""
    connector = WebhookConnector("bot", settings(application), clock=lambda: NOW)
    ref = application.keep(b"foto")
    assert await connector.download(ref, 100) == b"foto"
    with pytest.raises(TooLarge):
        await connector.download(ref, 3)
    with pytest.raises(RecipientGone):
        await connector.download(ref + "0", 100)
    for elsewhere in ("https://169.254.169.254/latest", "file:///etc/passwd", ref.replace("127.0.0.1", "localhost"), "", "http://[", "//x"):
        with pytest.raises(Refused):
            await connector.download(elsewhere, 100)
    await connector.aclose()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("7", 7), (None, 30), ("", 30), ("soon", 30), ("-3", 1), ("nan", 30), ("inf", 3600), ("Fri, 02 Jan 2026 04:00:20 GMT", 20)],
)
def test_retry_after_is_a_number_or_a_date(written: str | None, seconds: float) -> None:
    assert waiting(written, NOW) == seconds


async def test_many_at_once_have_one_connection_pool(application: Application) -> None:
    """Answers to many citizens do not wait for one another."""
    connector = WebhookConnector("bot", settings(application), clock=lambda: NOW)
    await asyncio.gather(*(connector.send(replace(REPLY, key=f"k{n}")) for n in range(20)))
    await connector.aclose()
    assert {call.headers["webhook-id"] for call in application.calls} == {f"k{n}" for n in range(20)}


def test_a_point_comes_whole() -> None:
    """Degrees may be written as text, as many applications do."""
    (arrival,) = wire.read(b'{"id":"1","text":"x","lat":"-6.87","lon":"107.5"}', account="a", now=NOW)
    found: Arrival = arrival
    assert isinstance(found, Inbound)
    assert found.place
    assert (found.place.lat, found.place.lon) == (-6.87, 107.5)
