"""One complaint: what is shown and covered, and what an operator does about it."""

from __future__ import annotations

from datetime import timedelta

from seeding import rich
from sqlmodel import select
from staging import NOW, Browser, Stage, csrf_of

from normalizer import tracking
from store import cleanings
from store.cleanings import CleaningRow
from store.people import AuditRow
from store.tables import ComplaintRow, EvidenceRow, OutboxRow, SupplementRow, TimelineRow


async def test_everything_known_is_on_the_page_and_personal_data_is_covered(stage: Stage, operator: Browser) -> None:
    """First words beside the edited text, files, supplement, timeline, deliveries; no phone number and no name in the open."""
    number = await rich(stage)
    status, html = await operator.get(f"/desk/pengaduan/{number}")
    assert status == 200
    for expected in ("Punten min", "cukup dalam", "IMG_2041.jpg", "Tadi pagi ada lagi", "ketua RW", "Pintu menolak", "Padasuka", "82 %"):
        assert expected in html
    for covered in ("3456-7890", "81234567890", "Siti", "Rahmawati"):
        assert covered not in html


async def test_a_number_in_any_spelling_opens(stage: Stage, operator: Browser) -> None:
    """Case and hyphens do not matter; what is no number of ours is a friendly 404."""
    number = await stage.add_complaint()
    assert (await operator.get(f"/desk/pengaduan/{number.lower().replace('-', '')}"))[0] == 200
    status, html = await operator.get("/desk/pengaduan/CMH-0000-0001")
    assert status == 404
    assert "Tidak ditemukan" in html


async def test_opening_personal_data_needs_a_reason_and_is_kept(stage: Stage, operator: Browser) -> None:
    """Covered before, open once, covered again; who, when and why is in the audit."""
    number = await rich(stage)
    page = f"/desk/pengaduan/{number}"
    status, html = await operator.post(f"{page}/buka", {"reason": " "}, page=page)
    assert status == 422
    assert "Siti" not in html
    status, html = await operator.post(f"{page}/buka", {"reason": "menelepon soal lokasi"}, page=page)
    assert status == 200
    assert "Siti Rahmawati" in html
    assert "0812-3456-7890" in html
    assert "Siti" not in (await operator.get(page))[1]
    kept = await stage.read(select(AuditRow))
    assert [(row.operator, row.action, row.complaint_id, row.detail) for row in kept] == [("rina", "reveal", 1, "menelepon soal lokasi")]


async def test_a_state_set_at_the_desk_is_told_to_the_citizen(stage: Stage, operator: Browser) -> None:
    """Verify, assign, answer, close: state, timeline and an owed reply each."""
    number = await stage.add_complaint(reply_address="4711")
    page = f"/desk/pengaduan/{number}"
    steps = (
        ("received", {"to": "verified"}),
        ("verified", {"to": "assigned", "agency": "dishub"}),
        ("assigned", {"to": "in_progress"}),
        ("in_progress", {"to": "answered", "text": "Lampunya sudah menyala lagi."}),
        ("answered", {"to": "closed"}),
    )
    for seen, fields in steps:
        status, html = await operator.post(f"{page}/langkah", {"seen": seen, "act": "move", **fields}, page=page)
        assert status == 200
        assert "Status sekarang" in html
    (row,) = await stage.read(select(ComplaintRow))
    assert (row.state, row.agency, row.closed_by) == ("closed", "dishub", "rina")
    assert [event.state for event in await stage.read(select(TimelineRow))] == [fields["to"] for _, fields in steps]
    replies = [debt.payload["text"] for debt in await stage.read(select(OutboxRow))]
    assert len(replies) == len(steps)
    assert "Lampunya sudah menyala lagi." in replies[3]
    assert all(number in text for text in replies)


async def test_a_refused_act_keeps_what_was_typed(stage: Stage, operator: Browser) -> None:
    """When a colleague was quicker nothing is sent, the page says so, and the answer is still in its field."""
    number = await stage.add_complaint(state="assigned", reply_address="4711")
    page = f"/desk/pengaduan/{number}"
    fields = {"seen": "verified", "act": "move", "to": "answered", "text": "Jawaban panjang & lengkap"}
    status, html = await operator.post(f"{page}/langkah", fields, page=page)
    assert status == 409
    assert "baru saja berubah" in html
    assert "Jawaban panjang &amp; lengkap" in html
    assert await stage.read(select(OutboxRow)) == []


