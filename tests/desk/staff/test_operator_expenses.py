"""What paid channels cost stands where operators look."""

from __future__ import annotations

from dataclasses import replace

from staging import NOW, Browser, Stage

from connectors.charges import Budget
from connectors.contract import Checked, Health, Reply, Sent
from connectors.manual.client import ABOUT
from store.expenses import ExpenseRow


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
