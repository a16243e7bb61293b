"""One act over many complaints: each wholly or not at all, nobody told before the undo is over, and an undo that leaves its line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from test_taking import value
from town import Town

from config.profile import Agency
from dispatcher.acts import ActRefused
from dispatcher.bulk import MOST, UNDO, Act, Bulk, Ticked, Wanted
from normalizer.complaint import State, Urgency
from store import bulk

WORDS = ("Lampu jalan di Jl. Sangkuriang mati", "Sampah menumpuk di TPS Cibabat", "Lubang besar di Jl. Amir Machmud")


@pytest.fixture
async def town(db: Any, tmp_path: Any) -> Town:
    """Three citizens with three complaints, all acknowledged; it is day, and they wrote just now."""
    town = Town(db, tmp_path, door="kota", forward="after_verification")
    for who, words in enumerate(WORDS):
        await town.say(words, talk=f"telegram:bot:{who}", reply_address=str(who))
    await town.pay()
    town.channel.sent.clear()
    return town


async def ticked(town: Town) -> list[Ticked]:
    return [Ticked(row["id"], row["version"]) for row in await town.complaints()]


async def told(town: Town) -> list[str]:
    """Who heard something since the acknowledgements."""
    await town.pay()
    await town.pay(town.forward_lane)
    return [reply.address for reply in town.channel.sent]


async def result(town: Town, key: int) -> tuple[list[str], list[str | None]]:
    """(reasons of those not done, reasons of those not undone)"""
    found = await town.db.read(lambda session: bulk.find(session, key, "rina"))
    assert found
    return [step.why for step, _ in found[1] if step.why], [step.why_not for step, _ in found[1] if step.why_not]


async def kinds(town: Town, complaint_id: int = 1) -> list[str]:
    rows = await town.rows("SELECT kind FROM timeline WHERE complaint_id = :id ORDER BY id", id=complaint_id)
    return [row["kind"] for row in rows]


async def test_all_are_verified_and_told_when_the_undo_is_over(town: Town):
    """Nothing leaves for half a minute; then each citizen hears it once and each complaint goes to its door once."""
    key = await town.acts.bulk.act(await ticked(town), Wanted(act=Act.VERIFY), key="a", operator="rina")
    assert {row["state"] for row in await town.complaints()} == {"verified"}
    assert await result(town, key) == ([], [])
    town.later(seconds=UNDO.total_seconds() - 1)
    assert await told(town) == []
    assert town.city.taken == []
    town.later(seconds=61)
    assert sorted(await told(town)) == ["0", "1", "2"]
    assert len(town.city.taken) == 3
    assert len(await town.rows("SELECT 1 FROM audit WHERE action = 'bulk'")) == 3


async def test_an_undo_takes_back_before_anybody_was_told(town: Town):
    """States, agencies and clocks are as before, no reply and no forward is left, and the timeline tells both."""
    before = await town.complaints()
    owed = await town.rows("SELECT key, lane, due_at, payload FROM outbox ORDER BY id")
    key = await town.acts.bulk.act(await ticked(town), Wanted(act=Act.DISPOSE, agency="dlh"), key="a", operator="rina")
    # a door that is not the desk's may not dispose: nothing but verified and ended states before it left
    assert len((await result(town, key))[0]) == 3
    key = await town.acts.bulk.act(await ticked(town), Wanted(act=Act.VERIFY), key="b", operator="rina")
    town.later(seconds=10)
    assert await town.acts.bulk.undo(key, operator="rina")
    assert await result(town, key) == ([], [])
    for was, row in zip(before, await town.complaints(), strict=True):
        assert {name: was[name] for name in was if name != "version"} == {name: row[name] for name in row if name != "version"}
    assert await town.rows("SELECT key, lane, due_at, payload FROM outbox ORDER BY id") == owed
    assert (await kinds(town))[-2:] == ["state", "undone"]
    town.later(minutes=5)
    assert await told(town) == []
    assert town.city.taken == []
    # and it can be done again
    await town.acts.bulk.act(await ticked(town), Wanted(act=Act.VERIFY), key="c", operator="rina")
    town.later(minutes=5)
    assert sorted(await told(town)) == ["0", "1", "2"]
    assert len(town.city.taken) == 3


async def test_who_was_told_stays_told(town: Town):
    """After the replies went out, or after somebody else acted, an undo changes nothing and says why."""
    key = await town.acts.bulk.act(await ticked(town), Wanted(act=Act.VERIFY), key="a", operator="rina")
    await town.acts.move(2, State.WAITING, operator="budi", text="Di mana tepatnya?")
    town.later(minutes=2)
    await told(town)
    await town.acts.bulk.undo(key, operator="rina")
    assert [row["state"] for row in await town.complaints()] == ["verified", "waiting", "verified"]
    assert [why.split()[0] for why in (await result(town, key))[1] if why] == ["Kabarnya", "Laporan", "Kabarnya"]
    assert not await town.acts.bulk.undo(key, operator="budi")


async def test_one_that_cannot_be_done_holds_up_no_other(town: Town):
    """Changed since it was ticked, or in a state from which it cannot move: named with the reason, and untouched."""
    seen = await ticked(town)
    await town.acts.edit(2, operator="budi", title="Sampah di Cibabat")
    await town.acts.move(3, State.ARCHIVED, operator="budi", reason="Tidak jelas")
    await told(town)
    seen = [*seen[:2], (await ticked(town))[2]]
    lines = await kinds(town, 2)
    key = await town.acts.bulk.act(seen, Wanted(act=Act.ARCHIVE, reason="Sudah pernah dilaporkan"), key="a", operator="rina")
    why = (await result(town, key))[0]
    assert "baru saja diubah" in why[0]
    assert "tidak dapat diubah" in why[1]
    assert [row["state"] for row in await town.complaints()] == ["archived", "received", "archived"]
    assert await kinds(town, 2) == lines


async def test_twice_with_one_key_is_once(town: Town):
    """An impatient hand, or a page sent again after an undo: nothing is done a second time."""
    seen = await ticked(town)
    first = await town.acts.bulk.act(seen, Wanted(act=Act.OWNER, to="rina"), key="a", operator="rina")
    assert await town.acts.bulk.act(seen, Wanted(act=Act.OWNER, to="rina"), key="a", operator="rina") == first
    assert (await kinds(town)).count("owner") == 1
    await town.acts.bulk.undo(first, operator="rina")
    await town.acts.bulk.undo(first, operator="rina")
    await town.acts.bulk.act(seen, Wanted(act=Act.OWNER, to="rina"), key="a", operator="rina")
    assert {row["assigned_to"] for row in await town.complaints()} == {None}
    assert (await kinds(town)).count("undone") == 1
    with pytest.raises(ActRefused):
        await town.acts.bulk.act(seen, Wanted(act=Act.OWNER, to="rina"), key="a", operator="budi")


async def test_the_clocks_forget_what_was_taken_back(town: Town):
    """Postponed, archived, verified and urged, each undone: all is due as it was, and citizens are still answered."""
    due = [(row["due_kind"], row["due_at"]) for row in await town.complaints()]
    until = (town.now + timedelta(days=9)).date()
    for n, wanted in enumerate(
        (
            Wanted(act=Act.POSTPONE, until=until, reason="menunggu anggaran"),
            Wanted(act=Act.ARCHIVE, reason="Tidak jelas"),
            Wanted(act=Act.VERIFY),
        )
    ):
        key = await town.acts.bulk.act(await ticked(town), wanted, key=f"{n}", operator="rina")
        assert (await result(town, key))[0] == []
        assert [(row["due_kind"], row["due_at"]) for row in await town.complaints()] != due
        await town.acts.bulk.undo(key, operator="rina")
        assert [(row["due_kind"], row["due_at"]) for row in await town.complaints()] == due
    key = await town.acts.bulk.act(await ticked(town), Wanted(act=Act.URGENCY, urgency=Urgency.HIGH), key="u", operator="rina")
    assert {row["urgency"] for row in await town.complaints()} == {"high"}
    await town.acts.bulk.undo(key, operator="rina")
    assert {row["urgency"] for row in await town.complaints()} == {"normal"}
    await town.say("status", talk="telegram:bot:1", reply_address="1")
    assert await told(town) == ["1"]


async def test_news_that_waited_before_waits_again_with_its_old_words(town: Town):
    """In quiet hours news is folded into what waits; an undo unfolds it."""
    town.later(hours=15)  # one at night
    await town.acts.move(1, State.WAITING, operator="budi", text="Di mana tepatnya?")
    [before] = [row for row in await town.owed() if row["key"].startswith("state:")]
    key = await town.acts.bulk.act((await ticked(town))[:1], Wanted(act=Act.ARCHIVE, reason="Tidak jelas"), key="a", operator="rina")
    [folded] = [row for row in await town.owed() if row["key"].startswith("state:")]
    assert "Tidak jelas" in value(folded["payload"])["text"]
    await town.acts.bulk.undo(key, operator="rina")
    [after] = [row for row in await town.owed() if row["key"].startswith("state:")]
    assert value(after["payload"]) == value(before["payload"])
    assert (after["due_at"], after["order_key"]) == (before["due_at"], before["order_key"])


async def test_a_person_says_how_urgent_it_is(town: Town):
    """What the hub read stays readable in the timeline; what the citizen adds of an emergency counts again."""
    await town.acts.urge(1, Urgency.HIGH, "tiangnya miring", operator="rina")
    await town.acts.urge(1, Urgency.NORMAL, "", operator="budi")
    with pytest.raises(ActRefused):
        await town.acts.urge(1, Urgency.NORMAL, "", operator="rina")
    await town.say("Sekarang ada kebakaran di tiang itu, tolong!", talk="telegram:bot:0", reply_address="0")
    await town.acts.urge(1, Urgency.HIGH, "sudah padam", operator="rina")
    lines = await town.rows("SELECT actor, note FROM timeline WHERE complaint_id = 1 AND kind = 'urgency' ORDER BY id")
    assert [(row["actor"], row["note"]) for row in lines] == [
        ("rina", "dari biasa (penilaian otomatis) ke mendesak: tiangnya miring"),
        ("budi", "dari mendesak ke biasa"),
        ("system", "dari biasa ke darurat"),
        ("rina", "dari darurat (penilaian otomatis) ke mendesak: sudah padam"),
    ]
    trail = await town.rows("SELECT operator, detail FROM audit WHERE action = 'urgency' ORDER BY id")
    assert [(row["operator"], row["detail"]) for row in trail][:2] == [("rina", "normal → high"), ("budi", "high → normal")]


async def test_what_is_missing_or_too_much_is_refused_before_anything(town: Town):
    """No tick, no agency, no reason, no day, too many: a sentence, and not one complaint is touched."""
    seen = await ticked(town)
    for some, wanted in (
        ([], Wanted(act=Act.VERIFY)),
        ([Ticked(n, 1) for n in range(MOST + 1)], Wanted(act=Act.VERIFY)),
        (seen, Wanted(act=Act.DISPOSE)),
        (seen, Wanted(act=Act.DISPOSE, agency="tiada")),
        (seen, Wanted(act=Act.ARCHIVE)),
        (seen, Wanted(act=Act.URGENCY)),
        (seen, Wanted(act=Act.POSTPONE, until=date(2026, 12, 1))),
    ):
        with pytest.raises(ActRefused):
            await town.acts.bulk.act(some, wanted, key="a", operator="rina")
    old = {"lama": Agency(name="Dinas Lama", short="DL", active=False)}
    later = town.profile.model_copy(update={"agencies": {**town.profile.agencies, **old}})
    acts = Bulk(town.db, town.bell, later, town.replies, town.clock, frozenset())
    with pytest.raises(ActRefused, match="tidak aktif lagi"):
        await acts.act(seen, Wanted(act=Act.DISPOSE, agency="lama"), key="a", operator="rina")
    assert {row["version"] for row in await town.complaints()} == {1}
    assert await town.rows("SELECT 1 FROM bulks") == []
