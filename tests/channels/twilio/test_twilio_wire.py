"""Twilio's bytes, words, numbers and signatures, without a network."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from connectors.contract import Delivery, Inbound, Reply, Request, Unreadable
from connectors.delivery import DeliveryState, standing
from connectors.errors import (
    ConnectorError,
    CredentialRefused,
    Forged,
    Misconfigured,
    RecipientGone,
    Refused,
    Then,
    Throttled,
    TooLarge,
    Unreachable,
    WindowClosed,
)
from connectors.segments import Alphabet, count
from connectors.twilio import wire
from connectors.twilio.client import Settings
from connectors.twilio.codes import lost, meaning
from connectors.twilio.outgoing import outgoing
from connectors.twilio.sign import signature, verify
from tests.channels.asking import NOW

TOKEN, URL = "token-uji", "https://lapor.example.go.id/hooks/twilio/wa"
FORM = [
    ("MessageSid", "SM1"),
    ("From", "whatsapp:+6281234567890"),
    ("Body", "Jalan rusak 🙏 di RT 03 & RW 05 — 100% + lubang"),
    ("ToZip", ""),
]
VECTORS = Path(__file__).parents[4] / "shared" / "corpora" / "08-webhook-security" / "twilio_signatures.jsonl"
FIELDS = {"account_sid": "AC" + "0" * 32, "auth_token": "t"}


def call(url: str = URL, body: bytes | None = None, signed: str | None = None, **headers: str) -> Request:
    sent = {} if signed is None else {"x-twilio-signature": signed}
    content = urlencode(FORM).encode() if body is None else body
    return Request(account="wa", method="POST", url=url, headers=sent | headers, query={}, body=content, remote="127.0.0.1")


def genuine(request: Request, *tokens: str) -> bool:
    try:
        verify(request, tokens or (TOKEN,))
    except Forged as refused:
        return refused.status != 403
    return True


# -- signatures


@pytest.mark.parametrize(
    ("seen", "signed"),
    [
        (URL, URL),
        ("https://lapor.example.go.id:8443/hooks/twilio/wa", URL),
        (URL, "https://lapor.example.go.id:443/hooks/twilio/wa"),
        ("https://lapor.example.go.id:8443/hooks/twilio/wa", "https://lapor.example.go.id:8443/hooks/twilio/wa"),
        (URL + "?kota=cimahi&uji=1", URL + "?kota=cimahi&uji=1"),
        (URL + "?kata=it's+kota", URL + "?kata=it%27s+kota"),
        (URL + "?kata=a+b", URL + "?kata=a%20b"),
        ("https://user@lapor.example.go.id/hooks/twilio/wa", "https://user@lapor.example.go.id:443/hooks/twilio/wa"),
    ],
)
def test_signature_with_and_without_port_and_query(seen: str, signed: str) -> None:
    """Twilio and proxies disagree about the port and how a query is written; the address is the same."""
    assert genuine(call(seen, signed=signature(TOKEN, signed, FORM)))


@pytest.mark.parametrize(
    "signed",
    [
        URL.replace("https", "http"),
        URL + "/status",
        URL.replace("lapor", "lain"),
        URL + "?kota=cimahi",
    ],
)
def test_signature_of_another_address(signed: str) -> None:
    """Scheme, host, path and query must be those that were signed."""
    assert not genuine(call(signed=signature(TOKEN, signed, FORM)))


def test_signature_of_other_words() -> None:
    """One letter changed, one parameter more or less: not Twilio's."""
    good = signature(TOKEN, URL, FORM)
    assert genuine(call(signed=good))
    for other in (FORM[:-1], [*FORM, ("Neu", "x")], [*FORM[:2], ("Body", "Jalan bagus"), FORM[3]]):
        assert not genuine(call(body=urlencode(other).encode(), signed=good))
    assert not genuine(call(signed=good.lower()))
    assert not genuine(call(signed=good + " x"))
    assert not genuine(call(signed="é" * 28))
    assert not genuine(call(signed=""))
    assert not genuine(call())


def test_signature_while_tokens_are_rotated() -> None:
    """Several tokens are good at once; a withdrawn one is not."""
    signed = signature("lama", URL, FORM)
    assert genuine(call(signed=signed), "baru", "lama")
    assert not genuine(call(signed=signed), "baru")
    assert not genuine(call(signed=signature("", URL, FORM)), "baru")


def test_signature_of_a_body_that_is_no_form() -> None:
    """A JSON body is vouched for by its hash in the signed address; without one it is refused and breaks nothing."""
    body = b'{"a": 1}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    named = {"content-type": "application/json"}
    assert genuine(call(url, body, signature(TOKEN, url, ()), **named))
    assert not genuine(call(url, b'{"a": 2}', signature(TOKEN, url, ()), **named))
    assert not genuine(call(URL, body, signature(TOKEN, URL, ()), **named))
    assert not genuine(call(URL, body, signature(TOKEN, URL, FORM), **named))


