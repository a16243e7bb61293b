"""What an Open311 server may answer, in both formats: refusals, waits, rubbish, and XML that was made to harm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from config.profile import Profile
from config.settings import DoorSettings
from connectors.errors import ConnectorError, CredentialRefused, Refused, Throttled, Unreachable
from demo.open311 import Open311
from dispatcher.doors import registry
from normalizer import tracking
from normalizer.complaint import Reporter
from tests.doors.examples import filing, number

KEY = number(5)
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<service_requests><request><service_request_id>&c;</service_request_id></request></service_requests>"""
RUBBISH = {
    "empty": b"",
    "html": b"<html><body>Selamat datang</body></html>",
    "random": bytes(range(256)),
    "broken utf-8": b'[{"service_request_id": "\xff\xfe"}]',
    "broken utf-8 xml": b"<service_requests><request><service_request_id>\xff</service_request_id></request></service_requests>",
    "billion laughs": LAUGHS,
    "elsewhere": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><service_requests><request><service_request_id>&x;'
    b"</service_request_id></request></service_requests>",
    "cut off": b"<service_requests><request><service_request_id>1",
    "a number": b"42",
}


async def asked(profile: Profile, format: str, status: int, body: bytes, headers: dict[str, str], what: Callable[..., Awaitable[object]]):
    """One call of a door whose server answers everything like this."""

    async def answer(request: web.Request) -> web.Response:
        if "/services" in request.path:
            known = '[{"service_code": "umum", "metadata": false}]'
            xml = "<services><service><service_code>umum</service_code><metadata>false</metadata></service></services>"
            return web.Response(text=known if format == "json" else xml)
        return web.Response(status=status, body=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app, host="127.0.0.1") as server:
        options = {"base": str(server.make_url("")).rstrip("/"), "default_service": "umum", "timeout": 2, "format": format}
        door = registry.build("kota", DoorSettings(kind="open311", **options), profile)
        try:
            return await what(door)
        finally:
            await door.aclose()


@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.parametrize("body", RUBBISH.values(), ids=RUBBISH)
async def test_rubbish_proves_nothing(profile: Profile, format: str, body: bytes):
    """After a POST it is uncertain; to a look-up it is no answer, and never "not there"."""
    with pytest.raises(Unreachable) as caught:
        await asked(profile, format, 200, body, {}, lambda door: door.submit(filing(KEY), KEY))
    assert not caught.value.certain
    with pytest.raises(Unreachable):
        await asked(profile, format, 200, body, {}, lambda door: door.find(KEY, datetime.now(UTC) - timedelta(minutes=5)))


@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.parametrize(
    ("status", "body", "headers", "error", "certain"),
    [
        (429, b"", {"Retry-After": "7"}, Throttled, True),
        (429, b"", {}, Throttled, True),
        (500, b"<h1>500</h1>", {}, Unreachable, False),
        (403, b'[{"code": 403, "description": "api_key was not valid"}]', {}, CredentialRefused, True),
        (400, b'[{"code": 400, "description": "description is too long"}]', {}, Refused, True),
        (400, b"<errors><error><code>400</code><description>description is too long</description></error></errors>", {}, Refused, True),
        (400, b'{"errors": [{"code": 400, "description": "Duplicate request"}]}', {}, Unreachable, False),
        (400, b"<errors><error><code>400</code><description>duplicate</description></error></errors>", {}, Unreachable, False),
        (400, b"Duplicate request", {}, Unreachable, False),
    ],
)
async def test_each_refusal_leads_to_what_follows(
    profile: Profile, format: str, status: int, body: bytes, headers: dict[str, str], error: type[ConnectorError], certain: bool
):
    """By its class, whatever shape the server gave it: an array, an object, XML or bare text."""
    with pytest.raises(error) as caught:
        await asked(profile, format, status, body, headers, lambda door: door.submit(filing(KEY), KEY))
    assert caught.value.certain is certain
    if isinstance(caught.value, Throttled):
        assert caught.value.wait == (7 if headers else 60)


