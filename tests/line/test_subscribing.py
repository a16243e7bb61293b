"""Events for other systems: owed with the change, told at least once under one id, signed, without personal data; over both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from hearing import Ear
from test_taking import LAMP
from town import START, Town

from config.settings import Alerts
from desk.api import told
from dispatcher.bulk import UNDO, Act, Ticked, Wanted
from dispatcher.clocks import alarming
from dispatcher.clocks.post import Post
from dispatcher.moving import ActRefused
from dispatcher.subscribing.book import Book
from dispatcher.subscribing.lanes import Tellers
from dispatcher.workers import LEASE
from normalizer.complaint import State, Urgency
from store import events, outbox, subscribers
from store.events import Event
from store.subscribers import Standing

HERE = (ip_network("127.0.0.0/8"),)
SECRET = b"s" * 32


@pytest.fixture
async def ear(town: Town) -> AsyncIterator[Ear]:
    ear = Ear(town.clock)
    await ear.start()
    yield ear
    await ear.stop()


def tellers(town: Town, networks: Any = HERE) -> Tellers:
    return Tellers(town.tools, networks, SECRET, partial(told.content, "https://lapor.example"))


def book(town: Town, networks: Any = HERE) -> Book:
    return Book(town.db, town.bell, SECRET, networks, town.clock)


async def subscribed(town: Town, ear: Ear, name: str = "dasbor", **more: Any) -> None:
    ear.secret = await book(town).add(**{"name": name, "url": ear.url, "wanted": set(Event), "agency": None, "operator": "ani", **more})


async def row(town: Town, name: str = "dasbor") -> Any:
    return await town.db.read(lambda session: subscribers.find(session, name))


async def tell(town: Town, name: str = "dasbor") -> None:
    ways = tellers(town)
    try:
        await town.pay(ways.lane(name))
    finally:
        await ways._caller.aclose()


async def test_what_happens_is_told_signed_and_without_personal_data(town: Town, ear: Ear):
    """Registered, answered, moved: CloudEvents around what the API shows; the library believes the signature; nobody's name or number."""
    await subscribed(town, ear)
    await town.say(f"{LAMP}, hubungi saya 081234567890")
    await town.pay()
    await tell(town)
    await town.acts.move(1, State.VERIFIED, operator="rina")
    await tell(town)
    await town.acts.urge(1, Urgency.HIGH, "", operator="rina")
    await tell(town)
    assert ear.kinds == ["complaint.registered", "reply.sent", "complaint.moved", "complaint.changed"]
    assert ear.heard[-1][1]["data"]["urgency"] == "high"
    [complaint] = await town.complaints()
    for _, event in ear.heard:
        assert event["specversion"] == "1.0"
        assert event["subject"] == event["data"]["number"]
        assert event["data"]["number"].replace("-", "") == complaint["tracking_number"]
        assert "34567890" not in str(event)
        assert "Siti" not in str(event)
    assert [event["data"]["state"] for _, event in ear.heard] == ["received", "received", "verified", "verified"]
    assert len({key for key, _ in ear.heard}) == 4
    await town.say("Laporan ini rahasia: pungutan liar di kantor kelurahan oleh Pak Dadang", talk="telegram:bot:8")
    await tell(town)
    [*_, (_, event)] = ear.heard
    assert event["data"]["confidential"]
    assert event["data"]["title"] is event["data"]["text"] is None
    assert "Dadang" not in str(event)


async def test_a_receiver_that_fails_and_recovers_hears_everything_under_the_same_ids(town: Town, ear: Ear):
    """Errors, redirects and a hub that died in between: nothing is lost, a repeat has the id of the first try, in the complaint's order."""
    await subscribed(town, ear)
    ear.status = 500
    ear.answers = [web.Response(status=302, headers={"Location": "http://169.254.169.254/latest"}), web.Response(status=400)]
    await town.say(LAMP)
    await town.acts.move(1, State.VERIFIED, operator="rina")
    for _ in range(8):
        await tell(town)
        town.later(minutes=20)
    first = set(ear.refused)
    assert len(first) == 1
    assert ear.heard == []
    [debt, *_] = await town.owed("tell")
    assert debt["last_error"].endswith("HTTP 500.")
    ear.status = 204
    claim = partial(outbox.claim, node="tewas", lane="tell:dasbor", now=town.now, lease=LEASE, limit=8)
    assert len(await town.db.write(claim)) == 1  # a hub that dies before it says what became of it
    await tell(town)
    assert ear.heard == []
    town.later(minutes=20)
    await tell(town)
    assert ear.kinds == ["complaint.registered", "complaint.moved"]
    assert ear.heard[0][0] in first
    assert (await row(town)).failing_since is None


async def test_nothing_but_failure_for_days_pauses_it_and_going_on_tells_what_waited(town: Town, ear: Ear):
    """The hub pauses it, owes on, and tells it all once an admin lets it go on."""
    await subscribed(town, ear)
    ear.status = 503
    await town.say(LAMP)
    for _ in range(9):
        await tell(town)
        town.later(hours=9)
    assert (await row(town)).standing == Standing.FAILED
    [pulse] = await town.rows("SELECT * FROM pulses WHERE name = 'tell:dasbor'")
    assert pulse["last_error"].startswith("subscriber_failed")
    await alarming.watch(town.tools, town.profile, Post(url="", account=None, telegram=None), Alerts(), [])
    [notice] = await town.rows("SELECT told FROM notices WHERE kind = 'alarm'")
    assert "Webhook dasbor dijeda" in notice["told"]
    await town.acts.move(1, State.VERIFIED, operator="rina")
    ear.status = 200
    await tell(town)
    assert ear.heard == []
    await book(town).stand(await row(town), Standing.ACTIVE, operator="ani")
    town.later(minutes=2)
    await tell(town)
    assert ear.kinds == ["complaint.registered", "complaint.moved"]
    assert await town.rows("SELECT * FROM pulses WHERE name = 'tell:dasbor' AND last_error IS NOT NULL") == []