def test_signature_with_a_shared_key() -> None:
    """The newer signatures name their algorithm; an unknown one is refused."""
    settings = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_SHA256"}
    assert genuine(call(signed=signature(TOKEN, URL, FORM, "HMAC_SHA256"), **settings))
    assert not genuine(call(signed=signature(TOKEN, URL, FORM), **settings))
    assert not genuine(call(signed="x", **{"x-twilio-webhooks-signature-settings": "algorithm=MD5"}))


def test_signature_of_a_form_without_end() -> None:
    """Thousands of parameters come from nobody."""
    assert not genuine(call(body=b"&".join(b"a=b" for _ in range(5000)), signed="x"))


@pytest.mark.skipif(not VECTORS.exists(), reason="corpora: real signatures lie beside the checkout only where the project is reviewed")
def test_signature_vectors_of_others() -> None:
    """Valid ones of Twilio's own libraries pass, all others are 403."""
    for line in VECTORS.read_text("utf-8").splitlines():
        case = json.loads(line)
        body = case["body"].encode() if case["body"] is not None else urlencode([tuple(pair) for pair in case["params"]]).encode()
        request = call(case["url"], body, case["signature"], **{"content-type": case["content_type"]})
        assert genuine(request, case["token"]) == case["valid"], case["id"]


# -- what became of ours


def told(status: str, code: str | None = None) -> list[object]:
    form = {"MessageSid": "SM1", "MessageStatus": status, **({"ErrorCode": code} if code else {})}
    return list(wire.status(urlencode(form).encode(), account="wa", now=NOW, channel="whatsapp"))


def test_statuses_are_deliveries() -> None:
    """Every word of Twilio's is one of our states; an unknown one says nothing."""
    for word, state in wire.STATES.items():
        (delivery,) = told(word)
        assert isinstance(delivery, Delivery)
        assert (delivery.message_id, delivery.state, delivery.at) == ("SM1", state, NOW)
    assert told("teleported") == []
    (broken,) = wire.status(b"MessageStatus=sent", account="wa", now=NOW)
    assert isinstance(broken, Unreadable)


def test_window_refusal_with_an_empty_error() -> None:
    """ "24-hour window refusal with an empty error": a failure without words still says what follows."""
    (closed,) = told("failed", "63016")
    assert isinstance(closed, Delivery)
    assert closed.code == "window_closed"
    assert "63016" in closed.sentence
    (bare,) = told("undelivered")
    assert isinstance(bare, Delivery)
    assert bare.code == "refused"
    assert bare.sentence


def test_status_never_goes_backwards() -> None:
    """ "Status going backwards": in every order in which they may be told, the furthest state stands."""
    states = [DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ]
    for order in itertools.permutations(states):
        assert standing(order) is DeliveryState.READ
    assert standing([DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.SENT]) is DeliveryState.DELIVERED
    assert standing([DeliveryState.FAILED, DeliveryState.SENT]) is DeliveryState.FAILED
    assert standing([]) is None


# -- errors


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("21610", 400, RecipientGone),
        ("21614", 400, RecipientGone),
        ("21211", 400, RecipientGone),
        ("63003", 400, RecipientGone),
        ("63016", 400, WindowClosed),
        ("63018", 429, Throttled),
        ("63018", 400, Throttled),
        ("20429", 429, Throttled),
        ("21611", 400, Throttled),
        ("21617", 400, TooLarge),
        ("20003", 401, CredentialRefused),
        ("20005", 403, CredentialRefused),
        ("21606", 400, Misconfigured),
        ("63007", 400, Misconfigured),
        ("21408", 400, Refused),
        ("99999", 400, Refused),
        ("", 400, Refused),
        ("", 503, Unreachable),
        ("20500", 500, Unreachable),
    ],
)
def test_error_numbers(code: str, status: int, kind: type[ConnectorError]) -> None:
    """Each number of Twilio's is the error whose class says what follows, and its sentence names it."""
    error = meaning(code, status, "wa")
    assert type(error) is kind
    assert code in error.sentence or error.then is Then.RETRY or kind in (TooLarge, Refused)


def test_a_lost_message_is_given_up() -> None:
    """A delivery that failed is never sent again by itself, whatever the number."""
    assert all(isinstance(lost(code), Refused) for code in ("30003", "30007", "63016", "63024", "20003", "", "abc", "1" * 40))


# -- what a text costs


