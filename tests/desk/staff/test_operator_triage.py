"""The triage pocket: an operator sees the post and says what it is."""

from __future__ import annotations

import pytest
from sqlmodel import select
from staging import NOW, Browser, Stage

from connectors.contract import Inbound, Sender
from store.inbox import dump
from store.operators import Role
from store.people import AuditRow
from store.tables import CursorRow, InboxRow

PAGE = "/desk/karantina?kantong=triage"


async def waiting(stage: Stage, words: str = "Jalan rusak <b>parah</b>, hub 081234567890", number: str = "2007129394601984001") -> None:
    post = Inbound(
        channel="x",
        account="kota",
        external_id=number,
        message_id=number,
        conversation=f"x:kota:{number}:81001",
        sender=Sender(id="81001", name="Rina Kartika", address="@rinak"),
        sent_at=NOW,
        text=words,
        extra={"public": True, "source": "search", "addressed": False},
    )
    row = {"channel": "x", "account": "kota", "external_id": number, "conversation": post.conversation, "received_at": NOW}
    await stage.add(InboxRow(**row, state="done", outcome="triage", reason="search", inbound=dump(post)))


async def test_a_post_is_shown_with_its_author_and_its_reason(stage: Stage, operator: Browser) -> None:
    """Enough to decide, covered and escaped like everything else; the post itself is one click away."""
    await waiting(stage)
    _, html = await operator.get(PAGE)
    for expected in (
        "Jalan rusak &lt;b&gt;parah",
        "@rinak",
        "Ditemukan oleh pencarian",
        "https://x.com/i/status/2007129394601984001",
        "Bukan laporan",
    ):
        assert expected in html
    assert "081234567890" not in html


async def test_accepting_puts_it_into_the_line(stage: Stage, operator: Browser) -> None:
    """With the mark that a person said so; twice is a sentence, not an error."""
    await waiting(stage)
    await waiting(stage, "Sampah menumpuk", "2007129394601984002")
    _, html = await operator.post("/desk/karantina/1/terima?kantong=triage", {}, page=PAGE)
    assert "Diterima sebagai laporan" in html
    first, second = await stage.read(select(InboxRow).order_by("id"))
    assert (first.state, first.outcome, second.outcome) == ("new", None, "triage")
    assert b'"admitted":true' in first.inbound
    assert [row.action for row in await stage.read(select(AuditRow))] == ["triage_accept"]
    _, html = await operator.post("/desk/karantina/1/terima?kantong=triage", {}, page=PAGE)
    assert "tidak lagi menunggu keputusan" in html


async def test_no_report_is_set_aside_and_stays_to_be_found(stage: Stage, operator: Browser) -> None:
    """With its reason, in the next pocket, from where it can still be taken."""
    await waiting(stage)
    _, html = await operator.post("/desk/karantina/1/bukan?kantong=triage", {}, page=PAGE)
    assert "Pesannya tetap disimpan" in html
    _, html = await operator.get("/desk/karantina?kantong=set_aside")
    assert "Diputuskan bukan laporan" in html
    _, html = await operator.post("/desk/karantina/1/terima?kantong=set_aside", {}, page="/desk/karantina?kantong=set_aside")
    assert "Diterima sebagai laporan" in html


@pytest.mark.parametrize("act", ["terima", "bukan"])
async def test_who_only_looks_decides_nothing(stage: Stage, browser: Browser, act: str) -> None:
    """Role operator."""
    await waiting(stage)
    await stage.add_operator("tamu", Role.VIEWER)
    await browser.sign_in("tamu")
    status, _ = await browser.post(f"/desk/karantina/1/{act}", {}, page="/desk/")
    assert status == 403
    assert [row.outcome for row in await stage.read(select(InboxRow))] == ["triage"]


async def test_the_months_reads_stand_on_the_health_page(stage: Stage, operator: Browser) -> None:
    """Used and bought; of another month nothing is used yet."""
    month = f"{NOW:%Y-%m}"
    cursor = {"since": "1", "month": month, "read": 1234, "searched": 56, "budget": 10000, "search_budget": 3000}
    await stage.add(CursorRow(name="chat", cursor=cursor, saved_at=NOW))
    await stage.add(CursorRow(name="desk", cursor={**cursor, "month": "2020-01"}, saved_at=NOW))
    _, html = await operator.get("/desk/kesehatan")
    assert "1234 dari 10000 kiriman (pencarian 56 dari 3000)" in html
    assert "0 dari 10000 kiriman (pencarian 0 dari 3000)" in html


async def test_one_at_a_time_with_its_thread(stage: Stage, operator: Browser) -> None:
    """The message stands in its talk, a decision leads to the next one, and at the end the page says so."""
    await waiting(stage)
    await waiting(stage, "Sampah menumpuk", "2007129394601984002")
    _, html = await operator.get("/desk/triase")
    assert "Jalan rusak &lt;b&gt;parah" in html
    assert "081234567890" not in html
    assert 'data-key="y"' in html
    assert "/desk/triase?pesan=2" in html
    _, html = await operator.post("/desk/karantina/1/terima?dari=triase", {}, page="/desk/triase")
    assert "Sampah menumpuk" in html
    _, html = await operator.post("/desk/karantina/2/bukan?dari=triase", {}, page="/desk/triase")
    assert "Semua sudah diputuskan" in html