async def test_auto_falls_back_to_xml_and_never_posts_twice(profile: Profile):
    """A server that has only what the standard asks for: one POST, in XML."""
    city = Open311(codes={"umum": "Umum"}, formats=("xml",))
    door = registry.build("kota", DoorSettings(kind="open311", base=await city.start(), default_service="umum", timeout=2), profile)
    receipt = await door.submit(filing(KEY), KEY)
    found = await door.find(KEY, datetime.now(UTC) - timedelta(minutes=5))
    assert found
    assert found.reference == receipt.reference
    assert city.counts() == {tracking.printed(KEY): 1}
    await door.aclose()
    await city.stop()


@pytest.mark.parametrize("format", ["json", "xml"])
async def test_required_attributes_are_answered_or_a_person_is_asked(profile: Profile, format: str):
    """From the settings, by default, by the choice for "we cannot say"; a list without one names the setting."""
    choices = [{"key": "1", "name": "hari ini"}, {"key": "9", "name": "Lainnya"}]
    asks = [
        {"code": "TIANG", "datatype": "string", "required": True, "variable": True},
        {"code": "WARNA", "datatype": "text", "required": True, "variable": True},
        {
            "code": "SEJAK",
            "datatype": "singlevaluelist",
            "required": True,
            "values": choices,
        },
        {"code": "BEBAS", "datatype": "string", "required": False},
    ]
    strict = [{"code": "WARNA", "datatype": "singlevaluelist", "required": True, "values": [{"key": "m", "name": "merah"}]}]
    city = Open311(codes={"umum": "Umum", "lampu": "Lampu"}, attributes={"umum": asks, "lampu": strict})
    options = {"base": await city.start(), "default_service": "umum", "timeout": 2, "format": format, "attributes": {"TIANG": "{number}"}}
    door = registry.build("kota", DoorSettings(kind="open311", **options), profile)
    await door.submit(filing(KEY), KEY)
    sent = city.taken[0].fields
    assert sent["attribute[TIANG]"] == tracking.printed(KEY)
    assert (sent["attribute[WARNA]"], sent["attribute[SEJAK]"]) == ("tidak disebutkan", "9")
    assert "attribute[BEBAS]" not in sent
    with pytest.raises(Refused, match=r"doors\.kota\.attributes\.WARNA"):
        await door.submit(filing(number(6), category="lampu"), number(6))
    await door.aclose()
    await city.stop()


async def test_who_complains_is_told_only_to_a_receiver_that_may_know(profile: Profile):
    """identities = true: name, mail and phone; of somebody anonymous never."""
    city = Open311(codes={"umum": "Umum"})
    options = {"base": await city.start(), "default_service": "umum", "timeout": 2, "identities": True}
    door = registry.build("kota", DoorSettings(kind="open311", **options), profile)
    siti = Reporter(name="Siti Aminah Dewi", phone="+6281234567890", email="siti@example.com")
    await door.submit(filing(number(1), reporter=siti), number(1))
    await door.submit(filing(number(2), reporter=siti, anonymous=True), number(2))
    named, hidden = (one.fields for one in city.taken)
    assert (named["first_name"], named["last_name"], named["phone"]) == ("Siti", "Aminah Dewi", "+6281234567890")
    assert not {"first_name", "last_name", "phone", "email"} & set(hidden)
    await door.aclose()
    await city.stop()


async def test_a_secret_report_whose_answer_was_lost_goes_to_a_person(profile: Profile):
    """GET lists no secret report, so "not there" would prove nothing: it is not sent again by itself."""
    city = Open311(codes={"umum": "Umum"})
    options = {"base": await city.start(), "default_service": "umum", "timeout": 2, "confidential": True}
    door = registry.build("kota", DoorSettings(kind="open311", **options), profile)
    city.mood("lose")
    with pytest.raises(Refused) as caught:
        await door.submit(filing(KEY, confidential=True), KEY)
    assert (caught.value.certain, caught.value.then) == (False, "give_up")
    await door.aclose()
    await city.stop()
