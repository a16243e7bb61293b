"""What every citizen may open, without JavaScript and without an account."""

from __future__ import annotations

import re

import aiohttp
import pytest
from aiohttp import FormData
from chat_hub import Hub, numbered, running, until
from sqlmodel import select

from normalizer.complaint import State
from store.tables import ComplaintRow

LAMP = "Lampu jalan di Jalan Gandawijaya RT 02 RW 05 mati sejak seminggu lalu. Saya Ibu Siti, 081234567890"


async def complain(http: aiohttp.ClientSession, hub: Hub, text: str = LAMP) -> str:
    return (await numbered(http, hub, "a1", text))["tracking_number"]


async def complaint_id(hub: Hub) -> int:
    async def look() -> int | None:
        return await hub.desk.db.read(lambda session: session.exec(select(ComplaintRow.id)).first())

    return await until(look, "a complaint")


async def test_home_says_how_to_complain_and_what_happens_to_the_data(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Who, why, to whom it goes, how long it is kept, which rights: at first contact."""
    text = await (await citizen.get(f"{hub.url}/")).text()
    profile = hub.desk.profile
    for told in (
        profile.name,
        profile.office,
        profile.privacy_contact,
        f"{profile.retention_months} bulan",
        "SP4N-LAPOR!",
        "112",
        'name="nomor"',
    ):
        assert told in text


async def test_pages_carry_nothing_inline_and_nothing_from_elsewhere(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """The content policy is strict, and the pages obey it."""
    for path in ("/", "/lacak", "/privasi", "/chat/frame", "/lacak/CMH-XXXX-XXXX"):
        answer = await citizen.get(hub.url + path)
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", text), path
        assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_only_the_named_sites_may_embed_the_chat(tmp_path, citizen: aiohttp.ClientSession) -> None:
    async with running(tmp_path, embed_origins=("https://kota.example",)) as hub:
        frame = await citizen.get(f"{hub.url}/chat/frame")
        home = await citizen.get(f"{hub.url}/")
        script = await citizen.get(f"{hub.url}/chat/widget.js")
    assert "frame-ancestors 'self' https://kota.example" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert "frame-ancestors 'none'" in home.headers["Content-Security-Policy"]
    assert home.headers["X-Frame-Options"] == "DENY"
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert script.content_type in ("text/javascript", "application/javascript")


async def test_the_first_load_is_small(hub: Hub) -> None:
    """Home with its styles and script, as a phone gets it: under 30 kB."""
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        page = await (await http.get(f"{hub.url}/", headers={"Accept-Encoding": "gzip"})).read()
        plain = await (await http.get(f"{hub.url}/", headers={"Accept-Encoding": "identity"})).text()
        total = len(page)
        for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', plain)):
            answer = await http.get(hub.url + address, headers={"Accept-Encoding": "gzip"})
            assert "immutable" in answer.headers["Cache-Control"]
            total += len(await answer.read())
    assert total < 30_000


async def test_without_javascript_a_form_answers_with_the_number(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Text and a photo by a plain form; the page that follows shows the number. Sent twice it is one complaint."""
    home = await (await citizen.get(f"{hub.url}/")).text()
    message_id = re.search(r'name="id" value="(\w+)"', home)[1]
    pages = []
    for _ in range(2):  # and again, as an impatient thumb does
        form = FormData({"id": message_id, "text": LAMP})
        form.add_field("file", b"", filename="", content_type="application/octet-stream")
        answer = await citizen.post(f"{hub.url}/kirim", data=form)
        assert answer.status == 200
        pages.append(answer.url)

    async def shown() -> str | None:
        found = re.search(r"CMH-[0-9A-Z]{4}-[0-9A-Z]{4}", await (await citizen.get(pages[0])).text())
        return found and found[0]

    assert await until(shown, "the number on the page that reloads itself")
    assert len(set(pages)) == 1
    rows = await hub.desk.db.read(lambda session: list(session.exec(select(ComplaintRow))))
    assert len(rows) == 1


async def test_without_javascript_the_page_waits_for_the_number(idle_hub: Hub, citizen: aiohttp.ClientSession) -> None:
    await citizen.get(f"{idle_hub.url}/")
    answer = await citizen.post(f"{idle_hub.url}/kirim", data=FormData({"id": "b1", "text": LAMP}, default_to_multipart=True))
    assert 'http-equiv="refresh"' in await answer.text()


async def test_an_empty_form_gets_a_friendly_page(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    answer = await citizen.post(f"{hub.url}/kirim", data=FormData({"id": "b1", "text": " "}, default_to_multipart=True))
    assert answer.status == 400
    assert "belum terkirim" in await answer.text()


async def test_tracking_tells_states_and_nothing_of_the_complaint(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Names of states, agencies, hours in the city's zone; never the citizen's words, name or phone, nor an operator's text."""
    number = await complain(citizen, hub)
    one = await complaint_id(hub)
    await hub.move(one, State.VERIFIED)
    await hub.move(one, State.ASSIGNED, agency=next(iter(hub.desk.profile.agencies)))
    await hub.move(one, State.ANSWERED, text="Sudah diganti oleh Pak Dadang, Ibu Siti")
    async with aiohttp.ClientSession() as anyone:
        answer = await anyone.get(f"{hub.url}/lacak/{number}")
        text = await answer.text()
    assert answer.status == 200
    for told in (number, "Diterima", "Terverifikasi", "Ditanggapi", "WIB", next(iter(hub.desk.profile.agencies.values())).name):
        assert told in text
    for secret in ("Gandawijaya", "Siti", "081234567890", "Dadang", "rina", "Lampu"):
        assert secret not in text


@pytest.mark.parametrize(
    "shape", [str.lower, lambda number: number.replace("-", ""), lambda number: f" {number[4:]} ", lambda number: number.replace("0", "O")]
)
async def test_a_number_may_be_typed_as_people_type(hub: Hub, citizen: aiohttp.ClientSession, shape) -> None:
    number = await complain(citizen, hub)
    answer = await citizen.get(f"{hub.url}/lacak", params={"nomor": shape(number)})
    assert answer.status == 200
    assert str(answer.url).endswith(f"/lacak/{number}")


async def test_a_typo_is_told_from_an_unknown_number(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    from normalizer.tracking import compose, printed

    typo = await citizen.get(f"{hub.url}/lacak", params={"nomor": "CMH-1234"})
    unknown = await citizen.get(f"{hub.url}/lacak/{printed(compose('CMH', [1] * 7))}")
    assert (typo.status, unknown.status) == (404, 404)
    assert "tidak lengkap atau salah ketik" in await typo.text()
    assert "tidak menemukan laporan" in await unknown.text()


async def test_what_was_typed_is_shown_as_text(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    answer = await citizen.get(f"{hub.url}/lacak", params={"nomor": '"><script>alert(1)</script>/..'})
    assert answer.status == 404
    assert "<script>alert" not in await answer.text()


async def test_ten_wrong_numbers_a_minute_then_wait(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Numbers cannot be tried out; right ones cost nothing."""
    number = await complain(citizen, hub)
    for _ in range(12):
        assert (await citizen.get(f"{hub.url}/lacak/{number}")).status == 200
    statuses = [(await citizen.get(f"{hub.url}/lacak/CMH-{guess:08d}")).status for guess in range(11)]
    assert statuses == [404] * 10 + [429]
    refused = await citizen.get(f"{hub.url}/lacak/{number}")
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) <= 61


async def test_english_is_one_click_away_and_stays(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    first = await (await citizen.get(f"{hub.url}/?lang=en")).text()
    again = await (await citizen.get(f"{hub.url}/lacak")).text()
    assert '<html lang="en">' in first
    assert "Track a report" in again


async def test_probes(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Alive, ready, and what waits; no number of a citizen among the metrics."""
    number = await complain(citizen, hub)
    assert (await citizen.get(f"{hub.url}/healthz")).status == 200
    assert (await citizen.get(f"{hub.url}/readyz")).status == 200
    metrics = await (await citizen.get(f"{hub.url}/metrics")).text()
    assert "satupintu_outbox_debts" in metrics
    assert number not in metrics


async def test_ready_says_no_when_the_store_is_away(hub: Hub, citizen: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.errors import StoreAway

    async def away(_: object) -> None:
        raise StoreAway("locked")

    monkeypatch.setattr(hub.desk.db, "read", away)
    assert (await citizen.get(f"{hub.url}/healthz")).status == 200
    assert (await citizen.get(f"{hub.url}/readyz")).status == 503
    page = await citizen.get(f"{hub.url}/lacak/CMH-0000-0000", headers={"Accept": "text/html"})
    assert page.status in (404, 503)


async def test_a_wrong_address_gets_a_page_with_a_way_on(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    answer = await citizen.get(f"{hub.url}/tidak-ada", headers={"Accept": "text/html"})
    assert answer.status == 404
    assert "halaman depan" in await answer.text()


def test_every_sentence_of_the_public_pages_has_its_english() -> None:
    """Nobody who switched the language meets a page that is half one and half the other."""
    from babel.messages.extract import extract_from_file

    from desk.pages import HERE, translations

    english = translations("en")
    templates = [HERE / "templates/base.html", *(HERE / "templates/public").glob("*.html")]
    sentences = {
        message
        for path in templates
        for _, message, _, _ in extract_from_file("jinja2", path, options={"trimmed": "true", "silent": "false"})
        if isinstance(message, str)
    }
    assert len(sentences) > 80
    assert [sentence for sentence in sentences if english.gettext(sentence) == sentence] == []


async def test_the_frame_takes_the_look_of_the_site_around_it(hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Light or dark by the site's word, its colour as the accent; anything else in the address changes nothing."""
    html = await (await citizen.get(f"{hub.url}/chat/frame?theme=dark&color=0A58CA")).text()
    assert '<html lang="id" data-theme="dark" data-color="0a58ca">' in html
    assert "theme.css" in html
    odd = await (await citizen.get(f"{hub.url}/chat/frame", params={"theme": '"><script>', "color": "red;}"})).text()
    assert '<html lang="id">' in odd
    assert "theme.js" not in odd
