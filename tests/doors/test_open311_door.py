"""The open311 door against a GeoReport v2 server that takes everything and forgets to answer."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import aiohttp
import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from config.profile import Profile
from config.settings import DoorSettings
from connectors.contract import Health
from connectors.errors import CredentialRefused, Misconfigured, Refused, Throttled, Unreachable
from demo.open311 import Open311
from dispatcher.doors import geo_report, registry
from dispatcher.doors.contract import Door
from normalizer import tracking
from normalizer.complaint import Location, PersonalData, Reporter, State
from tests.doors.examples import filing, number

KEY = number(7)


def ago(days: float = 0.01) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def test_our_number_opens_the_description_and_nobody_is_named(city: Open311, open311: Door):
    """The description begins with [CMH-XXXX-XXXC]; the reporter's identity and the marked spans of the words stay here."""
    body = "Lampu mati, hubungi 081234567890"
    reporter = Reporter(name="Siti Aminah", phone="+6281234567890", email="siti@example.com")
    spans = [PersonalData(kind="phone", start=20, end=32)]
    await open311.submit(filing(KEY, body=body, reporter=reporter, personal_data=spans, category="lampu"), KEY)
    sent = city.taken[0].fields
    assert sent["description"] == f"[{tracking.printed(KEY)}] Lampu mati, hubungi ************"
    assert sent["service_code"] == "lampu"
    assert sent["address_string"] == "Kota Cimahi"
    assert not {"first_name", "last_name", "phone", "email"} & set(sent)


async def test_a_point_goes_as_a_point_and_words_as_an_address(city: Open311, open311: Door):
    """lat and long when known, else the best words, each said once."""
    await open311.submit(filing(number(1), location=Location(lat=-6.8722, lon=107.5425)), number(1))
    place = Location(text="Jl. Gandawijaya", rt="03", rw="05", region_name="Setiamanah")
    await open311.submit(filing(number(2), location=place), number(2))
    assert (city.taken[0].fields["lat"], city.taken[0].fields["long"]) == ("-6.872200", "107.542500")
    assert city.taken[1].fields["address_string"] == "Jl. Gandawijaya, RT 03, RW 05, Setiamanah, Kota Cimahi"
    said = Location(text="Jl. Kolonel Masturi RT 3/RW 5", rt="003", rw="005")
    await open311.submit(filing(number(3), location=said), number(3))
    assert city.taken[2].fields["address_string"] == "Jl. Kolonel Masturi RT 3/RW 5, Kota Cimahi"


async def test_a_long_text_is_cut_at_4000_characters(city: Open311, open311: Door):
    """The limit counts our number too."""
    await open311.submit(filing(KEY, body="kata " * 2000), KEY)
    assert 3990 <= len(city.taken[0].description) <= 4000


@pytest.mark.parametrize("mood", ["lose", "error_taken", "hang_taken"])
async def test_a_lost_answer_is_uncertain_and_can_be_found(city: Open311, open311: Door, mood: str):
    """Taken there, unknown here: the error says so, and find has the receipt."""
    city.mood(mood)
    with pytest.raises(Unreachable) as caught:
        await open311.submit(filing(KEY), KEY)
    assert not caught.value.certain
    found = await open311.find(KEY, ago())
    assert found is not None
    assert found.reference == city.taken[0].reference


@pytest.mark.parametrize("mood", ["away", "error", "html"])
async def test_an_answer_that_proves_nothing_is_uncertain_too(city: Open311, open311: Door, mood: str):
    """Whoever cannot know asks: find answers that the door does not have it."""
    city.mood(mood)
    with pytest.raises(Unreachable) as caught:
        await open311.submit(filing(KEY), KEY)
    assert not caught.value.certain
    assert await open311.find(KEY, ago()) is None


