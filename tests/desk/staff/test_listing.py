"""The list: order, pages, filters, search, counts."""

from __future__ import annotations

from sqlalchemy import insert
from staging import Browser, Stage

from store import listing
from store.listing import Filters
from store.tables import EvidenceRow


async def lines(stage: Stage, **filters: str) -> list[str]:
    page = await stage.desk.db.read(lambda s: listing.page(s, Filters(**filters), "CMH"))
    return [line.title for line in page.lines]


async def test_newest_first_and_pages_by_key(stage: Stage) -> None:
    """Every complaint is on exactly one page, forward and back, also when new ones come in between."""
    for _ in range(listing.PAGE * 2 + 5):
        await stage.add_complaint()
    first = await stage.desk.db.read(lambda s: listing.page(s, Filters(), "CMH"))
    assert first.newer is None
    await stage.add_complaint()
    second = await stage.desk.db.read(lambda s: listing.page(s, Filters(), "CMH", before=first.older))
    third = await stage.desk.db.read(lambda s: listing.page(s, Filters(), "CMH", before=second.older))
    seen = [line.id for page in (first, second, third) for line in page.lines]
    assert seen == list(range(listing.PAGE * 2 + 5, 0, -1))
    assert third.older is None
    back = await stage.desk.db.read(lambda s: listing.page(s, Filters(), "CMH", after=third.newer))
    assert [line.id for line in back.lines] == [line.id for line in second.lines]


async def test_filters_narrow_and_counts_follow(stage: Stage) -> None:
    """Counts are those of each view under the other filters."""
    await stage.add_complaint(state="received", channel="email", title="A")
    await stage.add_complaint(state="closed", channel="email", title="B", agency="dpupr")
    await stage.add_complaint(state="received", channel="telegram", title="C", urgency="emergency")
    assert await lines(stage, channel="email") == ["B", "A"]
    assert await lines(stage, view="open") == ["C", "A"]
    assert await lines(stage, agency="dpupr") == ["B"]
    assert await lines(stage, urgency="emergency") == ["C"]
    counts = await stage.desk.db.read(lambda s: listing.counts(s, Filters(channel="email"), "CMH", (None, "open", "new")))
    assert counts == {None: 2, "open": 1, "new": 1}


async def test_search_finds_number_title_and_body(stage: Stage) -> None:
    """A number in any spelling finds its complaint; words must all occur; signs of LIKE are plain signs."""
    number = await stage.add_complaint(title="Pohon tumbang", body="menutup 100% jalan")
    await stage.add_complaint(title="Sampah menumpuk", body="bau sekali")
    assert await lines(stage, words=number.lower().replace("-", " ")) == ["Pohon tumbang"]
    assert await lines(stage, words=number.split("-")[1]) == ["Pohon tumbang"]
    assert await lines(stage, words="TUMBANG jalan") == ["Pohon tumbang"]
    assert await lines(stage, words="100%") == ["Pohon tumbang"]
    assert await lines(stage, words="tumbang bau") == []
    assert await lines(stage, words="' OR 1=1 --") == []


async def test_a_line_tells_of_evidence(stage: Stage) -> None:
    """Files are counted on the line."""
    await stage.add_complaint()
    await stage.desk.db.write(lambda c: c.execute(insert(EvidenceRow).values(complaint_id=1, account="kominfo_bot")))
    page = await stage.desk.db.read(lambda s: listing.page(s, Filters(), "CMH"))
    assert page.lines[0].evidence == 1


async def test_the_page_shows_masks_and_links(stage: Stage, operator: Browser) -> None:
    """A phone number in a title is covered, the reporter is not on the list at all."""
    number = await stage.add_complaint(title="Hubungi 081234567890 soal lampu")
    status, html = await operator.get("/desk/")
    assert status == 200
    assert f"/desk/pengaduan/{number}" in html
    assert "081234567890" not in html
    assert "Siti" not in html
    assert (await operator.get("/desk/?state=ngawur&before=x&after=99999999999999999999"))[0] == 200


async def test_english_on_request(stage: Stage, operator: Browser) -> None:
    """Every sentence of the frame has an English version."""
    await stage.add_complaint()
    _, html = await operator.get("/desk/?lang=en")
    assert "Received" in html
    assert "Search" in html
