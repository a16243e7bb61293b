"""Clients that we did not write, in threads, against our server on a real port: PyPI `georeport` and `three`."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
import relaxml
from georeport import GeoReport
from served_hub import Served

FIELDS = {"description": "Sampah menumpuk di depan pasar", "address": "Jl. Amir Machmud 5"}


class Keyed(dict[str, Any]):
    def keys(self) -> Any:
        return list(super().keys())


def three_client(endpoint: str, **rest: Any) -> Any:
    """`three` 0.8.0 was written for Python 2. On Python 3 it lacks itertools.ifilter, and for XML a list of keys; all else is its own."""
    itertools.ifilter = filter  # type: ignore[attr-defined]
    import three

    three.core.xml = lambda content: Keyed(relaxml.xml(content))
    return three.Three(endpoint, **rest)


@pytest.mark.parametrize("format", ["json", "xml"])
async def test_georeport_reads_services_definitions_and_requests(served: Served, format: str) -> None:
    """Every call that georeport has."""
    number = await served.number(lat="-6.8722", long="107.5425")
    other = await served.number(service_code="umum", description="Kursi taman rusak")
    client = GeoReport(served.base, output_format=format)
    listed = await asyncio.to_thread(client.get_service_list)
    assert {"sampah", "penerangan-jalan", "umum"} <= {one["service_code"] for one in listed}
    definition = await asyncio.to_thread(client.get_service_definition, "penerangan-jalan")
    attributes = definition["attributes"] if format == "json" else definition["attributes"]["attribute"]
    assert [one["code"] for one in attributes] == ["TIANG", "SEJAK"]
    assert str(attributes[0]["required"]).lower() == "true"
    found = await asyncio.to_thread(client.get_service_requests, None, None, None, None, "open")
    assert {one["service_request_id"] for one in found} == {number, other}
    of_code = await asyncio.to_thread(client.get_service_requests, f"{number},{other}")
    assert len(of_code) == 2
    one = await asyncio.to_thread(client.get_service_request, number)
    assert (one["service_code"], one["status"], one["description"]) == ("sampah", "open", "Sampah menumpuk")
    assert float(one["lat"]) == pytest.approx(-6.8722)


async def test_three_posts_and_reads_json(served: Served) -> None:
    """services, post, token or number, request, requests, discovery: as its own README calls them."""
    client = three_client(served.base, api_key=served.key)
    assert any(one["service_code"] == "sampah" for one in await asyncio.to_thread(client.services))
    assert (await asyncio.to_thread(client.services, "sampah"))["service_code"] == "sampah"
    [row] = await asyncio.to_thread(lambda: client.post("sampah", name="Siti Aminah", phone="0812", **FIELDS))
    while not row.get("service_request_id"):
        [row] = await asyncio.to_thread(client.token, row["token"])
    [one] = await asyncio.to_thread(client.request, row["service_request_id"])
    assert (one["status"], one["service_code"]) == ("open", "sampah")
    assert [found["service_request_id"] for found in await asyncio.to_thread(client.requests, "sampah")] == [row["service_request_id"]]
    assert (await asyncio.to_thread(client.discovery))["endpoints"][0]["url"] == "https://lapor.example/open311/v2"
    assert (await asyncio.to_thread(lambda: client.requests(between=["01-01-2020", "02-01-2020"]))) == []


async def test_three_posts_and_reads_xml(served: Served) -> None:
    """The same by XML, which the standard asks of every server."""
    client = three_client(served.base, api_key=served.key, format="xml")
    posted = await asyncio.to_thread(lambda: client.post("sampah", **FIELDS))
    row = posted["request"]
    while not row.get("service_request_id"):
        row = (await asyncio.to_thread(client.token, row["token"]))["request"]
    found = await asyncio.to_thread(client.request, row["service_request_id"])
    assert found["request"]["status"] == "open"
    wrong = await asyncio.to_thread(lambda: client.post("sampah", api_key="salah", **FIELDS))
    assert wrong["error"]["description"] == "api_key was not provided or is not valid"
