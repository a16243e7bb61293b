"""The Twilio connector against the stand-in: what goes out, what comes back, files, and what the webhooks missed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connectors.contract import Cursor, Health, Inbound
from connectors.errors import (
    ConnectorError,
    CredentialRefused,
    RecipientGone,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
    WindowClosed,
)
from connectors.twilio.client import TwilioConnector
from demo.twilio import Call, Twilio
from tests.channels.twilio.standin import CITIZEN, NUMBER, REPLY, settings

HERE = Path(__file__).parent
SPEC = json.loads((HERE / "messages_api.json").read_text("utf-8"))
"""The part of Twilio's Messages API that we use, written from its reference."""
VENDOR = HERE.parents[3] / "shared" / "corpora" / "05-twilio" / "twilio_api_v2010.messages.openapi.json"
NOW = datetime(2026, 1, 2, 4, 0, tzinfo=UTC)
POOL = "MG" + "0" * 32
TEMPLATE = "HX" + "a" * 32


@dataclass
class Stage:
    twilio: Twilio
    made: list[TwilioConnector]
    now: datetime = NOW

    def connector(self, channel: str = "sms", public_url: str = "https://hub.example", **changed: Any) -> TwilioConnector:
        given = settings(self.twilio, **changed)
        built = TwilioConnector("bot", channel, given, public_url, clock=lambda: self.now, media_pauses=(0.0, 0.0))
        self.made.append(built)
        return built


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(Twilio(clock=lambda: stage.now), [])
    await stage.twilio.start()
    yield stage
    for connector in stage.made:
        await connector.aclose()
    for call in stage.twilio.calls:
        if call.method == "POST":
            jsonschema.validate(dict(call.parameters), SPEC["create"])
        elif call.path == "/Messages.json":
            jsonschema.validate(numbered(call.parameters), SPEC["list"])
    if VENDOR.exists():
        agrees_with_the_vendor(stage.twilio.calls)
    await stage.twilio.stop()


def numbered(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: int(value) if name in ("PageSize", "Page") else value for name, value in parameters.items()}