@pytest.mark.parametrize(
    ("text", "alphabet", "segments"),
    [
        ("", Alphabet.GSM7, 1),
        ("a" * 160, Alphabet.GSM7, 1),
        ("a" * 161, Alphabet.GSM7, 2),
        ("a" * 306, Alphabet.GSM7, 2),
        ("a" * 307, Alphabet.GSM7, 3),
        ("€" * 80, Alphabet.GSM7, 1),
        ("€" * 81, Alphabet.GSM7, 2),
        ("a" * 152 + "€" + "a" * 100, Alphabet.GSM7, 2),
        ("“" + "a" * 69, Alphabet.UCS2, 1),
        ("“" + "a" * 70, Alphabet.UCS2, 2),
        ("🙏" * 35, Alphabet.UCS2, 1),
        ("🙏" * 36, Alphabet.UCS2, 2),
        ("🙏" * 66, Alphabet.UCS2, 2),
        ("🙏" * 67, Alphabet.UCS2, 3),
    ],
)
def test_segments(text: str, alphabet: Alphabet, segments: int) -> None:
    """160 and 153 septets, 70 and 67 units; nothing that costs two is torn."""
    counted = count(text)
    assert (counted.alphabet, counted.segments) == (alphabet, segments)
    assert counted.room >= 0


# -- the list, and sending


def test_a_listed_message_is_the_same_message() -> None:
    """What the list gives has the webhook's key; and the time at which it was sent."""
    listed = {"sid": "SM1", "direction": "inbound", "from": "+6281234567890", "to": "+6281100000001", "body": "x", "num_media": "2"}
    (late,) = wire.read(json.dumps({**listed, "date_sent": "Fri, 02 Jan 2026 03:30:00 +0000"}).encode(), account="s", now=NOW)
    (called,) = wire.read(urlencode({"MessageSid": "SM1", "From": "+6281234567890", "Body": "x"}).encode(), account="s", now=NOW)
    assert isinstance(late, Inbound)
    assert isinstance(called, Inbound)
    assert (late.external_id, late.conversation) == (called.external_id, called.conversation)
    assert late.sent_at == datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
    assert [file.ref for file in late.attachments] == ["SM1/Media/0", "SM1/Media/1"]
    for odd in ("tomorrow", None, "Fri, 02 Jan 2099 03:30:00 +0000", 7):
        (inbound,) = wire.read(json.dumps({**listed, "date_sent": odd}).encode(), account="s", now=NOW)
        assert isinstance(inbound, Inbound)
        assert inbound.sent_at == NOW


@pytest.mark.parametrize("bad", [b"{", b'{"sid": 1}', b'{"sid": "SM1"}', b"{}", b'{"a":' * 5000])
def test_a_broken_listed_message(bad: bytes) -> None:
    """Kept unreadable, never an exception."""
    (arrival,) = wire.read(bad, account="s", now=NOW)
    assert isinstance(arrival, Unreadable)


def reply(text: str = "Kabar", *, hours: float = 1, channel: str = "whatsapp", **extra: str) -> Reply:
    return Reply(
        key="k",
        channel=channel,
        account="wa",
        conversation="c",
        address="+6281234567890",
        text=text,
        extra=extra,
        heard_at=NOW - timedelta(hours=hours),
    )


def test_outside_the_window_a_template_goes() -> None:
    """Within 24 hours free words; then the approved template with the words as its one variable, on one line."""
    settings = Settings.model_validate({**FIELDS, "numbers": ["+6281100000001"], "template_sid": "HX" + "a" * 32})
    free = outgoing(reply(hours=23.9), "whatsapp", settings, None, NOW)
    assert free == {"to": "whatsapp:+6281234567890", "from_": "whatsapp:+6281100000001", "body": "Kabar"}
    late = outgoing(reply("Kabar\n\nbaru", hours=24.1), "whatsapp", settings, "https://hub.example/s", NOW)
    assert "body" not in late
    assert late["content_sid"] == "HX" + "a" * 32
    assert json.loads(late["content_variables"]) == {"1": "Kabar baru"}
    assert outgoing(reply(hours=99, channel="sms"), "sms", settings, None, NOW)["body"] == "Kabar"


def test_outside_the_window_without_a_template() -> None:
    """The hub says so itself, and asks Twilio for nothing."""
    settings = Settings.model_validate({**FIELDS, "numbers": ["+6281100000001"]})
    with pytest.raises(WindowClosed):
        outgoing(reply(hours=24.1), "whatsapp", settings, None, NOW)


def test_the_answer_comes_from_the_number_that_was_written_to() -> None:
    """Of several numbers the one that the citizen knows; a pool chooses by itself; a stranger's number is never used."""
    two = Settings.model_validate({**FIELDS, "numbers": ["+6281100000001", "whatsapp:+6281100000002"]})
    assert outgoing(reply(to="whatsapp:+6281100000002"), "whatsapp", two, None, NOW)["from_"] == "whatsapp:+6281100000002"
    assert outgoing(reply(to="+1999"), "whatsapp", two, None, NOW)["from_"] == "whatsapp:+6281100000001"
    pool = Settings.model_validate({**FIELDS, "messaging_service_sid": "MG" + "0" * 32})
    sent = outgoing(reply(channel="sms"), "sms", pool, None, NOW)
    assert sent == {"to": "+6281234567890", "messaging_service_sid": "MG" + "0" * 32, "body": "Kabar"}
