"""Blocking a sender from the page of their complaint."""

from __future__ import annotations

from sqlmodel import select
from staging import NOW, Browser, Stage

from connectors.contract import Inbound, Sender
from store import inbox
from store.people import AuditRow
from store.tables import InboxRow


async def complaint(stage: Stage) -> str:
    inbound = Inbound(
        channel="telegram", account="bot", external_id="7:1", conversation="telegram:bot:7", sender=Sender(id="7", name="Siti"), sent_at=NOW
    )
    key = await stage.add(
        InboxRow(
            channel="telegram",
            account="bot",
            external_id="7:1",
            conversation="telegram:bot:7",
            received_at=NOW,
            state="done",
            inbound=inbox.dump(inbound),
        )
    )
    return await stage.add_complaint(inbox_id=key)


async def test_an_abusive_sender_is_blocked_with_a_reason_and_unblocked(stage: Stage, operator: Browser) -> None:
    """Button, reason, list of all, and back; each step is in the audit with who did it."""
    page = f"/desk/pengaduan/{await complaint(stage)}"
    status, html = await operator.post(f"{page}/blokir", {"reason": "x"}, page=page)
    assert status == 409
    assert "Tuliskan alasannya" in html
    status, html = await operator.post(f"{page}/blokir", {"reason": "Memaki petugas, nomornya 081234567890"}, page=page)
    assert status == 200
    assert "Cabut blokir" in html
    assert "Memaki petugas" in (listed := (await operator.get("/desk/blokir"))[1])
    assert "081234567890" not in html + listed
    status, html = await operator.post(f"{page}/cabut-blokir", {}, page=page)
    assert "Blokir pengirim" in html
    assert "Tidak ada pengirim" in (await operator.get("/desk/blokir"))[1]
    assert [(row.operator, row.action) for row in await stage.read(select(AuditRow))] == [("rina", "block"), ("rina", "unblock")]


async def test_a_letter_offers_no_block(stage: Stage, operator: Browser) -> None:
    """Its sender is the operator who typed it in."""
    number = await stage.add_complaint(channel="manual")
    assert "Blokir pengirim" not in (await operator.get(f"/desk/pengaduan/{number}"))[1]