async def test_a_door_that_cannot_be_reached_is_certain(profile: Profile):
    """Nothing was sent, so it may be sent again without asking; a look-up that fails is an error, never None."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    door = registry.build("kota", DoorSettings(kind="open311", base=base, default_service="umum"), profile)
    with pytest.raises(Unreachable) as caught:
        await door.submit(filing(KEY), KEY)
    assert caught.value.certain
    with pytest.raises(Unreachable):
        await door.find(KEY, ago())
    assert (await door.check()).health is Health.FAILED
    await door.aclose()


async def test_what_they_refuse_is_not_tried_again(city: Open311, open311: Door):
    """400 is final, 429 waits, and a secret report does not leave at all."""
    city.mood("refuse")
    with pytest.raises(Refused, match="attribute"):
        await open311.submit(filing(KEY), KEY)
    city.mood("throttle")
    with pytest.raises(Throttled) as caught:
        await open311.submit(filing(KEY), KEY)
    assert caught.value.wait == 1.0
    with pytest.raises(Refused, match="confidential"):
        await open311.submit(filing(KEY, confidential=True), KEY)
    assert city.taken == []


async def test_a_wrong_key_stops_the_door_and_is_not_repeated(city: Open311, profile: Profile):
    """The error names the setting, not its value."""
    settings = DoorSettings(kind="open311", base=city.base, api_key="salah-rahasia", default_service="umum")
    door = registry.build("kota", settings, profile)
    with pytest.raises(CredentialRefused, match=r"doors\.kota\.api_key") as caught:
        await door.submit(filing(KEY), KEY)
    assert "salah-rahasia" not in str(caught.value)
    assert "salah-rahasia" not in orjson.dumps(city.calls).decode()
    await door.aclose()


async def test_a_token_becomes_a_number_later(city: Open311, open311: Door):
    """Some servers give a ticket first: the receipt says so, and updates bring the real reference."""
    city.mood("token")
    receipt = await open311.submit(filing(KEY), KEY)
    assert receipt.reference == f"token:t{city.taken[0].reference}"
    news = await open311.updates(None)
    assert [(one.tracking_number, one.reference) for one in news.updates] == [(KEY, city.taken[0].reference)]


async def test_the_citys_answer_comes_back_once_for_each_change(city: Open311, open311: Door):
    """Closed with words: state, words, reference; asked again: the same external id; nothing older than a day comes again."""
    await open311.submit(filing(KEY), KEY)
    await open311.submit(filing(number(8)), number(8))
    first = await open311.updates(None)
    city.decide(tracking.printed(KEY), "closed", "Lampu sudah diganti.")
    second = await open311.updates(first.cursor)
    closed = [one for one in second.updates if one.state is State.CLOSED]
    assert [(one.tracking_number, one.reference, one.public_text) for one in closed] == [
        (KEY, city.taken[0].reference, "Lampu sudah diganti.")
    ]
    third = await open311.updates(second.cursor)
    assert closed[0].external_id in {one.external_id for one in third.updates}
    later = {"updated": (datetime.now(UTC) + timedelta(days=3)).isoformat()}
    assert list((await open311.updates(later)).updates) == []


async def test_a_cut_list_is_narrowed_until_ours_is_seen(profile: Profile):
    """A server that lists 20 at most still shows the one complaint that is looked for, at any age."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    city = Open311(page=20, clock=lambda: moment)
    base = await city.start()
    door = registry.build("kota", DoorSettings(kind="open311", base=base, default_service="umum"), profile, clock=lambda: moment)
    since = moment
    for nth in range(50):
        await door.submit(filing(number(nth)), number(nth))
        moment += timedelta(days=4)
    found = await door.find(number(0), since)
    assert found is not None
    assert found.reference == city.taken[0].reference
    assert await door.find(number(99), since) is None
    await door.aclose()
    await city.stop()


async def test_a_list_that_cannot_be_narrowed_proves_nothing(profile: Profile):
    """A server that ignores the dates and shows its newest 20 gives no licence to send again."""
    rows = [{"service_request_id": nth, "status": "open", "requested_datetime": "2020-01-01T00:00:00Z"} for nth in range(20)]
    app = web.Application()
    app.router.add_get("/requests.json", lambda _: _answer(rows))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    door = registry.build("kota", DoorSettings(kind="open311", base=base, default_service="umum"), profile)
    with pytest.raises(Unreachable, match="start_date"):
        await door.find(KEY, ago(1))
    await door.aclose()
    await runner.cleanup()


async def _answer(rows: object) -> web.Response:
    return web.json_response(rows)


async def test_somebody_who_quotes_our_number_is_not_us(city: Open311, open311: Door):
    """Only a description that opens with the number in its fixed form is ours."""
    await open311.submit(filing(number(9), body=f"Seperti [{tracking.printed(KEY)}], lampu mati lagi"), number(9))
    assert await open311.find(KEY, ago()) is None


async def test_a_redirect_is_a_wrong_setting(profile: Profile):
    """Following it would turn the POST into a GET; the sentence names the setting."""
    app = web.Application()
    app.router.add_post("/requests.json", _moved)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    door = registry.build("kota", DoorSettings(kind="open311", base=base, default_service="umum"), profile)
    with pytest.raises(Misconfigured, match=r"doors\.kota\.base"):
        await door.submit(filing(KEY), KEY)
    await door.aclose()
    await runner.cleanup()


async def _moved(request: web.Request) -> web.Response:
    raise web.HTTPMovedPermanently("/elsewhere")


async def test_a_wrong_service_code_is_a_warning_that_names_the_setting(city: Open311, profile: Profile):
    """check tells which setting to change."""
    settings = DoorSettings(kind="open311", base=city.base, default_service="salah")
    door = registry.build("kota", settings, profile)
    checked = await door.check()
    assert checked.health is Health.WARNING
    assert "doors.kota.default_service" in checked.sentence
    await door.aclose()


async def test_the_stand_in_remembers_over_a_restart(tmp_path):
    """Its journal is written before it answers: what was taken is still there when the process comes back."""
    journal = tmp_path / "journal"
    city = Open311(journal)
    base = await city.start()
    city.mood("hang_taken")
    form = {"service_code": "umum", "address_string": "Cimahi", "description": f"[{tracking.printed(KEY)}] x"}
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TimeoutError):
            await session.post(f"{base}/requests.json", data=form, timeout=aiohttp.ClientTimeout(total=0.3))
    await city.stop()
    again = Open311(journal)
    assert again.counts() == {tracking.printed(KEY): 1}


@given(st.binary(max_size=300))
def test_no_answer_breaks_the_reading(body: bytes):
    """Whatever a server sends, reading gives a value or None."""
    geo_report.reference_in(body)
    geo_report.rows_in(body)
    geo_report.codes_in(body)
    geo_report.blamed(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["service_request_id", "token", "status", "description", "requested_datetime", "x"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_shape_breaks_the_reading(value: object):
    """Any JSON at all."""
    body = orjson.dumps(value)
    geo_report.reference_in(body)
    for row in geo_report.rows_in(body) or ():
        geo_report.update(row, "CMH", datetime(2026, 1, 1, tzinfo=UTC))
    geo_report.blamed(body)
