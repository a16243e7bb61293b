"""What becomes of paid replies: states in any order, lost ones that go another way, the limit, the window, STOP; over both engines."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from town import START, Channel, ReadHere, Town

from connectors.charges import Budget
from connectors.contract import About, Delivery, Reply, Sender
from connectors.delivery import DeliveryState
from connectors.errors import RecipientGone, Unreachable, WindowClosed
from connectors.segments import count
from dispatcher.caring import Care
from dispatcher.fallbacks import Fallbacks
from dispatcher.intake import Intake
from dispatcher.paying import ReplyPayer
from dispatcher.pipeline import Pipeline
from dispatcher.spending import Purse
from dispatcher.taking import Taker
from dispatcher.tracking import draw
from dispatcher.workers import Lane
from normalizer import tracking
from store import deliveries, expenses
from store.database import Database
from store.tables import Work

PHONE, MAIL = "+6281234567890", "rina@warga.example"
WAYS = {"whatsapp": ["sms", "email"], "sms": ["email"]}


@dataclass
class Paid(Channel):
    """A platform that costs money and tells later what became of a message."""

    budget: Budget = field(default_factory=lambda: Budget(a_day=100, a_month=1000))

    def price(self, reply: Reply) -> int:
        return count(reply.text).segments


class Network:
    """A town with whatsapp (`wa`), sms (`pesan`) and e-mail (`surat`); ids of messages are `sent-1` and so on, each of its channel."""

    def __init__(self, db: Database, folder: Any) -> None:
        self.town = Town(db, folder, fallbacks=WAYS)
        town = self.town
        self.channels: dict[str, Channel] = {
            "wa": Paid(about=About(provider="t", channels=("whatsapp",), title="WA", window_hours=24, reports=True)),
            "pesan": Paid(about=About(provider="t", channels=("sms",), title="SMS", reports=True)),
            "surat": Channel(about=About(provider="t", channels=("email",), title="Surel")),
        }
        kinds = {"wa": "whatsapp", "pesan": "sms", "surat": "email"}
        self.fallbacks = Fallbacks(town.profile, kinds, town.clock)
        care = Care(db, town.clock, Purse(db, town.clock, town.profile.tz), self.fallbacks)
        self.lanes = {name: Lane(Work.REPLY, name, ReplyPayer(name, each, care), town.tools) for name, each in self.channels.items()}
        self.intake = Intake(db, town.blobs, town.bell, town.clock, self.fallbacks.lost)
        town.intake = self.intake
        taker = Taker(town.profile, town.replies, {name: each.about for name, each in self.channels.items()}, town.node, draw)
        readers: Any = ReadHere(town.profile)
        town.pipeline = Pipeline(db, town.blobs, town.bell, readers, taker, town.clock, town.node, list(self.channels))

    async def complain(self, words: str = "Lampu jalan di Jl. Kenanga RT 03 mati", *, account: str = "wa", **more: Any) -> None:
        channel = {"wa": "whatsapp", "pesan": "sms"}[account]
        values: dict[str, Any] = {
            "channel": channel,
            "account": account,
            "talk": f"{channel}:{account}:{PHONE}",
            "sender": Sender(id=PHONE, name="Rina", address=PHONE, phone=PHONE),
            "reply_address": f"whatsapp:{PHONE}" if account == "wa" else PHONE,
            "extra": {"to": "+62811"},
        }
        await self.town.say(words, **{**values, **more})

    async def pay(self, *names: str) -> None:
        for name in names or tuple(self.lanes):
            await self.town.pay(self.lanes[name])

    async def tell(self, *states: DeliveryState, account: str = "wa", message_id: str = "sent-1", code: str = "window_closed") -> None:
        channel = {"wa": "whatsapp", "pesan": "sms"}[account]
        told = Delivery(channel=channel, account=account, message_id=message_id, state=DeliveryState.SENT, at=self.town.now)
        for state in states:
            failed = {"code": code, "sentence": "Tidak sampai."} if state is DeliveryState.FAILED else {}
            await self.intake.accept([replace(told, state=state, **failed)])

    async def states(self) -> list[tuple[str, str]]:
        return [(row["lane"], row["state"]) for row in await self.town.owed()]


@pytest.fixture
async def net(db: Database, tmp_path: Any) -> Network:
    return Network(db, tmp_path)


S = DeliveryState


@pytest.mark.parametrize("order", list(itertools.permutations([S.SENT, S.DELIVERED, S.READ])))
async def test_status_going_backwards(net: Network, order: Sequence[DeliveryState]):
    """In whatever order the states are told, the message stands as read, with one time a state, the first that was told."""
    await net.complain()
    await net.pay("wa")
    for state in (*order, *order):
        await net.tell(state)
        net.town.later(minutes=1)
    heard = await net.town.db.read(lambda session: deliveries.states(session.connection(), "wa", "sent-1"))
    assert [heard[state] for state in order] == [START + timedelta(minutes=number) for number in range(3)]
    (row,) = await net.town.owed()
    assert row["state"] == "done"
    stands = await net.town.db.read(lambda session: deliveries.of_debts(session.connection(), [row["id"]]))
    assert stands == {row["id"]: S.READ}


async def test_a_status_before_our_own_row_waits(net: Network):
    """The platform tells of a message whose id we do not know yet: it lies there until the id becomes known."""
    await net.tell(S.FAILED)
    await net.complain()
    await net.pay("wa")
    assert await net.states() == [("reply:wa", "dead"), ("reply:pesan", "owed")]


async def test_a_lost_reply_is_dead_and_goes_the_next_way(net: Network):
    """WhatsApp told that it failed: the row is dead and visible, the same words leave by SMS, once, however often it is told."""
    await net.complain()
    await net.pay("wa")
    await net.tell(S.SENT, S.FAILED, S.FAILED, S.SENT)
    await net.pay("pesan")
    (sms,) = net.channels["pesan"].sent
    (first,) = net.channels["wa"].sent
    assert (sms.channel, sms.account, sms.address, sms.text) == ("sms", "pesan", PHONE, first.text)
    assert sms.conversation == f"sms:pesan:{PHONE}"
    dead = (await net.town.owed())[0]
    assert (dead["state"], dead["last_error"]) == ("dead", "window_closed: Tidak sampai.")
    assert [row["kind"] for row in await net.town.rows("SELECT kind FROM timeline ORDER BY id")] == ["registered", "undelivered"]


async def test_delivered_then_failed_is_delivered(net: Network):
    """Who has read it has it; a late failure of the network says nothing."""
    await net.complain()
    await net.pay("wa")
    await net.tell(S.DELIVERED, S.FAILED)
    assert await net.states() == [("reply:wa", "done")]


async def test_ways_are_tried_in_their_order(net: Network):
    """whatsapp -> sms -> email, each once; and then the pocket."""
    net.channels["wa"].failures = [WindowClosed("tutup")]
    net.channels["pesan"].failures = [RecipientGone("STOP")]
    net.channels["surat"].failures = [RecipientGone("tidak ada")]
    await net.complain(f"Lampu jalan di Jl. Kenanga RT 03 mati. Surel saya {MAIL}")
    await net.pay()
    assert await net.states() == [("reply:wa", "dead"), ("reply:pesan", "dead"), ("reply:surat", "dead")]
    (mail,) = [row for row in await net.town.owed() if row["lane"] == "reply:surat"]
    payload = mail["payload"] if isinstance(mail["payload"], dict) else json.loads(mail["payload"])
    assert payload["address"] == MAIL
    assert payload["subject"]


async def test_no_way_is_left(net: Network):
    """Without an address for the next way the reply stays in the pocket."""
    net.channels["pesan"].failures = [RecipientGone("STOP")]
    await net.complain(account="pesan")
    await net.pay()
    assert await net.states() == [("reply:pesan", "dead")]


async def test_the_connector_knows_when_the_citizen_wrote(net: Network):
    """The 24-hour window is counted from the citizen's last message, from its own time where that is known."""
    await net.complain(sent_at=START - timedelta(hours=3))
    net.town.later(hours=2)
    await net.pay("wa")
    (reply,) = net.channels["wa"].sent
    assert reply.heard_at == START - timedelta(hours=3)