async def test_gone_is_gone(town: Town, ear: Ear):
    """After a 410 nothing more is owed; what was given up waits on its page and not in the operators' pockets."""
    await subscribed(town, ear)
    ear.status = 410
    await town.say(LAMP)
    await tell(town)
    assert (await row(town)).standing == Standing.GONE
    await town.acts.move(1, State.VERIFIED, operator="rina")
    [debt] = await town.owed("tell")
    assert debt["state"] == "given_up"
    ear.status = 200
    await book(town).stand(await row(town), Standing.ACTIVE, operator="ani")
    await book(town).again(await row(town), debt["id"], operator="ani")
    await tell(town)
    assert ear.kinds == ["complaint.registered"]
    assert ear.heard[0][0] == ear.refused[0]


async def test_what_is_undone_is_not_told(town: Town, ear: Ear):
    """A bulk act's events wait as long as its undo is offered; taken back, only the undo is told, with the complaint as it was."""
    await town.say(LAMP)
    await subscribed(town, ear)
    [complaint] = await town.complaints()
    act = Wanted(act=Act.VERIFY)
    key = await town.acts.bulk.act([Ticked(1, complaint["version"])], act, key="a", operator="rina")
    town.later(seconds=10)
    await tell(town)
    assert ear.heard == []
    assert await town.acts.bulk.undo(key, operator="rina")
    await tell(town)
    assert [event["data"]["state"] for _, event in ear.heard] == ["received"]
    [complaint] = await town.complaints()
    await town.acts.bulk.act([Ticked(1, complaint["version"])], act, key="b", operator="rina")
    town.later(seconds=UNDO.total_seconds() + 1)
    await tell(town)
    assert [event["data"]["state"] for _, event in ear.heard] == ["received", "verified"]


async def test_an_agency_hears_of_its_own(town: Town, ear: Ear, tmp_path: Any):
    """From its disposition on, and once more when the complaint goes on to another one; only the events that were chosen."""
    town = Town(town.db, tmp_path, door="desk")
    await subscribed(town, ear, agency="dlh", wanted={Event.MOVED})
    await town.say(LAMP)
    for agency in ("dishub", "dlh", "dishub"):
        await town.acts.move(1, State.ASSIGNED, operator="rina", agency=agency)
    await town.acts.move(1, State.IN_PROGRESS, operator="rina")
    await tell(town)
    assert len(ear.heard) == 2


async def test_a_new_secret_and_a_removal(town: Town, ear: Ear):
    """Both secrets sign for a day, then the new one alone; a removed subscriber leaves nothing behind. All of it is in the trail."""
    await subscribed(town, ear)
    former = ear.secret
    secret = await book(town).rotate(await row(town), operator="ani")
    assert secret != former
    await book(town).check(await row(town), operator="ani")
    await tell(town)
    ear.secret = secret
    await book(town).check(await row(town), operator="ani")
    town.later(hours=25)
    await tell(town)
    assert ear.kinds == ["check", "check"]
    stored = await town.rows("SELECT * FROM subscribers")
    assert secret not in str(stored)
    await book(town).remove(await row(town), operator="ani")
    assert await town.owed("tell") == []
    actions = [deed["action"] for deed in await town.rows("SELECT action FROM audit ORDER BY id")]
    assert actions == ["webhook_add", "webhook_secret", "webhook_test", "webhook_test", "webhook_delete"]


async def test_old_events_are_let_go(town: Town, ear: Ear):
    """What an API answers anew is not kept for ever."""
    await subscribed(town, ear)
    await town.say(LAMP)
    await tell(town)
    assert await town.db.write(lambda c: events.forget(c, START)) == 0
    assert await town.db.write(lambda c: events.forget(c, START + timedelta(minutes=1))) == 1
    assert await town.owed("tell") == []


async def test_a_name_is_taken_once(town: Town, ear: Ear):
    """And an address that is not one is refused before anything is kept."""
    await subscribed(town, ear)
    for more in ({}, {"name": "Dasbor!"}, {"name": "lain", "url": "http://lapor.example/x"}, {"name": "lain", "wanted": {"semua"}}):
        with pytest.raises(ActRefused):
            await subscribed(town, ear, **more)


async def test_two_hubs_over_one_store(town: Town, ear: Ear, tmp_path: Any):
    """Both work for every subscriber; each event is claimed by one of them, and a slow subscriber holds up no other."""
    slow = Ear(town.clock, hold=asyncio.Event())
    await slow.start()
    await subscribed(town, ear)
    await subscribed(town, slow, "lambat")
    hubs = [tellers(town), tellers(Town(town.db, tmp_path, node="node-2"))]
    working = [asyncio.create_task(hub.run()) for hub in hubs]
    try:
        for who in range(6):
            await town.say(f"{LAMP} di RW {who}", talk=f"telegram:bot:{who}")
            town.bell.ring("outbox")
        async with asyncio.timeout(20):
            while len(ear.heard) < 6:
                await ear.rung.wait()
                ear.rung.clear()
            assert slow.heard == []
            slow.hold.set()
            while len(slow.heard) < 6:
                await slow.rung.wait()
                slow.rung.clear()
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await slow.stop()
    for one in (ear, slow):
        assert len({key for key, _ in one.heard}) == len(one.heard) == 6
    assert {debt["state"] for debt in await town.owed("tell")} == {"done"}
