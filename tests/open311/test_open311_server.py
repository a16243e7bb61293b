"""What the public Open311 server tells, what it hides, and how it refuses."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from defusedxml import ElementTree
from PIL import Image
from served_hub import Served, Serving

from store import operators

NIK, PHONE = "3277014501900003", "081234567890"


async def test_a_posted_request_is_a_complaint_like_any_other(served: Served) -> None:
    """201; the number; at the desk with the system that posted it, the reporter and the chosen category."""
    status, [row], _ = await served.post(first_name="Siti", last_name="Aminah", phone=PHONE, email="siti@example.com")
    assert status == 201
    assert bool(row.get("service_request_id")) != bool(row.get("token"))
    await served.number()
    found = await served.town.rows("SELECT channel, account, category, provenance, reporter FROM complaints ORDER BY id LIMIT 1")
    assert (found[0]["channel"], found[0]["account"], found[0]["category"]) == ("open311", "open311", "sampah")
    assert "Aplikasi provinsi" in str(found[0]["provenance"])
    assert "Siti Aminah" in str(found[0]["reporter"])


async def test_identities_numbers_and_links_never_appear(served: Served) -> None:
    """Name, mail and phone of the reporter, a NIK in the words, a link to elsewhere: in no answer."""
    words = f"Sampah menumpuk, NIK saya {NIK}, hubungi {PHONE}"
    number = await served.number(
        description=words, first_name="Siti", last_name="Aminah", phone=PHONE, email="siti@example.com", media_url="https://jahat.example/a"
    )
    for format in ("json", "xml"):
        for path in (f"requests/{number}.{format}", f"requests.{format}"):
            async with aiohttp.ClientSession() as session, session.get(f"{served.base}/{path}") as answer:
                told = await answer.text()
            assert number in told
            assert "Sampah menumpuk" in told
            for hidden in (NIK, PHONE, "Siti", "Aminah", "siti@", "jahat.example"):
                assert hidden not in told


async def test_secret_reports_are_not_there(served: Served) -> None:
    """By number, in the list, by service: as if they did not exist."""
    number = await served.number(description="Sampah menumpuk. Laporan ini mohon dirahasiakan.")
    public = await served.number(description="Sampah lain")
    [secret] = await served.town.rows("SELECT confidential FROM complaints ORDER BY id LIMIT 1")
    assert secret["confidential"]
    assert (await served.call("GET", f"requests/{number}.json"))[0] == 404
    for query in ("", "?service_code=sampah", f"?service_request_id={number},{public}"):
        _, rows, _ = await served.call("GET", f"requests.json{query}")
        assert [row["service_request_id"] for row in rows] == [public]


async def test_a_citizens_own_words_are_public_only_where_the_city_says_so(serving: Serving) -> None:
    """By default a chat's complaint shows service, state and dates; its words, place and answer do not leave the citizen's channel."""
    served = await serving()
    number = await served.write("Lampu jalan di Jl. Gatot Subroto 17 mati sejak tiga hari lalu, rumah saya gelap")
    await served.close(number, "Lampu sudah diganti, terima kasih Bu.")
    _, [row], _ = await served.call("GET", f"requests/{number}.json")
    assert (row["status"], row["description"], row["status_notes"]) == ("closed", row["service_name"], None)
    assert "Gatot" not in str(row)
    assert (row["lat"], row["media_url"]) == (None, None)


async def test_with_words_for_all_the_citizens_words_are_shown_with_numbers_covered(serving: Serving) -> None:
    """words = "all": the description and the answer, masked."""
    served = await serving(open311={"words": "all"})
    number = await served.write(f"Lampu jalan di Jl. Gatot Subroto mati, hubungi {PHONE}")
    await served.close(number, "Lampu sudah diganti.")
    _, [row], _ = await served.call("GET", f"requests/{number}.json")
    assert row["description"].startswith("Lampu jalan di Jl. Gatot Subroto mati")
    assert PHONE not in str(row)
    assert row["status_notes"] == "Lampu sudah diganti."


async def test_a_picture_is_linked_only_where_the_city_publishes_it(serving: Serving) -> None:
    """media = true: a signed link to the cleaned copy of what was posted with the request."""
    served = await serving(open311={"media": True}, door="kota")
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    form = aiohttp.FormData({"api_key": served.key, "service_code": "sampah", "address_string": "Jl. A", "description": "Sampah"})
    form.add_field("media", out.getvalue(), filename="foto.png")
    status, _, _ = await served.call("POST", "requests.json", data=form)
    assert status == 201
    served.town.later(minutes=20)
    await served.town.pay(served.town.forward_lane)  # the copy is made when the complaint is forwarded
    _, [row], _ = await served.call("GET", "requests.json")
    path = row["media_url"].removeprefix("https://lapor.example")
    async with aiohttp.ClientSession() as session, session.get(served.base.removesuffix("/open311/v2") + path) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")


async def test_filters_pages_and_spans(served: Served) -> None:
    """service_code, status, dates, page and page_size; the newest first; 90 days at most."""
    numbers = [await served.number(service_code="umum", description="Hal lain")]
    numbers += [await served.number(description=f"Sampah ke-{nth}") for nth in range(2)]
    await served.close(numbers[1], "Sudah diangkut.")
    now = served.town.now

    async def ids(query: str) -> list[str]:
        status, rows, _ = await served.call("GET", f"requests.json?{query}")
        assert status == 200, rows
        return [row["service_request_id"] for row in rows]

    assert await ids("") == numbers[::-1]
    assert await ids("service_code=umum") == [numbers[0]]
    assert await ids("service_code=umum,sampah&status=open,closed") == numbers[::-1]
    assert await ids("status=closed") == [numbers[1]]
    assert await ids("service_code=tidak-ada") == []
    assert await ids("page_size=2") == numbers[:0:-1]
    assert await ids("page_size=2&page=2") == [numbers[0]]
    assert await ids(f"end_date={(now - timedelta(hours=1)):%Y-%m-%dT%H:%M:%SZ}") == []
    assert await ids(f"start_date={(now - timedelta(hours=1)):%Y-%m-%dT%H:%M:%S}%2B00:00") == numbers[::-1]
    assert await ids(f"service_request_id={numbers[2].lower()}&status=closed") == [numbers[2]]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400, "90 days"),
        ("requests.json?start_date=kemarin", 400, "start_date"),
        ("requests.json?start_date=0001-01-01T00:00:00%2B14:00", 400, "start_date"),
        ("requests.json?status=hilang", 400, "status"),
        ("requests.json?page=0", 400, "page"),
        ("requests/CMH-0000-0000.json", 404, "service_request_id"),
        ("services/tidak-ada.json", 404, "service_code"),
        ("tokens/tidakada.json", 404, "token"),
        ("services.json?jurisdiction_id=kota-lain.example", 404, "jurisdiction_id"),
    ],
)
async def test_get_is_refused_in_the_protocols_words(serving: Serving, path: str, status: int, says: str) -> None:
    """An array of code and description, in JSON and in XML."""
    served = await serving(open311={"jurisdiction_id": "cimahi.example"})
    answered, body, _ = await served.call("GET", path)
    assert (answered, body[0]["code"]) == (status, status)
    assert says in body[0]["description"]
    answered, text, headers = await served.call("GET", path.replace(".json", ".xml"))
    assert answered == status
    assert headers["Content-Type"] == "text/xml; charset=utf-8"
    assert ElementTree.fromstring(text.encode()).find("error/code").text == str(status)


async def test_post_is_refused_in_the_protocols_words(served: Served) -> None:
    """Key, service, place, required attribute, lengths, the size of the body: each by its name, and nothing is kept."""
    refused = [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "salah"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "tidak-ada"}, 404, "service_code"),
        ({"address_string": ""}, 400, "address_string"),
        ({"address_string": "", "lat": "-6.8"}, 400, "lat"),
        ({"lat": "nan", "long": "107"}, 400, "lat"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"email": "x" * 300}, 400, "email"),
        ({"service_code": "penerangan-jalan"}, 400, "attribute[TIANG] was not provided"),
        ({"service_code": "penerangan-jalan", "attribute[TIANG]": "T-7", "attribute[SEJAK]": "9"}, 400, "attribute[SEJAK]"),
        ({"description": "x" * 200_000}, 413, "too large"),
    ]
    for fields, status, says in refused:
        answered, body, _ = await served.post(**fields)
        assert (answered, body[0]["code"]) == (status, status), fields
        assert says in body[0]["description"]
    assert await served.town.rows("SELECT id FROM inbox") == []
    await served.number(**{"service_code": "penerangan-jalan", "attribute[TIANG]": "T-7", "attribute[SEJAK]": "2"})
    [row] = await served.town.rows("SELECT body FROM complaints")
    assert "Nomor tiang: T-7" in row["body"]
    assert "Sejak: lebih lama" in row["body"]


async def test_a_key_of_another_scope_or_a_disabled_one_is_no_key(served: Served) -> None:
    """Keys of the JSON API do not post here, and a disabled key ends at once."""
    await served.town.db.write(
        lambda c: operators.add_key(c, name="api", scope="api", key_sha256=operators.digest("kunci-api"), now=datetime.now(UTC))
    )
    assert (await served.post(api_key="kunci-api"))[0] == 403
    await served.town.db.write(lambda c: operators.disable_key(c, 1))
    assert (await served.post())[0] == 403


async def test_who_tries_keys_is_slowed_down(served: Served) -> None:
    """After twenty wrong keys a minute: 429 with Retry-After, also for the right one."""
    for _ in range(20):
        assert (await served.post(api_key="salah"))[0] == 403
    status, body, headers = await served.post()
    assert (status, body[0]["code"]) == (429, 429)
    assert int(headers["Retry-After"]) > 0


async def test_services_may_be_kept_and_are_asked_for_again_by_etag(served: Served) -> None:
    """304 as long as nothing changed; requests are kept by nobody."""
    _, _, headers = await served.call("GET", "services.json")
    assert "max-age" in headers["Cache-Control"]
    status, _, _ = await served.call("GET", "services.json", headers={"If-None-Match": headers["ETag"]})
    assert status == 304
    _, _, headers = await served.call("GET", "requests.json")
    assert headers["Cache-Control"] == "no-store"


async def test_characters_that_xml_cannot_carry_break_nothing(served: Served) -> None:
    """A form feed in the words, markup, an emoji: the list stays well-formed."""
    number = await served.number(description="Sampah \x0c <b>&amp;</b> ]]> 😀 menumpuk")
    _, text, _ = await served.call("GET", "requests.xml")
    [row] = ElementTree.fromstring(text.encode()).findall("request")
    assert row.find("service_request_id").text == number
    assert "<b>" in row.find("description").text