async def test_budget_stops_automatic_replies_never_the_complaint(net: Network):
    """The limit of the day: the complaint is registered, its answer lies in the pocket with the reason, a person's words still go."""
    net.channels["pesan"].budget = Budget(a_day=1, a_month=1000)  # type: ignore[attr-defined]
    await net.complain(account="pesan")
    await net.pay("pesan")
    await net.complain("Sampah menumpuk di Pasar Antri RT 05", account="pesan", talk="sms:pesan:+628000001")
    await net.pay("pesan")
    rows = await net.town.owed()
    assert [row["state"] for row in rows] == ["done", "dead"]
    assert rows[1]["last_error"].startswith("spending_limit: ")
    complaints = await net.town.complaints()
    assert len(complaints) == 2
    pulse = (await net.town.rows("SELECT last_error FROM pulses WHERE name = 'pesan'"))[0]
    assert "limit_a_day" in pulse["last_error"]
    await net.town.acts.move(complaints[0]["id"], "waiting", operator="sari", text="Di RT berapa?")
    await net.pay("pesan")
    assert "Di RT berapa?" in net.channels["pesan"].sent[-1].text
    net.town.later(days=1)
    await net.complain("Jalan berlubang di Jl. Amir Machmud", account="pesan", talk="sms:pesan:+628000002")
    await net.pay("pesan")
    assert (await net.town.owed())[-1]["state"] == "done", "the next day is another day"


async def test_what_surely_did_not_go_out_costs_nothing(net: Network):
    """Certain failures give their parts back; uncertain ones are counted."""
    net.channels["pesan"].failures = [Unreachable("mati"), Unreachable("?", certain=False)]
    await net.complain(account="pesan")
    await net.pay("pesan")
    net.town.later(minutes=20)
    await net.pay("pesan")
    day = START.astimezone(net.town.profile.tz).date()
    assert await net.town.db.read(lambda session: expenses.spent(session.connection(), "pesan", day)) == (1, 1)


async def test_nobody_answers_after_stop(net: Network):
    """After STOP nothing goes out until the citizen writes again."""
    await net.complain(account="pesan")
    await net.complain("STOP", account="pesan", service="opt_out")
    await net.pay("pesan")
    assert net.channels["pesan"].sent == []
    assert await net.states() == [("reply:pesan", "dead")]
    await net.complain("status", account="pesan")
    await net.pay("pesan")
    assert len(net.channels["pesan"].sent) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Lampu jalan di Jl. Kenanga RT 03 RW 05 Kelurahan Karangmekar mati",
        "lampu mati",
        "Kebakaran rumah di Jl. Kenanga RT 03, api membesar!",
    ],
)
async def test_the_acknowledgement_of_an_sms_is_one_segment(net: Network, words: str):
    """Each further part costs: the first answer has the number and is one part, whatever the citizen wrote."""
    for address in ("https://lapor.example", "https://pengaduan-masyarakat.kabupatenyangnamanyapanjang.go.id"):
        net.town.replies._url = address
        await net.complain(words, account="pesan", talk=f"sms:pesan:{address}")
    await net.pay("pesan")
    assert len(net.channels["pesan"].sent) == 2
    for reply in net.channels["pesan"].sent:
        assert count(reply.text).segments == 1, reply.text
        assert tracking.find(net.town.profile.prefix, reply.text)
