"""Health and pockets: what is wrong is said with what to do, and everything has its way back."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from seeding import trouble
from sqlmodel import select
from staging import NOW, Browser, Stage, csrf_of

from store.operators import Role
from store.people import AuditRow
from store.tables import InboxRow, OutboxRow, PulseRow


@pytest.fixture
async def supervisor(stage: Stage, browser: Browser) -> Browser:
    await stage.add_operator("sari", Role.SUPERVISOR)
    await browser.sign_in("sari")
    return browser


async def test_health_says_what_is_wrong_and_what_to_do(stage: Stage, operator: Browser) -> None:
    """A stopped account, a paused door and a backlog each have a word and an advice; a healthy one is calm."""
    await trouble(stage)
    await stage.add(
        PulseRow(
            name="door:desk",
            last_error_at=NOW,
            last_error="throttled: Pintu meminta menunggu.",
            paused_until=NOW + timedelta(minutes=2),
        )
    )
    status, html = await operator.get("/desk/kesehatan")
    assert status == 200
    for expected in ("Baik", "Berhenti", "Token bot ditolak", "Perbarui di pengaturan", "Dijeda", "9 menit", "menunggu keputusan"):
        assert expected in html
    assert "credential_refused" not in html


async def test_raw_bytes_are_escaped_cut_and_the_look_is_kept(stage: Stage, supervisor: Browser) -> None:
    """What could not be read is shown as text only, and who looked is in the audit."""
    await trouble(stage)
    status, html = await supervisor.post("/desk/karantina/1/lihat", {}, page="/desk/karantina")
    assert status == 200
    assert "&lt;b&gt;rusak" in html
    assert "<b>rusak" not in html
    assert [(row.action, row.detail) for row in await stage.read(select(AuditRow))] == [("raw", "inbox 1")]
    assert (await supervisor.post("/desk/karantina/999/lihat", {}, page="/desk/karantina"))[0] == 404


async def test_a_quarantined_message_is_read_again(stage: Stage, supervisor: Browser) -> None:
    """It waits in the line again, also one that only today's reader understands; what nobody can read stays, with a sentence."""
    await stage.add(
        InboxRow(
            channel="telegram", account="a", external_id="1", conversation="c", received_at=NOW, state="quarantined", reason="timeout",
            inbound=orjson.dumps({}), attempts=3,
        )
    )  # fmt: skip
    await stage.add(
        InboxRow(
            channel="telegram", account="a", external_id="2", conversation="", received_at=NOW, state="quarantined", reason="json", raw=b"?"
        )
    )
    letter = b'{"id": "0b7a5a9e-1", "operator": "rina", "text": "Lampu mati"}'
    await stage.add(
        InboxRow(channel="manual", account="desk", external_id="3", conversation="", received_at=NOW, state="quarantined", raw=letter)
    )
    _, html = await supervisor.post("/desk/karantina/1/ulang", {}, page="/desk/karantina")
    assert "Pesan dibaca ulang" in html
    _, html = await supervisor.post("/desk/karantina/2/ulang", {}, page="/desk/karantina")
    assert "belum terbaca" in html
    await supervisor.post("/desk/karantina/3/ulang", {}, page="/desk/karantina")
    assert [row.state for row in await stage.read(select(InboxRow))] == ["new", "quarantined", "new"]


async def test_all_at_once(stage: Stage, supervisor: Browser) -> None:
    """Everything that can go again goes; the rest stays and is counted. Uncertain ones are never sent in one go."""
    for n in range(3):
        await stage.add(OutboxRow(key=f"d{n}", kind="reply", lane="reply:a", order_key="o", state="dead", created_at=NOW, due_at=NOW))
    _, html = await supervisor.post("/desk/karantina/ulang-semua?kantong=dead", {}, page="/desk/karantina?kantong=dead")
    assert "Diulang: 3" in html
    assert {row.state for row in await stage.read(select(OutboxRow))} == {"owed"}
    token = csrf_of(html)
    assert (await supervisor.send("/desk/karantina/ulang-semua?kantong=uncertain", {"csrf": token}))[0] == 400
    assert (await supervisor.send("/desk/karantina/ulang-semua?kantong=lain", {"csrf": token}))[0] == 404


async def test_an_uncertain_reply_is_decided_by_a_person(stage: Stage, operator: Browser) -> None:
    """Either it had arrived, or it goes once more; deciding twice is a sentence."""
    for n in range(2):
        await stage.add(OutboxRow(key=f"u{n}", kind="reply", lane="reply:a", order_key="o", state="uncertain", created_at=NOW, due_at=NOW))
    page = "/desk/karantina?kantong=uncertain"
    await operator.post("/desk/kiriman/1/sudah?kantong=uncertain", {}, page=page)
    _, html = await operator.post("/desk/kiriman/2/lagi?kantong=uncertain", {}, page=page)
    assert "dicoba lagi" in html
    assert [row.state for row in await stage.read(select(OutboxRow))] == ["done", "owed"]
    _, html = await operator.post("/desk/kiriman/1/sudah?kantong=uncertain", {}, page="/desk/entri")
    assert "tidak sedang menunggu" in html


async def test_the_frame_counts_what_waits(stage: Stage, operator: Browser) -> None:
    """The number beside "Perlu dilihat" is the sum of the pockets that need a person; what was set aside needs none."""
    await trouble(stage)
    assert '<span class="count" data-waiting>3</span>' in (await operator.get("/desk/"))[1]
    for pocket in ("quarantined", "triage", "set_aside", "dead", "uncertain"):
        assert (await operator.get(f"/desk/karantina?kantong={pocket}"))[0] == 200
    assert "Surat kembali" in (await operator.get("/desk/karantina?kantong=set_aside"))[1]
