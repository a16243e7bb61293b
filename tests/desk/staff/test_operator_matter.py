"""The same matter on the desk: seen in the list and on the page, joined and left by hand, answered together."""

from __future__ import annotations

from typing import Any

from sqlmodel import select
from staging import Browser, Stage

from normalizer import tracking
from store import matters
from store.operators import Role
from store.tables import ComplaintRow, OutboxRow


async def three(stage: Stage, **values: Any) -> list[str]:
    return [await stage.add_complaint(reply_address=str(n), **values) for n in range(3)]


async def test_joined_by_number_and_seen_everywhere(stage: Stage, operator: Browser) -> None:
    """By number, in any spelling; each page names the others with channel and state, and the list counts them."""
    one, two, three_ = await three(stage)
    page = f"/desk/pengaduan/{two}"
    status, html = await operator.post(f"{page}/kelompok", {"act": "join", "other": one.lower()}, page=page)
    assert status == 200
    assert "Dikelompokkan" in html
    await operator.post(f"/desk/pengaduan/{three_}/kelompok", {"act": "join", "other": one}, page=page)
    _, html = await operator.get(page)
    assert one in html
    assert three_ in html
    assert "3 laporan tentang hal ini" in (await operator.get("/desk/"))[1]
    status, html = await operator.post(f"{page}/kelompok", {"act": "leave"}, page=page)
    assert "dikeluarkan" in html
    assert [row.matter_id is None for row in await stage.read(select(ComplaintRow).order_by(ComplaintRow.id))] == [False, True, False]  # type: ignore[arg-type]


async def test_a_wrong_number_keeps_what_was_typed(stage: Stage, operator: Browser) -> None:
    """Said kindly, on the same page."""
    [number, *_] = await three(stage)
    page = f"/desk/pengaduan/{number}"
    status, html = await operator.post(f"{page}/kelompok", {"act": "join", "other": "CMH-0000-0000"}, page=page)
    assert status == 409
    assert "tidak ditemukan" in html
    assert 'value="CMH-0000-0000"' in html


async def test_a_question_is_answered(stage: Stage, operator: Browser) -> None:
    """What the hub only supposes stands apart, until somebody says yes or no."""
    one, two, _ = await three(stage)
    await stage.desk.db.write(lambda c: matters.hint(c, 2, 1))
    page = f"/desk/pengaduan/{one}"
    assert "Mungkin hal yang sama" in (await operator.get(page))[1]
    await operator.post(f"{page}/kelompok", {"act": "dismiss", "other": two}, page=page)
    assert "Mungkin hal yang sama" not in (await operator.get(page))[1]


async def test_one_answer_for_the_matter(stage: Stage, operator: Browser) -> None:
    """The box applies the step to the others; what could not be done is listed; a name in the answer is refused and nothing is lost."""
    numbers = await three(stage)
    await stage.add_complaint(state="archived", reply_address="9")
    for n in (1, 2, 3, 4):
        await stage.desk.db.write(lambda c, n=n: matters.put(c, n, matters.of_complaint(c, 1, "system", stage.clock()), "system"))  # type: ignore[misc]
    page = f"/desk/pengaduan/{numbers[0]}"
    assert "Terapkan juga ke 2 laporan lain" in (await operator.get(page))[1]
    fields = {"act": "move", "to": "answered", "seen": "received", "together": "1"}
    status, html = await operator.post(f"{page}/langkah", {**fields, "text": "Ibu Siti Rahmawati benar, lampunya diganti"}, page=page)
    assert status == 409
    assert "lampunya diganti" in html
    assert "checked" in html
    status, html = await operator.post(f"{page}/langkah", {**fields, "text": "Lampunya diganti malam ini."}, page=page)
    assert "Diterapkan ke 3 laporan" in html
    replies = [debt.payload for debt in await stage.read(select(OutboxRow))]
    assert {(reply["address"], reply["tracking_number"]) for reply in replies} == set(zip("012", numbers, strict=True))
    assert [row.state for row in await stage.read(select(ComplaintRow))].count("answered") == 3


async def test_sensitive_words_are_marked_and_hidden_from_viewers(stage: Stage, browser: Browser) -> None:
    """Health and children: a badge in the list and on the page; who only looks reads the report without those words."""
    words = "Anak saya usia 7 tahun positif HIV dan ditolak puskesmas Melong"
    spans = [{"kind": "child", "start": 0, "end": 9}, {"kind": "health", "start": 32, "end": 35}]
    number = await stage.add_complaint(title=words, body=words, first_words=words, personal_data=spans)
    await stage.add_operator("vera", Role.VIEWER)
    await stage.add_operator("rina", Role.OPERATOR)
    await browser.sign_in("vera")
    for path in ("/desk/", f"/desk/pengaduan/{number}"):
        _, html = await browser.get(path)
        assert "Data kesehatan" in html
        assert "Data anak" in html
        assert "puskesmas Melong" in html
        assert "HIV" not in html
        assert "Anak saya" not in html
    assert "Kelompokkan dengan" not in html
    await browser.post("/desk/logout", {}, page="/desk/")
    await browser.sign_in("rina")
    assert "HIV" in (await browser.get(f"/desk/pengaduan/{number}"))[1]
    assert tracking.stored("CMH", number)