async def test_moves_that_may_not_follow_are_sentences(stage: Stage, operator: Browser) -> None:
    """An answer needs words, an agency must exist, a state must exist, another door's complaint moves there."""
    number = await stage.add_complaint()
    page = f"/desk/pengaduan/{number}"
    base = {"seen": "received", "act": "move"}
    assert (await operator.post(f"{page}/langkah", {**base, "to": "answered"}, page=page))[0] == 409
    assert (await operator.post(f"{page}/langkah", {**base, "to": "assigned", "agency": "tidak_ada"}, page=page))[0] == 409
    assert (await operator.post(f"{page}/langkah", {**base, "to": "apa_saja"}, page=page))[0] == 400
    other = await stage.add_complaint(door="lapor", forwarded_at=NOW, door_reference="7654321")
    _, html = await operator.get(f"/desk/pengaduan/{other}")
    assert "7654321" in html
    assert "/langkah" not in html
    sent = {**base, "to": "verified", "csrf": csrf_of(html)}
    assert (await operator.send(f"/desk/pengaduan/{other}/langkah", sent))[0] == 409


async def test_editing_keeps_the_first_words(stage: Stage, operator: Browser) -> None:
    """Title, text and category change, the citizen's words do not; a stale form changes nothing."""
    number = await stage.add_complaint(body="lampu mati", first_words="lampu mati")
    page = f"/desk/pengaduan/{number}"
    category = next(iter(stage.desk.profile.categories))
    fields = {"act": "edit", "version": "1", "title": "Lampu mati", "body": "Lampu jalan mati.", "category": category}
    status, html = await operator.post(f"{page}/sunting", fields, page=page)
    assert status == 200
    assert "Kata-kata asli pelapor" in html
    (row,) = await stage.read(select(ComplaintRow))
    assert (row.title, row.body, row.first_words, row.category) == ("Lampu mati", "Lampu jalan mati.", "lampu mati", category)
    status, html = await operator.post(f"{page}/sunting", {**fields, "title": "Basi"}, page=page)
    assert status == 409
    assert "Basi" in html


async def test_urgency_is_said_on_the_page(stage: Stage, operator: Browser) -> None:
    """A form beside the facts; the timeline and the trail tell who and why; the same again is refused in the reader's language."""
    number = await stage.add_complaint(urgency="emergency")
    page = f"/desk/pengaduan/{number}"
    status, html = await operator.post(f"{page}/urgensi", {"act": "urgency", "urgency": "high", "reason": "sudah ditangani 112"}, page=page)
    assert status == 200
    assert "Urgensi sekarang: Mendesak." in html
    assert "dari darurat (penilaian otomatis) ke mendesak: sudah ditangani 112" in html
    for asked, said in (("high", "is “urgent” already"), ("huge", "Choose the urgency first.")):
        form = {"act": "urgency", "urgency": asked, "reason": "<b>ulang</b>"}
        status, html = await operator.post(f"{page}/urgensi?lang=en", form, page=page)
        assert status == 409
        assert said in html
        assert "&lt;b&gt;ulang" in html
    assert [row.urgency for row in await stage.read(select(ComplaintRow))] == ["high"]


async def test_covered_words_are_never_saved_over_the_real_ones(stage: Stage, operator: Browser) -> None:
    """While personal data is covered, the form does not offer the words; the category can still be changed."""
    number = await stage.add_complaint()
    page = f"/desk/pengaduan/{number}"
    _, html = await operator.get(page)
    assert 'name="body"' not in html
    category = next(iter(stage.desk.profile.categories))
    await operator.post(f"{page}/sunting", {"act": "edit", "version": "1", "category": category}, page=page)
    (row,) = await stage.read(select(ComplaintRow))
    assert "081234567890" in row.body
    assert row.category == category
    for stale in ({"category": category}, {"category": category, "body": "baru"}):
        status, html = await operator.post(f"{page}/sunting", {"act": "edit", "version": "0", **stale}, page=page)
        assert status == 409
        assert "081234567890" not in html


async def test_notes_stay_inside(stage: Stage, operator: Browser) -> None:
    """A note is on the timeline and owes nobody a message."""
    number = await stage.add_complaint(reply_address="4711")
    page = f"/desk/pengaduan/{number}"
    await operator.post(f"{page}/catatan", {"act": "note", "text": "Sudah dicek <b>di lapangan</b>"}, page=page)
    _, html = await operator.get(page)
    assert "Sudah dicek &lt;b&gt;di lapangan" in html
    assert await stage.read(select(OutboxRow)) == []


