"""Full-text search and the inbox's views, over both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from test_desk_reads import NOW, complaint, put

from store import listing
from store.database import Database
from store.listing import Filters
from store.tables import ComplaintRow, OutboxRow

table = ComplaintRow.__table__  # type: ignore[attr-defined]


async def titles(db: Database, **filters: Any) -> list[str]:
    page = await db.read(lambda s: listing.page(s, Filters(**filters), "CMH"))
    return [line.title for line in page.lines]


async def test_words_are_beginnings_and_all_must_stand(db: Database) -> None:
    """Any case, any order, beginnings of three letters and more, and no sign means anything."""
    await complaint(db, 1, title="Lampu jalan padam", body="Lampunya mati sejak malam, jl.merdeka no.12/RT03")
    await complaint(db, 2, title="Sampah menumpuk", body="di depan lampu merah")
    assert await titles(db, words="LAMPU") == ["Sampah menumpuk", "Lampu jalan padam"]
    assert await titles(db, words="mati lamp") == ["Lampu jalan padam"]
    assert await titles(db, words="merdeka rt03") == ["Lampu jalan padam"]
    assert await titles(db, words="di") == ["Sampah menumpuk"]
    for hostile in ('"', "lampu OR sampah", "title:lampu NOT x", "' OR 1=1 --", "!!!", "a* & (b", "{who}: lampu"):
        assert await titles(db, words=hostile) == []


async def test_the_index_follows_every_change(db: Database) -> None:
    """Edited words are found and the old ones are not; what is deleted is gone."""
    await complaint(db, 1, body="lampu mati")
    await db.write(lambda c: c.execute(update(table).values(body="pohon tumbang", title="Pohon", door_reference="7654321")))
    assert await titles(db, words="lampu") == []
    assert await titles(db, words="tumbang") == ["Pohon"]
    assert await titles(db, words="7654321") == ["Pohon"]
    await db.write(lambda c: c.execute(delete(table)))
    assert await titles(db, words="tumbang") == []


@pytest.mark.parametrize("asked", ["0812-3456-7890", "+62 812 3456 7890", "siti rahma", "siti@surat.id"])
async def test_people_are_found_only_by_those_who_may_see_them(db: Database, asked: str) -> None:
    """A phone number in any spelling, a name, an address; after erasure nobody finds them."""
    reporter = {"name": "Siti Rahmawati", "phone": "+6281234567890", "email": "siti@surat.id"}
    await complaint(db, 1, reporter=reporter)
    assert await titles(db, words=asked) == ["Lampu 1"]
    assert await titles(db, words=asked, people=False) == []
    await db.write(lambda c: c.execute(update(table).values(reporter={})))
    assert await titles(db, words=asked) == []


async def test_secret_reports_are_not_found_by_their_words(db: Database) -> None:
    """Whoever may not read a secret report cannot learn its words by asking for them."""
    await complaint(db, 1, body="pungutan di sekolah", confidential=True)
    assert await titles(db, words="pungutan") == ["Lampu 1"]
    assert await titles(db, words="pungutan", people=False) == []


async def test_each_view_holds_its_own(db: Database) -> None:
    """Open, new, mine, waiting and undelivered, with counts under the facets."""
    for n, (state, owner) in enumerate((("received", None), ("waiting", "rina"), ("closed", "rina"), ("assigned", "budi")), 1):
        await complaint(db, n, state=state, assigned_to=owner, channel="sms" if n == 1 else "email")
    await put(db, OutboxRow, key="k", kind="reply", lane="l", order_key="o", complaint_id=3, state="dead", created_at=NOW, due_at=NOW)
    wanted = {"open": [4, 2, 1], "new": [1], "mine": [2], "waiting": [2], "undelivered": [3], None: [4, 3, 2, 1]}
    for view, expected in wanted.items():
        assert await titles(db, view=view, operator="rina") == [f"Lampu {n}" for n in expected], view
    counts = await db.read(lambda s: listing.counts(s, Filters(operator="rina", channel="email"), "CMH", wanted))
    assert counts == {"open": 2, "new": 0, "mine": 1, "waiting": 1, "undelivered": 1, None: 3}


async def test_facets_count_under_the_others(db: Database) -> None:
    """A facet's own choice does not hide its other values; kecamatan and kelurahan both narrow."""
    for n, (channel, place) in enumerate(
        (("sms", "32.77.03.1001"), ("email", "32.77.03.1002"), ("email", "32.77.01.1001"), ("x", None)), 1
    ):
        await complaint(db, n, channel=channel, location={"region_code": place} if place else {})
    found = await db.read(lambda s: listing.facets(s, Filters(channel="email"), "CMH"))
    assert found.found["channel"] == {"sms": 1, "email": 2, "x": 1}
    assert found.found["place"] == {"32.77.03": 1, "32.77.01": 1}
    everything = await db.read(lambda s: listing.facets(s, Filters(), "CMH"))
    assert everything.found["place"] == {"32.77.03": 2, "32.77.01": 1, "": 1}, "and one of which nobody knows the place"
    assert await titles(db, place="32.77.03") == ["Lampu 2", "Lampu 1"]
    assert await titles(db, place="32.77.03.1002") == ["Lampu 2"]
    assert await db.read(listing.channels) == ["email", "sms", "x"]


async def test_a_period_is_paged_by_its_own_order(db: Database) -> None:
    """Registered late but long ago: the period's pages hold each complaint once."""
    for n in range(1, listing.PAGE + 12):
        await complaint(db, n % 31 + 1, tracking_number=f"CMH{n:08d}", title=str(n), registered_at=NOW - timedelta(hours=n * 7 % 41))
    asked = Filters(since=NOW - timedelta(days=2), until=NOW + timedelta(days=1))
    first = await db.read(lambda s: listing.page(s, asked, "CMH"))
    second = await db.read(lambda s: listing.page(s, asked, "CMH", before=first.older))
    seen = [*first.lines, *second.lines]
    assert len({line.id for line in seen}) == len(seen) == listing.PAGE + 11
    assert [line.registered_at for line in seen] == sorted((line.registered_at for line in seen), reverse=True)
    back = await db.read(lambda s: listing.page(s, asked, "CMH", after=second.newer))
    assert [line.id for line in back.lines] == [line.id for line in first.lines]
