"""What paid channels cost stands where operators look."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert
from sqlmodel import select
from staging import NOW, Browser, Stage

from connectors.charges import Budget
from connectors.contract import Checked, Health, Reply, Sent
from connectors.manual.client import ABOUT
from store.deliveries import DeliveryRow
from store.expenses import ExpenseRow
from store.tables import ComplaintRow, OutboxRow


class Paying:
    """A channel that costs money."""

    about, budget = replace(ABOUT, channels=("sms",)), Budget(a_day=100, a_month=2000)

    def price(self, reply: Reply) -> int:
        return 1

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="siap")

    async def send(self, reply: Reply) -> Sent:
        return Sent()

    async def download(self, ref: str, limit: int) -> bytes:
        return b""

    async def aclose(self) -> None:
        return None


async def test_the_limit_of_paid_sends_is_shown_and_alarmed(stage: Stage, operator: Browser) -> None:
    """Used and allowed, of the day and the month; from four fifths on it stands out."""
    stage.desk.connectors["chat"] = Paying()  # type: ignore[index]
    today = NOW.astimezone(stage.desk.profile.tz).date()
    await stage.add(ExpenseRow(account="chat", day=today, parts=12))
    await stage.add(ExpenseRow(account="chat", day=today.replace(day=1), parts=30))
    _, html = await operator.get("/desk/kesehatan")
    assert "12 dari 100 hari ini, 42 dari 2000 bulan ini" in html
    assert 'class="trouble">12 dari' not in html
    stage.desk.connectors["chat"].budget = Budget(a_day=15, a_month=2000)  # type: ignore[attr-defined]
    _, html = await operator.get("/desk/kesehatan")
    assert 'class="trouble">12 dari 15 hari ini' in html


async def test_what_became_of_a_reply_and_its_parts(stage: Stage, operator: Browser) -> None:
    """An SMS shows what it cost, and where the network says it stands: the furthest that was told."""
    number = await stage.add_complaint()
    (complaint,) = await stage.read(select(ComplaintRow))
    payload = {"channel": "sms", "address": "+62", "text": "a" * 161, "buttons": [], "automatic": True}
    debt = OutboxRow(
        key="ack:1",
        kind="reply",
        lane="reply:pesan",
        order_key="o",
        complaint_id=complaint.id,
        payload=payload,
        state="done",
        created_at=NOW,
        due_at=NOW,
    )
    await stage.add(debt)
    (owed,) = await stage.read(select(OutboxRow))
    for state in ("accepted", "delivered", "sent"):
        outbox_id = owed.id if state == "accepted" else None
        await stage.desk.db.write(
            lambda connection, state=state, outbox_id=outbox_id: connection.execute(
                insert(DeliveryRow).values(account="pesan", message_id="SM1", state=state, at=NOW, sentence="", outbox_id=outbox_id)
            )
        )
    _, html = await operator.get(f"/desk/pengaduan/{number}")
    assert "2 bagian SMS" in html
    assert "Sampai di telepon" in html