def agrees_with_the_vendor(calls: list[Call]) -> None:
    """Every call is one that Twilio's own OpenAPI knows."""
    paths = json.loads(VENDOR.read_text("utf-8"))["paths"]
    resource = paths["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    create = resource["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    listing = {each["name"]: each["schema"] for each in resource["get"]["parameters"] if each["in"] == "query"}
    for call in calls:
        if call.path != "/Messages.json":
            continue
        if call.method == "POST":
            jsonschema.validate(dict(call.parameters), {**create, "additionalProperties": False})
        else:
            jsonschema.validate(numbered(call.parameters), {"type": "object", "properties": listing, "additionalProperties": False})


# -- sending


async def test_a_reply_goes_out_with_its_status_address(stage: Stage) -> None:
    """The message id comes back, and Twilio knows where to tell what became of it."""
    sent = await stage.connector().send(REPLY)
    assert sent.message_id == stage.twilio.messages[-1]["sid"]
    (call,) = stage.twilio.calls
    assert call.parameters == {
        "To": CITIZEN,
        "From": NUMBER,
        "Body": REPLY.text,
        "StatusCallback": "https://hub.example/hooks/twilio/bot/status",
    }


async def test_whatsapp_addresses_and_templates(stage: Stage) -> None:
    """WhatsApp numbers carry their scheme; after 24 hours the template goes, and its words are the answer."""
    wa = stage.connector("whatsapp", template_sid=TEMPLATE)
    answer = replace(REPLY, channel="whatsapp", address=f"whatsapp:{CITIZEN}", heard_at=NOW - timedelta(hours=30))
    await wa.send(answer)
    (call,) = stage.twilio.calls
    assert call.parameters["To"] == f"whatsapp:{CITIZEN}"
    assert call.parameters["From"] == f"whatsapp:{NUMBER}"
    assert call.parameters["ContentSid"] == TEMPLATE
    with pytest.raises(WindowClosed):
        await stage.connector("whatsapp").send(answer)
    assert len(stage.twilio.calls) == 1


async def test_a_pool_sends(stage: Stage) -> None:
    """A Messaging Service chooses the number; none of ours is named."""
    await stage.connector(numbers=[], messaging_service_sid=POOL, public_url="").send(REPLY)
    (call,) = stage.twilio.calls
    assert call.parameters == {"To": CITIZEN, "MessagingServiceSid": POOL, "Body": REPLY.text}


@pytest.mark.parametrize(
    ("code", "kind"), [(21610, RecipientGone), (63016, WindowClosed), (21617, TooLarge), (63018, Throttled), (12345, Refused)]
)
async def test_refusals(stage: Stage, code: int, kind: type[ConnectorError]) -> None:
    """Twilio's number is our error, and nobody's number stands in it."""
    stage.twilio.refused[CITIZEN] = code
    with pytest.raises(kind) as refused:
        await stage.connector().send(REPLY)
    assert refused.value.certain
    assert CITIZEN not in str(refused.value)


async def test_a_lost_answer_is_not_certain(stage: Stage) -> None:
    """The message went out and its answer was lost: nobody may simply send again."""
    stage.twilio.mood("taken")
    with pytest.raises(Unreachable) as lost:
        await stage.connector().send(REPLY)
    assert not lost.value.certain
    assert stage.twilio.answers(CITIZEN) == [REPLY.text]


async def test_throttling_says_how_long(stage: Stage) -> None:
    """Retry-After counts."""
    stage.twilio.mood("throttled")
    with pytest.raises(Throttled) as slow:
        await stage.connector().send(REPLY)
    assert slow.value.wait == 7


async def test_calls_while_the_token_is_rotated(stage: Stage) -> None:
    """The new token is not good yet: the old one is used; with both refused the account stops."""
    old = stage.connector(auth_token="baru", auth_tokens_old=[stage.twilio.token])
    await old.send(REPLY)
    await old.send(REPLY)
    assert len(stage.twilio.calls) == 3, "what worked once is asked first"
    with pytest.raises(CredentialRefused):
        await stage.connector(auth_token="baru", auth_tokens_old=["lama"]).send(REPLY)


# -- check


async def test_check_names_what_to_do(stage: Stage) -> None:
    """One sentence: ready; the number calls another address; the number is not ours; the token is wrong."""
    stage.twilio.hooks[NUMBER] = "https://hub.example/hooks/twilio/bot"
    assert (await stage.connector().check()).health is Health.OK
    stage.twilio.hooks[NUMBER] = "https://demo.twilio.com/welcome"
    moved = await stage.connector().check()
    assert (moved.health, "https://hub.example/hooks/twilio/bot" in moved.sentence) == (Health.WARNING, True)
    stage.twilio.hooks.clear()
    assert NUMBER in (await stage.connector().check()).sentence
    wrong = await stage.connector(auth_token="salah").check()
    assert (wrong.health, "auth_token" in wrong.sentence) == (Health.FAILED, True)


# -- files


async def photographed(stage: Stage, content: bytes = b"\xff\xd8\xff foto") -> str:
    await stage.twilio.photograph(CITIZEN, NUMBER, "", content, hook=False)
    sid = stage.twilio.messages[-1]["sid"]
    return f"{stage.twilio.address}/2010-04-01/Accounts/{stage.twilio.account_sid}/Messages/{sid}/Media/0"


async def test_the_token_never_reaches_the_content_network(stage: Stage) -> None:
    """Twilio asks for it, the host that it redirects to must not see it; and the file is here."""
    assert await stage.connector().download(await photographed(stage), 1000) == b"\xff\xd8\xff foto"
    (headers,) = stage.twilio.media_headers
    assert "Authorization" not in headers
    assert "Cookie" not in headers


async def test_media_of_a_listed_message(stage: Stage) -> None:
    """A message that was only listed tells how many files it has; they are found and fetched all the same."""
    await photographed(stage)
    sid = stage.twilio.messages[-1]["sid"]
    assert await stage.connector().download(f"{sid}/Media/0", 1000) == b"\xff\xd8\xff foto"
    with pytest.raises(RecipientGone):
        await stage.connector().download(f"{sid}/Media/1", 1000)


async def test_media_404_or_expired(stage: Stage) -> None:
    """A file that is not there yet is asked for again; one that is gone is given up with a reason."""
    ref = await photographed(stage)
    stage.twilio.missing_media = 2
    assert await stage.connector().download(ref, 1000)
    stage.twilio.files.clear()
    with pytest.raises(RecipientGone):
        await stage.connector().download(ref, 1000)


async def test_media_over_the_limit(stage: Stage) -> None:
    """No more than the limit is read."""
    with pytest.raises(TooLarge):
        await stage.connector().download(await photographed(stage, b"x" * 2000), 1000)


@pytest.mark.parametrize(
    "ref",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example/a.jpg",
        "https://localhost.evil.example/a.jpg",
        "https://api.twilio.com.evil.example/x",
        "file:///etc/passwd",
        "ftp://localhost/x",
        "http://[::1",
        "",
    ],
)
async def test_media_of_any_other_host(stage: Stage, ref: str) -> None:
    """A form can name any address; only Twilio's and its content network's are asked."""
    with pytest.raises(Refused):
        await stage.connector().download(ref, 1000)
    assert stage.twilio.calls == []