async def test_split_move_and_merge(stage: Stage, operator: Browser) -> None:
    """A supplement becomes its own complaint, or another's; a complaint joins another by its number."""
    same = {"reply_address": "1", "conversation": "telegram:kominfo_bot:1"}
    first, second = await stage.add_complaint(**same), await stage.add_complaint(**same)
    for body in ("soal lain sama sekali", "milik laporan kedua"):
        await stage.add(SupplementRow(complaint_id=1, body=body, at=NOW - timedelta(hours=1)))
    page = f"/desk/pengaduan/{first}"
    status, html = await operator.post(f"{page}/tambahan/1/pisah", {}, page=page)
    assert status == 200
    third = (await stage.read(select(ComplaintRow).where(ComplaintRow.id == 3)))[0]
    assert tracking.printed(third.tracking_number) in html
    assert "soal lain" in third.first_words
    assert (await operator.post(f"{page}/tambahan/2/pindah", {"act": "shift", "to": "ngawur"}, page=page))[0] == 409
    assert (await operator.post(f"{page}/tambahan/2/pindah", {"act": "shift", "to": second.lower()}, page=page))[0] == 200
    assert "milik laporan kedua" in (await operator.get(f"/desk/pengaduan/{second}"))[1]
    assert (await operator.post(f"{page}/tambahan/2/pisah", {}, page=page))[0] == 404
    assert (await operator.post(f"{page}/gabung", {"act": "merge", "into": first}, page=page))[0] == 409
    status, html = await operator.post(f"{page}/gabung", {"act": "merge", "into": second}, page=page)
    assert status == 200
    assert second in html
    assert "/langkah" not in html
    assert first in (await operator.get(f"/desk/pengaduan/{second}"))[1]


async def test_evidence_never_runs_in_a_browser(stage: Stage, operator: Browser) -> None:
    """A download is an attachment of no type; only what is a picture by its bytes is shown; the fetch is kept."""
    await rich(stage)
    files = {row.filename: row.id for row in await stage.read(select(EvidenceRow))}
    async with operator.http.get(stage.url(f"/desk/lampiran/{files['laporan.html']}")) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert (await operator.get(f"/desk/lampiran/{files['laporan.html']}/lihat"))[0] == 404
    async with operator.http.get(stage.url(f"/desk/lampiran/{files['IMG_2041.jpg']}/lihat")) as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert (await operator.get(f"/desk/lampiran/{files['video.mp4']}"))[0] == 404
    assert [row.action for row in await stage.read(select(AuditRow))] == ["download", "view"]


async def test_nothing_a_citizen_writes_becomes_markup(stage: Stage, operator: Browser) -> None:
    """Titles, words, names and file names are text, whatever they look like."""
    bad = "<script>alert(1)</script>"
    number = await stage.add_complaint(
        title=bad,
        body=bad,
        first_words=bad + "!",
        location={"text": bad},
        reporter={"name": bad},
        suggestions=[{"category": bad, "score": 1, "why": bad}],
    )
    await stage.add(EvidenceRow(complaint_id=1, account="a", filename=f'"{bad}', media_type=bad, sha256=stage.desk.blobs.put(b"x")))
    await stage.add(SupplementRow(complaint_id=1, body=bad, at=NOW))
    for path in ("/desk/", f"/desk/?q={bad}", f"/desk/pengaduan/{number}"):
        assert "<script>alert" not in (await operator.get(path))[1]
    async with operator.http.get(stage.url("/desk/lampiran/1")) as answer:
        assert "<script>" not in answer.headers["Content-Disposition"]


async def test_a_file_that_could_not_be_cleaned_says_that_it_was_not_forwarded(stage: Stage, operator: Browser) -> None:
    """Only where another door gets the complaint; the desk itself sees every original."""
    sha256 = stage.desk.blobs.put(b"heic")
    await stage.desk.db.write(lambda c: cleanings.add(c, CleaningRow(original=sha256, cleaned=None, at=NOW)))
    for key, door in ((1, "pusat"), (2, "desk")):
        number = await stage.add_complaint(door=door)
        await stage.add(EvidenceRow(complaint_id=key, account="a", sha256=sha256, media_type="image/heic"))
        assert ("Tidak ikut diteruskan" in (await operator.get(f"/desk/pengaduan/{number}"))[1]) is (door == "pusat")
