"""The front desk: what is typed in becomes a complaint with a number, and the citizen gets a receipt."""

from __future__ import annotations

import re

import aiohttp
from sqlmodel import select
from staging import Browser, Stage, csrf_of

from store.tables import ComplaintRow, EvidenceRow, InboxRow

WORDS = "Lampu jalan di Jalan Pesantren RT 03 RW 07 Kelurahan Cibabat mati sejak seminggu, gelap sekali dan rawan."


async def filled_in(operator: Browser, **fields: str) -> dict[str, str]:
    _, html = await operator.get("/desk/entri")
    own_id = re.search(r'name="id" value="([^"]+)"', html)
    assert own_id
    return {"csrf": csrf_of(html), "id": own_id.group(1), "way": "visit", "received_on": "2026-11-20", "text": WORDS, **fields}


async def test_a_visitor_leaves_with_a_number(stage: Stage, operator: Browser) -> None:
    """Typed in, registered, and the receipt shows the number, the date and the way to follow, and not a word of the complaint."""
    async with stage.line():
        form = await filled_in(operator, name="Dedi Kurnia", phone="081222333444", address="Jalan Mawar 3", received_on="2026-11-18")
        status, html = await operator.send("/desk/entri", form)
    assert status == 200
    (row,) = await stage.read(select(ComplaintRow))
    assert (row.channel, row.provenance["entered_by"], row.reporter["name"]) == ("manual", "rina", "Dedi Kurnia")
    assert row.submitted_at.date().isoformat() == "2026-11-18"
    number = re.search(r"CMH-\w{4}-\w{4}", html)
    assert number
    assert f"/lacak/{number.group()}" in html
    assert "18 November 2026" in html
    for private in ("Pesantren", "Dedi", "0812"):
        assert private not in html


async def test_a_second_click_is_the_same_complaint(stage: Stage, operator: Browser) -> None:
    """The form carries its own id: sent twice, it is one letter with one number."""
    async with stage.line():
        form = await filled_in(operator)
        pages = [await operator.send("/desk/entri", form) for _ in range(2)]
    numbers = {re.search(r"CMH-\w{4}-\w{4}", html).group() for _, html in pages}  # type: ignore[union-attr]
    assert len(numbers) == 1
    assert len(await stage.read(select(ComplaintRow))) == 1


async def test_scans_come_along(stage: Stage, operator: Browser) -> None:
    """A scanned letter without a typed word is a complaint; its file is in the blob store and its kind is told by its bytes."""
    fields = await filled_in(operator, text="", way="letter", confidential="yes")
    form = aiohttp.FormData(fields)
    form.add_field("files", b"%PDF-1.4 surat", filename="surat.exe", content_type="application/x-msdownload")
    async with stage.line():
        status, _ = await operator.send("/desk/entri", form)
    assert status == 200
    (row,), (file,) = await stage.read(select(ComplaintRow)), await stage.read(select(EvidenceRow))
    assert row.confidential
    assert file.media_type == "application/pdf"
    assert stage.desk.blobs.get(file.sha256) == b"%PDF-1.4 surat"


async def test_a_leaflet_names_the_agency_that_brought_it(stage: Stage, operator: Browser) -> None:
    """The complaint's page says how it came and from whom; an agency that the city does not have is refused in words."""
    status, html = await operator.send("/desk/entri", await filled_in(operator, way="leaflet", handed_in_by="entah"))
    assert (status, "tidak ada dalam daftar" in html) == (422, True)
    async with stage.line():
        await operator.send("/desk/entri", await filled_in(operator, way="leaflet", handed_in_by="dpupr"))
    (row,) = await stage.read(select(ComplaintRow))
    _, html = await operator.get(f"/desk/pengaduan/{row.tracking_number}")
    assert "Selebaran dari instansi (DPUPR)" in html


async def test_when_the_number_takes_longer_nothing_is_lost(stage: Stage, operator: Browser) -> None:
    """With the pipeline busy the page says that it is safe and the number follows."""
    status, html = await operator.send("/desk/entri", await filled_in(operator))
    assert status == 200
    assert "sudah disimpan" in html
    assert len(await stage.read(select(InboxRow))) == 1


async def test_mistakes_are_sentences_and_nothing_typed_is_lost(stage: Stage, operator: Browser) -> None:
    """An empty report, a date to come, a name without end."""
    status, html = await operator.send("/desk/entri", await filled_in(operator, text="  ", name="Dedi"))
    assert status == 422
    assert "Tulis isi laporannya" in html
    assert 'value="Dedi"' in html
    assert (await operator.send("/desk/entri", await filled_in(operator, received_on="2026-12-01")))[0] == 422
    assert (await operator.send("/desk/entri", await filled_in(operator, received_on="kemarin")))[0] == 422
    assert (await operator.send("/desk/entri", await filled_in(operator, name="x" * 300)))[0] == 422
    assert await stage.read(select(InboxRow)) == []


async def test_too_much_is_refused_kindly(stage: Stage, operator: Browser) -> None:
    """Over the cap: 413 with a sentence, and nothing is kept."""
    form = aiohttp.FormData(await filled_in(operator))
    form.add_field("files", b"0" * 27_000_000, filename="besar.bin")
    try:
        status, html = await operator.send("/desk/entri", form)
    except aiohttp.ClientError:  # the server may close while we are still sending
        return
    assert status == 413
    assert "25 MB" in html
    assert await stage.read(select(InboxRow)) == []