async def test_a_redirect_to_another_host_is_not_followed(stage: Stage) -> None:
    """The allow-list holds for every step of the way."""
    with pytest.raises(Refused):
        await stage.connector(media_hosts=["twiliocdn.com"]).download(await photographed(stage), 1000)
    assert stage.twilio.media_headers == []


# -- what the webhooks missed


async def pulled(connector: TwilioConnector, cursor: Cursor = None) -> tuple[list[Inbound], Cursor]:
    found: list[Inbound] = []
    while True:
        batch = await connector.pull(cursor)
        found += [arrival for arrival in batch.arrivals if isinstance(arrival, Inbound)]
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


async def test_messages_lost_after_one_failed_webhook(stage: Stage) -> None:
    """Twilio calls once. What it could not hand over is taken in later under the same key, over all pages, and only what citizens wrote."""
    stage.twilio.page_size = 2
    for number in range(5):
        await stage.twilio.write(CITIZEN, NUMBER, f"pesan {number}", hook=False)
    await stage.twilio.write(CITIZEN, "+6281100000009", "ke nomor lain", hook=False)
    connector = stage.connector()
    await connector.send(REPLY)
    found, cursor = await pulled(connector)
    assert sorted(inbound.text for inbound in found) == [f"pesan {number}" for number in range(5)]
    assert {inbound.external_id for inbound in found} == {each["sid"] for each in stage.twilio.messages if each["to"] == NUMBER}
    assert cursor == {"since": NOW.isoformat()}


async def test_each_question_overlaps_the_one_before(stage: Stage) -> None:
    """From the last safe point back by an hour, so that what appears late in the list is not passed over."""
    connector = stage.connector()
    _, cursor = await pulled(connector)
    stage.now = NOW + timedelta(minutes=10)
    await pulled(connector, cursor)
    first, second = (call.parameters["DateSent>"] for call in stage.twilio.calls)
    assert first == (NOW - timedelta(hours=25)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert second == (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_every_number_is_asked_for(stage: Stage) -> None:
    """Several numbers of one account, each with its pages; a crash between pages goes on where it was."""
    stage.twilio.page_size = 1
    other = "+6281100000002"
    for to in (NUMBER, NUMBER, other):
        await stage.twilio.write(CITIZEN, to, f"ke {to}", hook=False)
    connector = stage.connector(numbers=[NUMBER, other])
    first = await connector.pull(None)
    assert first.more
    again, _ = await pulled(stage.connector(numbers=[NUMBER, other]), json.loads(json.dumps(first.cursor)))
    assert len([*first.arrivals, *again]) == 3


async def test_a_pool_lists_its_own_channel_only(stage: Stage) -> None:
    """Without numbers the list holds everything; each channel takes its own."""
    await stage.twilio.write(CITIZEN, NUMBER, "sms", hook=False)
    await stage.twilio.write(f"whatsapp:{CITIZEN}", f"whatsapp:{NUMBER}", "wa", hook=False)
    for channel, words in (("sms", "sms"), ("whatsapp", "wa")):
        found, _ = await pulled(stage.connector(channel, numbers=[], messaging_service_sid=POOL))
        assert [(inbound.channel, inbound.text) for inbound in found] == [(channel, words)]
